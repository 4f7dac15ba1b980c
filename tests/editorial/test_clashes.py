from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.definitions import Definitions
from syndicate.editorial.clashes import Claim, claim_of, clashes, next_free_minute
from syndicate.editorial.summary import parse

_NOON = datetime(2021, 4, 1, 12, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)
_LATER = _NOON + _MINUTE


def claim(
    path: str,
    *,
    id: str = "",
    slug: str = "",
    published: datetime | None = None,
    updated: datetime | None = None,
) -> Claim:
    instants = {updated: 9} if updated else {}
    instants |= {published: 6} if published else {}
    return Claim(path=path, id=id or path, slug=slug or path, instants=instants, id_line=3)


def test_different_summaries_do_not_clash() -> None:
    assert clashes([claim("a", published=_NOON), claim("b", published=_NOON + _MINUTE)]) == []
    assert clashes([claim("a"), claim("b")]) == []  # drafts without a date


def test_a_shared_id_names_both_files() -> None:
    shared = [claim("b", id="tag:x,2013:1"), claim("a", id="tag:x,2013:1"), claim("c")]
    assert [str(problem).split(";")[0] for problem in clashes(shared)] == [
        "a:3: the id 'tag:x,2013:1' is also that of b",
        "b:3: the id 'tag:x,2013:1' is also that of a",
    ]


def test_a_slug_differing_in_case_is_shared() -> None:
    shared = [claim("x/one.md", slug="one"), claim("y/One.md", slug="One")]
    assert [str(problem) for problem in clashes(shared)] == [
        (
            "x/one.md: the slug 'one' is also that of y/One.md; "
            "rename one of the two files; its address follows"
        ),
        (
            "y/One.md: the slug 'One' is also that of x/one.md; "
            "rename one of the two files; its address follows"
        ),
    ]


def test_those_at_one_instant_are_told_where_to_go() -> None:
    found = clashes(
        [claim(name, published=_NOON) for name in "abc"] + [claim("d", published=_LATER)]
    )
    told = "{}:6: {} has the same time, 2021-04-01T12:00:00Z"
    moved = "change one of them; the next free minute is 2021-04-01T12:0{}:00Z"
    assert [(str(problem).split(";")[0], problem.remedy) for problem in found] == [
        (told.format("a", "b"), moved.format(2)),  # one of two moves: both may be told the same
        (told.format("b", "a"), moved.format(2)),
        (told.format("c", "a"), moved.format(3)),
    ]


def test_a_stored_summary_keeps_its_time() -> None:
    stored = Claim(path="z", id="z", slug="z", instants={_NOON: 0})
    found = clashes([claim("a", published=_NOON), claim("b", published=_NOON), stored])
    assert [problem.remedy.rsplit(" ", 1)[1] for problem in found] == [
        "2021-04-01T12:01:00Z",
        "2021-04-01T12:02:00Z",
        "2021-04-01T12:01:00Z",
    ]


def test_an_update_clashes_with_a_publication() -> None:
    found = clashes(
        [
            claim("a", published=_NOON, updated=_NOON + _MINUTE),
            claim("b", published=_NOON + _MINUTE),
        ]
    )
    assert [(problem.path, problem.line) for problem in found] == [("a", 9), ("b", 6)]


def test_ids_that_are_not_known_yet_do_not_clash() -> None:
    assert clashes([Claim(path=path, id="", slug=path) for path in ("a", "b")]) == []


_INSTANTS = st.integers(0, 500).map(lambda seconds: _NOON + timedelta(seconds=seconds))


@given(_INSTANTS, st.sets(st.integers(0, 30).map(lambda minutes: _NOON + minutes * _MINUTE)))
def test_the_next_free_minute_is_the_first(instant: datetime, taken: set[datetime]) -> None:
    free = next_free_minute(instant, taken)
    assert free > instant
    assert (free.second, free.microsecond) == (0, 0)
    assert free not in taken
    between = free - _MINUTE
    while between > instant:
        assert between in taken
        between -= _MINUTE


