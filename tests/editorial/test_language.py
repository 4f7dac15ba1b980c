"""Whole paragraphs are told apart; names and quotations in them are no language.

tests/corpus/language/ holds them, written for this test; a file's name begins with its language.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.editorial.language import check

CORPUS = sorted((Path(__file__).parent.parent / "corpus" / "language").glob("*.txt"))


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_a_paragraph_is_told_by_its_small_words(path: Path) -> None:
    reason = check(path.read_text("utf-8"))
    language = path.stem.split("-")[0].capitalize()
    if language == "English":
        assert reason is None
    elif language == "Other":
        assert reason is not None
        assert reason.startswith("the text does not look English")
    else:
        assert reason is not None
        assert reason.startswith(f"the text looks {language} (")
        assert reason.count(",") == 4  # it names five of the words that tell


@pytest.mark.parametrize("text", ["", "Merci à tous les lecteurs", "12 34 56", "r = 0.42"])
def test_what_is_too_short_to_tell_passes(text: str) -> None:
    assert check(text) is None


@given(st.text())
def test_any_text_gets_an_answer(text: str) -> None:
    assert check(text) is None or "look" in (check(text) or "")
