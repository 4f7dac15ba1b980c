from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.editorial.plaintext import first_sentences, first_words, prose_of, text_of
from syndicate.editorial.sanitize import sanitize

_HTML = sanitize(
    "<h3>Heading</h3><p>One<br>two <em>th</em>ree &amp; f<sub>4</sub>.<sup>1</sup></p>"
    "<ul><li>five</li><li><p>six</p></li></ul><table><tr><td>7</td><td>8</td></tr></table>"
    "<p>End.</p>"
)


def test_blocks_part_words_and_inline_markup_does_not() -> None:
    assert text_of(_HTML) == "Heading One two three & f4. 1 five six 7 8 End."


def test_prose_is_the_paragraphs_without_footnote_marks() -> None:
    assert prose_of(_HTML) == "One two three & f4. End."


@pytest.mark.parametrize(
    ("text", "limit", "sentences"),
    [
        ("One. Two. Three.", 9, "One. Two."),
        ("One. Two. Three.", 8, "One."),
        ("One. Two. Three.", 3, ""),
        ("One. Two. Three", 99, "One. Two. Three"),
        ("Sample et al. (2020) say so. More.", 30, "Sample et al. (2020) say so."),
        (
            "Read e.g. Smith, J. A. Doe and Dr. Who. More",
            40,
            "Read e.g. Smith, J. A. Doe and Dr. Who.",
        ),
        ("It was .5 vs. .7 then. Yes.", 23, "It was .5 vs. .7 then."),
        ("“Really?” She said so. And left.", 22, "“Really?” She said so."),
        ("Is it? (It is.) Fine.", 15, "Is it? (It is.)"),
        ("p < .05. Élan followed.", 10, "p < .05."),
        ("", 10, ""),
    ],
)
def test_the_first_whole_sentences(text: str, limit: int, sentences: str) -> None:
    assert first_sentences(text, limit) == sentences


def test_words_are_not_cut() -> None:
    assert first_words("one two, three", 10) == "one two …"
    assert first_words("one two, three", 4) == ""
    assert first_words("one", -1) == ""


@given(st.text(), st.integers(0, 60))
def test_sentences_and_words_begin_the_text_and_keep_the_limit(text: str, limit: int) -> None:
    text = " ".join(text.split())
    sentences, words = first_sentences(text, limit), first_words(text, limit)
    assert text.startswith(sentences)
    assert text.startswith(words.removesuffix(" …"))
    assert len(sentences) <= limit
    assert len(words) <= limit