@given(st.lists(_INSTANTS, max_size=12))
def test_when_all_but_the_first_follow_the_remedy_no_clash_is_left(
    instants: list[datetime],
) -> None:
    claims = {f"{i:02}": claim(f"{i:02}", published=at) for i, at in enumerate(instants)}
    for problem in clashes(claims.values()):
        if instants.index(instants[int(problem.path)]) != int(problem.path):
            free = datetime.fromisoformat(problem.remedy.rsplit(" ", 1)[1])
            claims[problem.path] = claim(problem.path, published=free)
    assert clashes(claims.values()) == []


def test_a_claim_knows_its_lines(vocabulary: Definitions) -> None:
    text = """---
schema: 1
id: tag:network.example,2013:summary/a1
title: What this month brings
form: announcement
lang: en
published: 2021-04-01T08:00:00-04:00
topics: [training]
{}
---
This month we look at how therapists are trained.
"""
    corrections = """corrections:
  - {date: 2021-06-01T12:00:00Z, note: the last one}
  - {date: 2021-05-01T12:00:00Z, note: the first one}"""
    parsed = parse("x/a.md", text.format(corrections).encode(), vocabulary)
    corrected = claim_of("x/a.md", parsed)
    assert (corrected.id, corrected.slug) == ("tag:network.example,2013:summary/a1", "a")
    assert corrected.id_line == 3
    assert corrected.instants == {_NOON: 7, datetime(2021, 6, 1, 12, tzinfo=UTC): 10}
    plain = claim_of("x/a.md", parse("x/a.md", text.format("").encode(), vocabulary))
    assert plain.instants == {_NOON: 7}


def test_a_claim_knows_when_its_notices_and_its_tombstone_stand(vocabulary: Definitions) -> None:
    text = """---
schema: 1
id: tag:network.example,2013:summary/a1
title: What this month brings
form: announcement
lang: en
published: 2021-04-01T12:00:00Z
topics: [training]
corrections:
  - {date: 2021-05-01T12:00:00Z, note: the first one, notify: true}
  - {date: 2021-06-01T12:00:00Z, note: the last one}
{}
---
This month we look at how therapists are trained.
"""
    told = datetime(2021, 5, 1, 12, 0, 1, tzinfo=UTC)
    last = datetime(2021, 6, 1, 12, tzinfo=UTC)
    gone = datetime(2021, 7, 1, 12, tzinfo=UTC)
    here = parse("a.md", text.replace("{}\n", "").encode(), vocabulary)
    assert claim_of("a.md", here).instants == {_NOON: 7, told: 10, last: 11}
    withdrawal = "withdrawn: {date: 2021-07-01T12:00:00Z, reason: other, note: x}"
    withdrawn = parse("a.md", text.replace("{}", withdrawal).encode(), vocabulary)
    assert claim_of("a.md", withdrawn).instants == {_NOON: 7, last: 11, gone: 12}
    other = claim("b", published=told)
    assert [
        (p.path, p.line, p.remedy.rsplit(" ")[-1]) for p in clashes([claim_of("a.md", here), other])
    ] == [
        ("a.md", 10, "2021-05-01T12:01:00Z"),
        ("b", 6, "2021-05-01T12:01:00Z"),
    ]


def test_a_remedy_names_no_minute_at_which_something_else_stands() -> None:
    two = [claim("a", published=_NOON), claim("b", published=_NOON)]
    found = clashes(two, [_LATER], [_LATER + _MINUTE + timedelta(seconds=1)])
    assert [p.remedy.rsplit(" ")[-1] for p in found] == ["2021-04-01T12:03:00Z"] * 2


@pytest.mark.parametrize("zone", ["+00:00", "-05:00"])
def test_minutes_are_told_in_utc(zone: str) -> None:
    instant = datetime.fromisoformat(f"2021-04-01T12:00:30{zone}")
    assert next_free_minute(instant, ()).tzinfo is UTC
