from __future__ import annotations

import pytest

import tests.checking
from tests.checking import spoilt_atom, spoilt_atom_entries, spoilt_json, spoilt_opml, spoilt_rss
from tests.checking.mutation import ADDRESSES, GOOD, Case, Mutate, spoil

CASES: dict[str, list[Case]] = {
    "good.atom": [
        *spoilt_atom.FEED,
        *spoilt_atom.LINKS,
        *spoilt_atom.TOMBSTONES,
        *spoilt_atom.SUBSCRIPTION,
        *spoilt_atom_entries.ENTRIES,
    ],
    "good-archive.atom": spoilt_atom.ARCHIVE,
    "good.rss": [*spoilt_rss.CHANNEL, *spoilt_rss.ITEMS],
    "good-archive.rss": spoilt_rss.ARCHIVE,
    "good.json": [*spoilt_json.FEED, *spoilt_json.ITEMS],
    "good.opml": spoilt_opml.LIST,
}
SPOILT = [
    pytest.param(name, mutate, phrase, id=f"{name}: {what}")
    for name, cases in CASES.items()
    for what, mutate, phrase in cases
]


@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_a_good_document_has_no_problems(name: str) -> None:
    assert tests.checking.problems(name, (GOOD / name).read_bytes(), ADDRESSES[name]) == []


@pytest.mark.parametrize(("name", "mutate", "phrase"), SPOILT)
def test_a_spoilt_document_is_caught(name: str, mutate: Mutate, phrase: str) -> None:
    found = tests.checking.problems(name, spoil(name, mutate), ADDRESSES[name])
    assert any(phrase in problem for problem in found), found
