from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.editorial.taken import Taken, load_taken, make_slug

DATE = datetime(2021, 4, 1, 12, tzinfo=UTC)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return tmp_path / "site"


def put(site: Path, name: str, text: str | bytes) -> None:
    path = site / "content/summaries/2021/04" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)


def test_ids_slugs_and_all_dates_are_known(site: Path) -> None:
    put(
        site,
        "a.md",
        "---\nid: tag:x.example,2013:a\npublished: 2021-04-01T14:00:00+02:00\n"
        "corrections: [{date: 2022-01-05T09:00:00Z, note: x}, {note: y}, z]\n---\n",
    )
    assert load_taken(site) == Taken(
        ids={"tag:x.example,2013:a"},
        slugs={"a"},
        instants={
            at + after
            for at in (DATE, datetime(2022, 1, 5, 9, tzinfo=UTC))
            for after in (timedelta(), timedelta(seconds=1))  # when a notice would stand
        },
    )


@pytest.mark.parametrize(
    "text",
    [
        "---\nid: tag:x.example,2013:a\ntitle: [broken\n---\n",
        "---\r\nid:   'tag:x.example,2013:a'\r\n\ttab: x\r\n---\r\n",
        '---\nschema: 99\nid: "tag:x.example,2013:a"\n---\n',
        '---\n{schema: 1, "id": "tag:x.example,2013:a", title: a}\n---\n',
    ],
)
def test_the_id_of_a_file_with_errors_is_taken(site: Path, text: str) -> None:
    put(site, "a.md", text)
    assert load_taken(site).ids == {"tag:x.example,2013:a"}


def test_a_file_that_cannot_be_read_still_has_its_name(site: Path) -> None:
    put(site, "plain.md", "no front matter")
    put(site, "bytes.md", b"\xff\xfe\x00")
    (site / "content/summaries/2021/04/link.md").symlink_to("/etc/passwd")
    assert load_taken(site) == Taken(slugs={"plain", "bytes"})


def test_an_empty_site_has_nothing(site: Path) -> None:
    assert load_taken(site) == Taken()


def test_a_slug_gets_the_first_free_number_and_stays_short() -> None:
    taken = Taken(slugs={"a", "a-2", "x" * 80})
    assert [taken.free_slug(wanted) for wanted in ("a", "b", "x" * 80)] == [
        "a-3",
        "b",
        "x" * 78 + "-2",
    ]


def test_a_minute_that_is_taken_gives_way_to_the_next() -> None:
    taken = Taken(instants={DATE, DATE.replace(minute=1)})
    assert taken.free_instant(DATE) == DATE.replace(minute=2)
    assert taken.free_instant(DATE.replace(second=1)) == DATE.replace(second=1)


# Slugs of titles --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Does rehearsal help?", "does-rehearsal-help"),
        ("Über Naïveté & more", "uber-naivete-more"),
        ("Therapists' work", "therapists-work"),
        ("日本語", "untitled"),
        ("", "untitled"),
        ("Été à l’hôpital", "ete-a-lhopital"),
        ("n<b & “c”", "n-b-c"),
        ("word " * 40, "-".join(["word"] * 16)),
        ("x" * 100, "x" * 80),
        ("--a__b--", "a-b"),
    ],
)
def test_a_slug_is_made_of_the_title(title: str, slug: str) -> None:
    assert make_slug(title) == slug


@given(title=st.text())
def test_a_slug_is_always_one(title: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", make_slug(title))
    assert len(make_slug(title)) <= 80
    assert len(Taken(slugs={make_slug(title)}).free_slug(make_slug(title))) <= 80
