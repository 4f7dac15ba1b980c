"""The catalogue is whole: each phrase of templates and views has its French, and no other has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from markupsafe import Markup

import syndicate.web
from syndicate.model import Topic
from syndicate.web.language import ENGLISH, FRENCH, load_phrases, of_path

WEB = Path(syndicate.web.__file__).parent
TEXT = r'"((?:[^"\\]|\\.)*)"'
SAID = re.compile(rf"\bsay\(\s*{TEXT}")
COUNTED = re.compile(rf"\bcount\([^\"()]*,\s*{TEXT},\s*{TEXT}")


def said(text: str) -> Iterator[str]:
    for match in (*SAID.finditer(text), *COUNTED.finditer(text)):
        yield from match.groups()


def test_each_phrase_has_its_french_and_no_other_has() -> None:
    sources = [*WEB.rglob("*.py"), *WEB.rglob("templates/**/*.html")]
    used = {phrase for path in sources for phrase in said(path.read_text("utf-8"))}
    assert len(used) > 50
    phrases = load_phrases()
    assert used - phrases.keys() == set(), "not in french.toml"
    assert phrases.keys() - used == set(), "in french.toml, but nothing says it"


def test_phrases_are_written_where_they_are_said() -> None:
    """What is said by a variable could not be looked for in the catalogue."""
    made_up = re.compile(r"\bsay\((?!\")")
    sources = [*(WEB / "pages").rglob("*.py"), *WEB.rglob("templates/**/*.html")]
    found = {path.name for path in sources if made_up.search(path.read_text("utf-8"))}
    assert found == set()


@pytest.mark.parametrize("phrase", load_phrases())
def test_a_phrase_keeps_what_is_put_in(phrase: str) -> None:
    french = load_phrases()[phrase]
    assert sorted(re.findall(r"\{\w*\}", phrase)) == sorted(re.findall(r"\{\w*\}", french))
    assert french.strip()


def test_dates_and_numbers_are_written_as_the_language_does() -> None:
    date = datetime(2021, 4, 1, 12, tzinfo=UTC)
    later = datetime(2021, 8, 13, 12, tzinfo=UTC)
    assert (ENGLISH.day(date), ENGLISH.month(date)) == ("1 April 2021", "April 2021")
    assert (FRENCH.day(date), FRENCH.month(date)) == ("1er avril 2021", "avril 2021")
    assert (ENGLISH.day(later), FRENCH.day(later)) == ("13 August 2021", "13 août 2021")
    assert (ENGLISH.number(1200), FRENCH.number(1200)) == ("1,200", "1\u202f200")


def test_counting() -> None:
    def english(n: int) -> str:
        return ENGLISH.count(n, "{n} summary", "{n} summaries")

    def french(n: int) -> str:
        return FRENCH.count(n, "{n} summary", "{n} summaries")

    assert [english(n) for n in (0, 1, 1200)] == ["0 summaries", "1 summary", "1,200 summaries"]
    assert [french(n) for n in (0, 1, 1200)] == ["0 résumé", "1 résumé", "1\u202f200 résumés"]


def test_what_is_put_into_markup_is_escaped() -> None:
    told = FRENCH.markup("By {authors}", authors="<b>")
    assert told == "Par &lt;b&gt;"
    assert FRENCH.markup("By {authors}", authors=Markup("<b>x</b>")) == "Par <b>x</b>"
    assert FRENCH.say("By {authors}", authors="<b>") == "Par <b>"


def test_labels_have_their_places_in_the_alphabet() -> None:
    def topic(label_fr: str) -> Topic:
        return Topic(slug="x", label="Y", feed_label="Y", key="x", label_fr=label_fr)

    labels = ["Étude", "Essai", "Zone", "Durée"]
    ordered = sorted(map(topic, labels), key=FRENCH.sort_key)
    assert [FRENCH.label(one) for one in ordered] == ["Durée", "Essai", "Étude", "Zone"]
    assert FRENCH.label(topic("")) == "Y"


@pytest.mark.parametrize(
    ("path", "code"),
    [("/", "en"), ("/fr/", "fr"), ("/fr/x/", "fr"), ("/fr", "fr"), ("/france", "en")],
)
def test_the_language_of_an_address(path: str, code: str) -> None:
    assert of_path(path).code == code
