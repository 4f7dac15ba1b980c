"""Another's hub, which network.toml names, is told of each feed that has changed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from syndicate import wiring
from syndicate.deliver import engine as engines
from syndicate.deliver.outward import Outward
from syndicate.deliver.pinging import Pinging
from syndicate.doctor import callers
from syndicate.outgoing import Guard
from syndicate.store import engine as store
from syndicate.store import progress
from tests.deliver.purged import Stand, standing
from tests.outgoing.stand import Asked, sent
from tests.sites import BASE_URL

PATH = "/their-hub"


@pytest.fixture
def stand(tmp_path: Path, database_url: str) -> Iterator[Stand]:
    with standing(tmp_path, database_url) as made:
        made.server.answers[PATH] = sent(b"", 204)
        yield made


def name_hub(stand: Stand, line: str = "") -> None:
    line = line or f'url = "http://127.0.0.1:{stand.server.port}{PATH}"'
    file = stand.site.folder / "feeds/network.toml"
    before = file.read_text("utf-8").partition("\n[hub]")[0]
    file.write_text(f"{before}\n[hub]\n{line}\n", "utf-8")
    assert stand.site.publish().problems == ()


def work(stand: Stand) -> list[Asked]:
    before = len(stand.server.asked)
    guard = Guard(allow_loopback=True)
    pings = Outward(stand.site.engine, Pinging(guard), clock=lambda: stand.site.now, settle=0)
    engines.run_once(pings.duties, threading.Event())
    return stand.server.asked[before:]


def topics(asked: list[Asked]) -> set[str]:
    forms = [parse_qs(one.body.decode()) for one in asked]
    assert {form["hub.mode"][0] for form in forms} <= {"publish"}
    assert all(form["hub.url"] == form["hub.topic"] for form in forms)
    return {form["hub.url"][0].removeprefix(BASE_URL) for form in forms}


def test_it_is_told_of_the_feeds_that_changed_and_of_no_other(stand: Stand) -> None:
    name_hub(stand)
    with store.reading(stand.site.engine) as connection:
        (found,) = callers.examine(connection, now=stand.site.now + timedelta(minutes=16))
    assert (found.place, found.verdict) == ("hub", "error")  # nobody tells it
    assert {"/feed.atom", "/topics/empathy/feed.rss"} <= topics(work(stand))  # all, at first
    assert work(stand) == []
    stand.site.write("one", topics=["training"], kind=None, form="announcement")
    stand.site.publish()
    told = topics(work(stand))
    assert {"/feed.atom", "/feed.rss", "/feed.json", "/topics/training/feed.atom"} <= told
    assert [path for path in told if "empathy" in path] == []
    assert work(stand) == []


def test_where_none_or_our_own_is_named_nobody_is_told(stand: Stand) -> None:
    stand.site.write("one")
    stand.site.publish()
    assert work(stand) == []
    name_hub(stand, "own = true")
    assert work(stand) == []
    with store.reading(stand.site.engine) as connection:
        assert progress.find(connection, "hub") is None


def test_a_hub_that_answers_500_is_told_again(stand: Stand) -> None:
    stand.server.answers[PATH] = sent(b"", 500)
    name_hub(stand)
    assert len(work(stand)) == 1  # the others wait too
    with store.reading(stand.site.engine) as connection:
        (found,) = callers.examine(connection, now=stand.site.now)
    assert (found.place, found.verdict) == ("hub", "error")
    assert found.message.endswith("the last attempt failed: the hub answered 500")
    stand.server.answers[PATH] = sent(b"", 202)
    assert work(stand) == []
    stand.site.now += timedelta(seconds=6)
    assert "/feed.atom" in topics(work(stand))
    with store.reading(stand.site.engine) as connection:
        (found,) = callers.examine(connection, now=stand.site.now)
    assert (found.place, found.verdict) == ("hub", "ok")


def test_it_is_among_what_workers_do(stand: Stand) -> None:
    found = wiring.callers(stand.settings(), stand.site.engine, clock=lambda: stand.site.now)
    assert "tell hub" in [name for duties in found for name in duties]
