"""What was published gets its date afterwards, once, whoever was killed in between."""

from __future__ import annotations

import threading
from datetime import timedelta

from syndicate.publish import background
from syndicate.publish.dating import Dating
from syndicate.store import engine as store
from syndicate.store import journal, schema
from tests.sites import Site, written


def rows(site: Site) -> list[tuple[int, str]]:
    with store.reading(site.engine) as connection:
        return [(row.seq, row.at) for row in connection.execute(schema.datestamp.select())]


def test_a_publish_is_dated_after_its_commit_and_once(site: Site) -> None:
    dating = Dating(site.engine, lambda: site.now)
    assert not dating.catch_up()
    site.write("anna")
    site.publish()
    site.now += timedelta(minutes=5)  # so long did the commit take, or whoever dates was away
    assert dating.catch_up()
    assert not dating.catch_up()
    assert not Dating(site.engine, lambda: site.now + timedelta(hours=1)).catch_up()
    assert rows(site) == [(1, written(site.now + timedelta(seconds=1)))]


def test_an_edited_label_and_a_new_epoch_date_everything_anew(site: Site) -> None:
    dating = Dating(site.engine, lambda: site.now)
    site.write("anna")
    site.publish()
    dating.catch_up()
    file = site.folder / "feeds/topics.toml"
    file.write_text(file.read_text().replace('label = "Empathy"', 'label = "Feeling"'))
    site.publish()
    assert dating.catch_up()
    assert rows(site) == [(1, written(site.now + timedelta(seconds=1)))]
    with store.writing(site.engine) as connection:
        journal.begin_epoch(connection)
    site.now += timedelta(days=1)
    assert dating.catch_up()
    assert rows(site) == [(1, written(site.now + timedelta(seconds=1)))]


def test_nothing_is_dated_where_nobody_harvests(small_site: Site) -> None:
    file = small_site.folder / "feeds/network.toml"
    file.write_text(f"{file.read_text()}\n[oai]\nenabled = false\n")
    small_site.write("anna")
    small_site.publish()
    assert not Dating(small_site.engine, lambda: small_site.now).catch_up()
    assert rows(small_site) == []


def test_the_serving_program_dates_what_others_publish(small_site: Site) -> None:
    stop = threading.Event()
    arguments = {"clock": lambda: small_site.now, "stop": stop}
    thread = threading.Thread(target=background.run, args=(small_site.engine,), kwargs=arguments)
    thread.start()
    try:
        small_site.write("anna")
        small_site.publish()
        for _ in range(200):
            if rows(small_site):
                break
            stop.wait(0.05)
    finally:
        stop.set()
        thread.join()
    assert [seq for seq, _ in rows(small_site)] == [1]
