"""What can be searched follows what is published, whichever database keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicate import query
from syndicate.store import engine as store
from syndicate.store import search
from syndicate.store.search_tables import searched
from tests.sites import BODY, Site


@pytest.fixture
def site(tmp_path: Path, database_url: str) -> Iterator[Site]:
    made = Site.make(tmp_path, database_url)
    yield made
    made.engine.dispose()


def found(site: Site, typed: str) -> list[str]:
    with store.reading(site.engine) as connection:
        wanted = query.parse(typed)
        return [one.slug for one in search.list_found(connection, wanted, limit=50, skip=0)]


def test_each_change_is_found_at_once(site: Site) -> None:
    site.write("one")
    site.write("two", number=1)
    site.publish()
    assert found(site, '"patients of every age"') == ["two", "one"]
    site.write("one", body=BODY.replace("of every age", "who were old"))
    site.publish()
    assert found(site, '"patients of every age"') == ["two"]
    assert found(site, '"patients who were old"') == ["one"]
    site.write("two", number=1, withdrawn={"date": site.now, "reason": "error"})
    site.publish()
    assert found(site, '"patients of every age"') == []
    restored = {"date": site.now, "note": "It is back."}
    site.write("two", number=1, corrections=[restored])
    site.publish()
    assert found(site, '"patients of every age"') == ["two"]


def test_the_words_of_a_scheduled_summary_are_found_when_it_is_out(site: Site) -> None:
    from datetime import timedelta

    from syndicate.publish import publish_due

    site.write("later", published=site.now + timedelta(hours=1))
    site.publish()
    assert found(site, "later") == []
    publish_due(site.engine, now=site.now + timedelta(hours=2))
    assert found(site, "later") == ["later"]


def test_what_was_withdrawn_for_legal_reasons_is_found_by_nothing(site: Site) -> None:
    site.write("one")
    site.publish()
    site.write("one", withdrawn={"date": site.now, "reason": "legal"})
    site.publish()
    with store.reading(site.engine) as connection:
        assert connection.execute(searched.select()).all() == []


def test_a_store_of_an_older_program_is_indexed_by_the_next_publish(site: Site) -> None:
    from syndicate.store import site as marks

    for number in range(3):
        site.write(f"s-{number}", number=number)
    site.publish()
    with store.writing(site.engine) as connection:
        connection.execute(searched.delete())
        connection.execute(marks.site.delete().where(marks.site.c.name == marks.INDEXED))
    assert found(site, "patients") == []
    site.publish()
    assert found(site, "patients") == ["s-2", "s-1", "s-0"]
