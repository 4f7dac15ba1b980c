"""The language of the search box: words, "a phrase", -not, title:, author:, doi:, topic:, kind:.

All that is asked for must be there, nothing that stands after `-` may. A word that holds signs, as
in meta-analysis, is the phrase of its parts. Pure: store/search.py asks the databases, which find
the forms of a word (therapies, therapy) by themselves.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal, cast

from syndicate.errors import NotFound

Field = Literal["text", "title", "author", "doi", "topic", "kind"]
MAX_LENGTH: Final = 200
MAX_TERMS: Final = 12
_TYPED_WRONG: Final = 4  # letters: a shorter word is near to too many
_NEAR: Final = 0.75
_RESPELT: Final = 6  # words: each is compared with thousands
_SIGNS: Final = re.compile(r"[\W_]+")
_TERM: Final = re.compile(
    r"(?P<no>-?)(?:(?P<field>title|author|doi|topic|kind):)?"
    r'(?:["\u201c\u201d](?P<phrase>[^"\u201c\u201d]*)["\u201c\u201d]?|(?P<word>[^\s+]+))',
    re.IGNORECASE,
)
_OF_A_DOI: Final = re.compile(r"^(?:https?://(?:dx\.)?doi\.org/|doi:)")


@dataclass(frozen=True, slots=True, order=True)
class Term:
    """What one term asks for; `text` is folded words, a DOI, or the slug of a topic or kind."""

    field: Field
    text: str
    excluded: bool = False

    @property
    def words(self) -> list[str]:
        return self.text.split()

    def __str__(self) -> str:
        name = "" if self.field == "text" else f"{self.field}:"
        return f"{'-' if self.excluded else ''}{name}{'-'.join(self.words)}"


@dataclass(frozen=True, slots=True)
class Query:
    """Terms in canonical order; equal searches are equal objects and equal text.

    The text stands in addresses: `alliance+meta-analysis+-suicide+author:fluckiger`.
    """

    terms: tuple[Term, ...] = ()

    def __str__(self) -> str:
        return "+".join(map(str, self.terms))

    @property
    def shown(self) -> str:
        """Return the terms as somebody would type them."""
        return " ".join(map(str, self.terms))

    @classmethod
    def of_terms(cls, terms: Iterable[Term]) -> Query:
        return cls(tuple(sorted(set(terms), key=lambda term: (term.excluded, term))))

    def of(self, *fields: Field, excluded: bool = False) -> list[Term]:
        """Return the terms of some fields that are asked for, or (`excluded`) ruled out."""
        return [t for t in self.terms if t.field in fields and t.excluded == excluded]


def parse(text: str) -> Query:
    """Read what somebody typed, or what stands in an address.

    What cannot be read asks for nothing. NotFound where it is too much.
    """
    if len(text) > MAX_LENGTH:
        raise NotFound("this search is too long", f"write at most {MAX_LENGTH} characters")
    found = set()
    for match in _TERM.finditer(text):
        field = cast("Field", (match["field"] or "text").lower())
        written = match["word"] if match["phrase"] is None else match["phrase"]
        term = Term(field, _read(field, written), excluded=bool(match["no"]))
        if term.text:
            found.add(term)
    if len(found) > MAX_TERMS:
        raise NotFound(f"{len(found)} terms are too many", f"write at most {MAX_TERMS}")
    return Query.of_terms(found)


def respell(asked: Query, known: Collection[str]) -> Query | None:
    """Return a search with the nearest known word in place of each unknown one.

    `known` are folded words, of titles and names for instance. None where that changes nothing, or
    so much was asked that it would take long.
    """

    def respelt(term: Term) -> Term:
        words = [nearest(word, known) or word for word in term.words]
        return replace(term, text=" ".join(words))

    texts = set(asked.of("text", "title", "author"))
    if sum(len(term.words) for term in texts) > _RESPELT:
        return None
    made = Query.of_terms(respelt(term) if term in texts else term for term in asked.terms)
    return made if made != asked else None


def nearest(word: str, known: Collection[str]) -> str | None:
    """Return the word of `known` that somebody meant; None where it is known, short or strange."""
    if word in known or len(word) < _TYPED_WRONG:
        return None
    import difflib  # noqa: PLC0415 - most searches find something

    near = [one for one in known if abs(len(one) - len(word)) < 3]
    return next(iter(difflib.get_close_matches(word, near, n=1, cutoff=_NEAR)), None)


def _read(field: Field, written: str) -> str:
    if field == "doi":
        return _OF_A_DOI.sub("", written.strip().lower())
    if field in ("topic", "kind"):
        return "-".join(fold(written).split())
    return fold(written)


def fold(text: str) -> str:
    """Return the words of a text: small letters without accents, one space between two.

    What is searched and what is searched for are folded alike, so that both databases see nothing
    but words, and Flückiger is found as Fluckiger.
    """
    small = unicodedata.normalize("NFKD", text).casefold()
    plain = unicodedata.normalize("NFKD", small)
    bare = plain
    if not plain.isascii():
        bare = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(_SIGNS.sub(" ", bare).split())
