from __future__ import annotations

from pathlib import Path

import pytest

import tests.checking
from tests.checking import schemas, w3c
from tests.checking.mutation import ADDRESSES, GOOD, cut, spoil, sub

STAND_IN = GOOD / "feedvalidator"
"""A package with the W3C validator's interface, which says what comments in a document ask for."""


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [
        ("atom", "application/atom+xml; charset=utf-8"),
        ("rss", "application/rss+xml; charset=UTF-8"),
        ("json", "application/feed+json"),
        ("opml", "text/x-opml; charset=utf-8"),
    ],
)
def test_the_media_types_of_the_standards_are_right(kind: str, media_type: str) -> None:
    assert tests.checking.media_type_problems(kind, media_type) == []


@pytest.mark.parametrize(
    ("kind", "media_type", "phrase"),
    [
        ("atom", "text/xml; charset=utf-8", "the media type is text/xml, not application/atom+xml"),
        ("rss", "application/rss+xml", "says '', not charset utf-8"),
        ("rss", "application/rss+xml; charset=latin-1", "says 'charset=latin-1'"),
        ("json", "application/feed+json; charset=utf-8", "not charset none"),
    ],
)
def test_another_media_type_is_caught(kind: str, media_type: str, phrase: str) -> None:
    body = (GOOD / f"good.{kind}").read_bytes()
    found = tests.checking.problems(kind, body, ADDRESSES[f"good.{kind}"], media_type)
    assert any(phrase in problem for problem in found), found


def test_a_format_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="is not a document of a feed"):
        tests.checking.problems("feed.txt", b"")


def test_a_path_or_a_format_names_the_document() -> None:
    body = (GOOD / "good.atom").read_bytes()
    for name in ("atom", "/topics/empathy/feed.atom", "/feed/archive/2.atom"):
        assert tests.checking.problems(name, body) == []
    assert tests.checking.problems("/opml", (GOOD / "good.opml").read_bytes()) == []


def test_the_schema_of_atom_catches_what_is_missing() -> None:
    found = schemas.atom_problems(spoil("good.atom", cut(r"  <id>[^\n]*\n")))
    assert any("id" in problem for problem in found), found
    assert schemas.atom_problems(b"<feed>") != []


def test_the_schema_of_json_feed_catches_what_is_missing() -> None:
    found = schemas.json_problems(spoil("good.json", cut(r'  "title"[^\n]*\n')))
    assert found == ["schema: $: 'title' is a required property"]
    assert schemas.json_problems(b"{") != []


def test_without_a_checkout_the_w3c_validator_is_not_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("FEEDVALIDATOR_SRC", raising=False)
    assert w3c.checkout() is None
    with pytest.raises(FileNotFoundError, match="set FEEDVALIDATOR_SRC"):
        w3c.problems(b"")


def test_a_checkout_without_the_package_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FEEDVALIDATOR_SRC", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="holds no package feedvalidator"):
        w3c.checkout()


class TestDriver:
    """The way to the W3C validator and back, walked with a stand-in for it."""

    @pytest.fixture(autouse=True)
    def checkout(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FEEDVALIDATOR_SRC", str(STAND_IN))
        monkeypatch.delenv("FEEDVALIDATOR_PYTHON", raising=False)

    def test_errors_and_warnings_are_told_with_their_place(self) -> None:
        found = w3c.problems(b"<!-- DuplicateUpdated MissingElement -->", url="https://n.example/")
        assert found == [
            "W3C warning DuplicateUpdated: line 1, column 2: base https://n.example/, type None",
            "W3C error MissingElement: line 1, column 2: base https://n.example/, type None",
        ]

    def test_infos_are_not_told(self) -> None:
        assert w3c.problems(b"<!-- MissingDCLanguage -->") == []

    def test_namespaces_it_does_not_know_are_let_pass_and_others_not(self) -> None:
        ours = "UnknownNamespace=http://purl.org/atompub/tombstones/1.0"
        assert w3c.problems(f"<!-- {ours} -->".encode()) == []
        assert len(w3c.problems(b"<!-- UnknownNamespace=http://x.example/ -->")) == 1

    def test_its_failure_is_ours(self) -> None:
        with pytest.raises(RuntimeError, match=r"the W3C validator failed:\n(?s:.*)KeyError"):
            w3c.problems(b"<!-- NoSuchEvent -->")

    def test_all_problems_of_a_document_include_its(self) -> None:
        body = spoil("good.atom", sub("<feed", "<!-- DuplicateUpdated --><feed"))
        found = tests.checking.problems("atom", body, ADDRESSES["good.atom"])
        assert [problem.split(":")[0] for problem in found] == ["W3C warning DuplicateUpdated"]
