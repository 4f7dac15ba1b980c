"""What goes wrong is told in French on French pages: all that pages can raise has its French."""

from __future__ import annotations

import ast
import html
import re

import pytest

from syndicate.web import faults
from syndicate.web.language import ENGLISH, FRENCH
from syndicate.web.published import Published
from tests.architecture.source import Module, modules
from tests.web.stand import get

RAISED_FOR_PAGES = (
    "definitions.py",
    "query.py",
    "selection.py",
    "publish/ondemand.py",
    "subscribing/",
    "web/alerts/",
    "web/citations.py",
    "web/discovery.py",
    "web/feeds.py",
    "web/listing.py",
    "web/pages/",
)
SEVERAL = {"unknown {} {}": ("topic", "kind of research", "form")}
"""Where a word is put in and not only a name: which."""


def template(node: ast.expr) -> str | None:
    """Return a text with `{}` for what is put in; None for what is made elsewhere."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(
                str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts
            )
    return None


def raised(module: Module) -> set[str]:
    found = set()
    for node in ast.walk(module.tree):
        match node:
            case ast.Call(func=ast.Name(id="NotFound" | "Gone"), args=arguments):
                found |= {text for one in arguments if (text := template(one))}
    return found


def samples() -> list[str]:
    texts = {
        text for one in modules() if one.place.startswith(RAISED_FOR_PAGES) for text in raised(one)
    }
    assert len(texts) > 40
    made = []
    for text in sorted(texts):
        firsts = SEVERAL.get(text)
        for first in firsts or ("'x'",):
            rest = text.count("{}") - 1
            made.append(text.format(first, *["'x'"] * rest))
    return made


@pytest.mark.parametrize("text", samples())
def test_all_that_pages_raise_has_its_french(text: str) -> None:
    told, code = faults.say(FRENCH, text)
    assert code == "fr", "not in faults.toml"
    assert "{" not in told
    assert "'" not in told


def test_nothing_is_in_the_catalogue_that_nobody_raises() -> None:
    phrases = set(faults.load_phrases())
    made = samples()
    unused = {
        phrase
        for phrase in phrases
        if phrase[0].islower() or phrase[0] in "{`"
        if not any(
            re.fullmatch("(.+?)".join(map(re.escape, phrase.split("{}"))), one) for one in made
        )
    }
    assert unused == {"did you mean {}?", "there is nothing at this address"} - set(made)


@pytest.mark.parametrize("english", faults.load_phrases())
def test_a_text_keeps_what_is_put_in(english: str) -> None:
    french = faults.load_phrases()[english]
    assert english.count("{}") == french.count("{}")
    assert french.strip()


@pytest.mark.parametrize(
    ("english", "french"),
    [
        ("did you mean 'empathy' or 'x'?", "vouliez-vous dire «~empathy~» ou «~x~» ?"),
        ("nothing was published in April 2021", "rien n’a paru en avril 2021"),
        ('unknown topic "it\'s"', "sujet inconnu : «~it's~»"),
        (
            "begin at the feed and follow `prev-archive`",
            "commencez par le fil et suivez «~prev-archive~»",
        ),
    ],
)
def test_what_is_put_in_is_written_as_french_has_it(english: str, french: str) -> None:
    assert faults.say(FRENCH, english) == (french.replace("~", "\u00a0"), "fr")
    assert faults.say(ENGLISH, english) == (english, "en")


def test_what_has_no_french_is_told_in_english_and_as_such() -> None:
    assert faults.say(FRENCH, "the moon is full") == ("the moon is full", "en")


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/fr/nope", "Il n’y a rien à cette adresse."),
        ("/fr/topics/empaty/", "Sujet inconnu : « empaty ». Vouliez-vous dire « empathy » ?"),
        ("/fr/summaries/nope/", "Il n’y a pas de résumé « nope »."),
        ("/fr/archive/1999/01/", "Rien n’a paru en janvier 1999."),
        ("/fr/topics/empathy+~empathy/", "« empathy » est à la fois demandé et exclu."),
    ],
)
def test_error_pages_in_french(app: Published, path: str, told: str) -> None:
    page = get(app, path).text
    (lead,) = re.findall(r'<p class="lead">(.*?)</p>', page, re.DOTALL)
    text = html.unescape(re.sub(r"<[^>]+>", "", lead))
    assert told in text.replace("\u00a0", " ")
    assert 'lang="en"' not in lead
    english = get(app, path.removeprefix("/fr")).text
    (lead,) = re.findall(r'<p class="lead">(.*?)</p>', english, re.DOTALL)
    assert 'lang="fr"' not in lead
