"""Lists of selections are what the selection says, on either database, in parts of any length."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from syndicate import selection
from syndicate.model import Summary
from syndicate.store import engine as store
from syndicate.store import lists
from syndicate.store.engine import Connection
from tests import small
from tests.sites import Site

TOPICS = (["empathy"], ["training", "empathy"], ["training"], ["adherence"])
SELECTIONS = (
    "empathy",
    "empathy+training",
    "~empathy",
    "training+~empathy",
    "kind:meta-analysis",
    "empathy+kind:meta-analysis",
    "~kind:meta-analysis",
    "form:announcement",
    "empathy+form:announcement",
    "~form:announcement",
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def connection(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Connection]:
    """Yield a store with sixteen summaries of all sorts, one of them withdrawn."""
    folder = tmp_path_factory.mktemp("lists")
    url = f"sqlite:///{folder / 'store.sqlite'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_store")
    site = small.make(folder, url)
    _write(site)
    assert site.publish().problems == ()
    with store.reading(site.engine) as opened:
        yield opened
    site.engine.dispose()


@pytest.fixture(scope="module")
def postgresql_store(postgres_server: object) -> Iterator[str]:
    from tests import postgres

    url = postgres.create_database(postgres_server)  # type: ignore[arg-type]
    yield url.render_as_string(hide_password=False)
    postgres.drop_database(postgres_server, url)  # type: ignore[arg-type]


def _write(site: Site) -> None:
    for number in range(16):
        month = 1 + number // 6
        site.write(
            f"s-{number:02}",
            topics=TOPICS[number % 4],
            form="announcement" if number % 5 == 0 else None,
            published=datetime(2023, month, 1 + number, 12, tzinfo=UTC),
            withdrawn={"date": "2023-12-01T09:00:00Z", "reason": "error"} if number == 9 else None,
        )


def slugs(found: list[Summary]) -> list[str]:
    return [summary.slug for summary in found]


@pytest.mark.parametrize("text", SELECTIONS)
def test_a_list_holds_what_matches_newest_first(connection: Connection, text: str) -> None:
    wanted = selection.parse(text)
    everything = lists.list_part(connection, limit=100)
    assert slugs(everything) == [f"s-{n:02}" for n in reversed(range(16)) if n != 9]
    matching = [
        one for one in everything if wanted.matches(topics=one.topics, kind=one.kind, form=one.form)
    ]
    assert lists.list_part(connection, wanted, limit=100) == matching
    assert lists.count(connection, wanted) == len(matching) > 0
    kinds = {"meta-analysis": sum(one.kind is not None for one in matching)}
    assert lists.count_kinds(connection, wanted) == {k: n for k, n in kinds.items() if n}
    assert lists.count_topics(connection, wanted) == {
        topic: n
        for topic in ("adherence", "empathy", "training")
        if (n := sum(topic in one.topics for one in matching))
    }


@pytest.mark.parametrize("length", [1, 4, 15, 40])
def test_parts_make_the_whole(connection: Connection, length: int) -> None:
    found: list[Summary] = []
    before = None
    while part := lists.list_part(connection, before=before, limit=length):
        found += part
        before = part[-1].published
    assert found == lists.list_part(connection, limit=100)


def test_months(connection: Connection) -> None:
    assert lists.list_months(connection) == [("2023-03", 4), ("2023-02", 5), ("2023-01", 6)]
    since, before = datetime(2023, 2, 1, tzinfo=UTC), datetime(2023, 3, 1, tzinfo=UTC)
    found = lists.list_part(connection, since=since, before=before, limit=100)
    assert slugs(found) == ["s-11", "s-10", "s-08", "s-07", "s-06"]


def test_related_are_those_that_share_most_topics_then_the_newest(connection: Connection) -> None:
    texts = {one.slug: one for one in lists.list_part(connection, limit=100)}
    of_both = slugs(lists.list_related(connection, texts["s-13"], limit=4))
    assert of_both == ["s-01", "s-14", "s-12", "s-08"]  # s-05 is an announcement, s-09 withdrawn
    of_one = slugs(lists.list_related(connection, texts["s-03"], limit=4))
    assert of_one == ["s-11", "s-07"]
