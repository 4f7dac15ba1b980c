from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate import query
from syndicate.errors import NotFound
from syndicate.query import Term, fold, parse


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("alliance", "alliance"),
        ("  Rupture ALLIANCE ", "alliance+rupture"),
        ("alliance alliance", "alliance"),
        ("“Practice implications”", "practice-implications"),
        ('"practice implications', "practice-implications"),
        ("meta-analysis", "meta-analysis"),
        ("p<.05", "p-05"),
        ("-suicide alliance", "alliance+-suicide"),
        ('-"no effect"', "-no-effect"),
        ("author:Flückiger", "author:fluckiger"),
        ("AUTHOR:O’Brien title:it", "author:o-brien+title:it"),
        ("doi:https://doi.org/10.1037/PST0000165", "doi:10.1037/pst0000165"),
        ("topic:Empathy kind:meta-analysis", "kind:meta-analysis+topic:empathy"),
        ("-topic:empathy", "-topic:empathy"),
        ("AND OR NOT NEAR(x) ^y * ( )", "and+near-x+not+or+y"),
        ("title: it", "it+title"),
        ("", ""),
        ('- -- "" :: !!', ""),
        ("Straße ﬁnding", "finding+strasse"),
        ("привет", "привет"),
    ],
)
def test_what_is_typed_has_one_canonical_form(typed: str, canonical: str) -> None:
    found = parse(typed)
    assert str(found) == canonical
    assert parse(str(found)) == found
    assert parse(found.shown) == found


def test_terms_are_told_apart() -> None:
    found = parse('empathy "practice implications" -author:doe topic:training')
    assert found.of("text") == [Term("text", "empathy"), Term("text", "practice implications")]
    assert found.of("author") == []
    assert found.of("author", excluded=True) == [Term("author", "doe", excluded=True)]
    assert found.of("topic", "kind") == [Term("topic", "training")]


def test_too_much_is_told() -> None:
    with pytest.raises(NotFound, match="13 terms are too many"):
        parse(" ".join("abcdefghijklm"))
    with pytest.raises(NotFound, match="too long"):
        parse("a" * 201)
    assert len(parse(" ".join("abcdefghijkl")).terms) == query.MAX_TERMS


@given(st.text(max_size=query.MAX_LENGTH))
def test_any_text_is_a_search(text: str) -> None:
    try:
        found = parse(text)
    except NotFound:
        return
    assert parse(str(found)) == parse(found.shown) == found or any(
        term.field == "doi" for term in found.terms
    )
    for term in found.of("text", "title", "author"):
        assert term.words
        assert all(word.isalnum() for word in term.words)


@given(st.text(max_size=80))
def test_folded_text_is_words_and_stays_so(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    assert '"' not in folded
    assert folded.split(" ") == folded.split() or not folded


KNOWN = {"empathy", "empathic", "alliance", "wampold", "therapy", "outcome"}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("empaty", "empathy"),
        ("alliance empaty", "alliance empathy"),
        ("title:aliance author:wampol", "author:wampold title:alliance"),
        ("-outcom empaty", "empathy -outcom"),
        ('"therapy outcom"', "therapy-outcome"),
        ("empathy", None),
        ("xylophone", None),
        ("the", None),
        ("topic:empaty", None),
        ("a b c d e f empaty", None),
        ("", None),
    ],
)
def test_a_misspelt_word_is_respelt(typed: str, meant: str | None) -> None:
    found = query.respell(parse(typed), KNOWN)
    assert (found.shown if found else None) == meant
