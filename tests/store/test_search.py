"""Both databases find the same, and nothing that is typed is taken for their syntax."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import URL

from syndicate import query
from syndicate.errors import NotFound
from syndicate.store import engine as store
from syndicate.store import search
from syndicate.store.engine import Connection
from tests import postgres
from tests.sites import Site

IMPLICATIONS = "\n\n## Practice implications\n\nTalk of it with care.\n"
TEXTS = {
    "alliance": (
        "The alliance predicts outcome",
        "Ruptures of the alliance are repaired in most therapies.",
        ["empathy", "training"],
        {"text": "Flückiger, C. (2020). On meta-analysis. A Journal, 1.", "doi": "10.1000/a(b)"},
    ),
    "empathy": (
        "Empathy at work",
        "A therapy with empathy repairs the alliance; *p* < .05, and caf\u00e9s are good.",
        ["empathy"],
        {"text": "O’Brien, M., & Doe, J. (2019). Empathy, again. A Journal, 2."},
    ),
    "apps": (
        "Smartphone apps",
        "Apps were studied in 19 trials, without a therapist.",
        ["training"],
        {"text": "Weisel, K. (2019). Apps. npj Digital Medicine, 2, 118."},
    ),
    "gone": (
        "A retracted alliance",
        "The alliance in what was withdrawn.",
        ["empathy"],
        {"text": "Nobody, N. (2018). The alliance. A Journal, 3."},
    ),
}


def _make(folder: Path, url: str) -> Site:
    site = Site.make(folder, url)
    for number, (slug, (title, body, topics, citation)) in enumerate(TEXTS.items()):
        gone = {"date": "2024-01-01T12:30:00Z", "reason": "error"} if slug == "gone" else None
        site.write(
            slug,
            number=number,
            title=title,
            body=body + IMPLICATIONS,
            topics=topics,
            citation=citation,
            withdrawn=gone,
        )
    assert site.publish().problems == ()
    return site


@pytest.fixture(scope="module")
def connections(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: URL
) -> Iterator[list[Connection]]:
    """Yield the same texts in a store of each kind."""
    database = postgres.create_database(postgres_server)
    urls = [
        f"sqlite:///{tmp_path_factory.mktemp('store') / 'store.sqlite'}",
        database.render_as_string(hide_password=False),
    ]
    sites = [_make(tmp_path_factory.mktemp("site"), url) for url in urls]
    with store.reading(sites[0].engine) as one, store.reading(sites[1].engine) as other:
        yield [one, other]
    for site in sites:
        site.engine.dispose()
    postgres.drop_database(postgres_server, database)


@pytest.mark.parametrize(
    ("typed", "slugs"),
    [
        ("alliance", ["alliance", "empathy"]),  # that of the title first
        ("ruptured", ["alliance"]),
        ("therapies", ["empathy", "alliance"]),
        ("THERAPY repair", ["empathy", "alliance"]),
        ("alliance -empathy", ["alliance"]),
        ("-alliance", ["apps"]),
        ('"repairs the alliance"', ["empathy"]),
        ('"the alliance repairs"', []),
        ("the", ["alliance", "empathy"]),
        ("cafes", ["empathy"]),
        ("p<.05", ["empathy"]),
        ("title:alliance", ["alliance"]),
        ('title:"predicts outcome"', ["alliance"]),
        ("-title:alliance alliance", ["empathy"]),
        ("author:fluckiger", ["alliance"]),
        ("author:Flückiger", ["alliance"]),
        ("author:o’brien", ["empathy"]),
        ("author:alliance", []),
        ("meta-analysis", ["alliance"]),
        ("doi:https://doi.org/10.1000/A(B)", ["alliance"]),
        ("-doi:10.1000/a(b) alliance", ["empathy"]),
        ("topic:training", ["apps", "alliance"]),
        ("topic:training topic:empathy", ["alliance"]),
        ("-topic:training", ["empathy"]),
        ("alliance -topic:training kind:meta-analysis", ["empathy"]),
        ("kind:randomised-trial", []),
        ("19", ["apps"]),
        ("retracted", []),
    ],
)
def test_what_is_found(connections: list[Connection], typed: str, slugs: list[str]) -> None:
    wanted = query.parse(typed)
    for connection in connections:
        found = [one.slug for one in search.list_found(connection, wanted, limit=10, skip=0)]
        in_order = len(slugs) < 2 or typed in ("alliance", "topic:training")
        assert (found if in_order else sorted(found)) == (slugs if in_order else sorted(slugs))
        assert search.count(connection, wanted) == len(slugs)


def test_what_is_found_comes_in_parts(connections: list[Connection]) -> None:
    wanted = query.parse("alliance")
    for connection in connections:
        parts = [search.list_found(connection, wanted, limit=1, skip=n) for n in range(3)]
        assert [[one.slug for one in part] for part in parts] == [["alliance"], ["empathy"], []]


def test_words_are_those_of_titles_and_names_of_what_is_published(
    connections: list[Connection],
) -> None:
    for connection in connections:
        words = search.list_words(connection, limit=10)
        assert {"alliance", "fluckiger", "smartphone", "doe"} <= words
        assert not {"retracted", "nobody", "ruptures"} & words
        assert "alliance" not in search.list_words(connection, limit=1), "the newest alone"


def test_a_withdrawn_summary_is_found_only_for_feeds(connections: list[Connection]) -> None:
    wanted = query.parse("retracted")
    for connection in connections:
        ids = connection.execute(search.found_ids(connection, wanted)).scalars().all()
        assert ids == ["tag:pprnet.example,2013:summary/gone"]


FRAGMENTS = [
    "alliance",
    "-",
    '"',
    "title:",
    "author:",
    "doi:",
    "(",
    "*",
    "^",
    "'",
    "\\",
    "AND",
    "{",
]


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=5), max_size=8).map(" ".join))
def test_no_text_is_syntax_and_both_find_the_same(
    connections: list[Connection], typed: str
) -> None:
    try:
        wanted = query.parse(typed.replace("\0", ""))
    except NotFound:
        return
    found = [
        {one.slug for one in search.list_found(connection, wanted, limit=10, skip=0)}
        for connection in connections
    ]
    assert found[0] == found[1]
