"""How selections are written for readers: `Empathy or Training, Meta-analysis, not Suicide`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from syndicate import selection
from syndicate.alerts import wording
from syndicate.alerts.subscription import Language
from syndicate.definitions import Definitions
from syndicate.errors import NotFound
from syndicate.model import Kind, Topic
from syndicate.selection import Term


def labels(
    selections: Iterable[str], definitions: Definitions, language: Language
) -> Iterator[str]:
    """Yield what stands for each selection; one that names what is gone is left out."""
    for text in selections:
        if not text:
            yield wording.BULLETIN[language]["everything"]
        elif terms := terms_of(text, definitions):
            yield _label(terms, definitions, language)


def listed(selections: Iterable[str], definitions: Definitions, language: Language) -> str:
    """Return the labels as one text: `Empathy; Training`, in French with a space before `;`."""
    between = "\u202f; " if language == "fr" else "; "
    return between.join(labels(selections, definitions, language))


def terms_of(text: str, definitions: Definitions) -> tuple[Term, ...]:
    """Return a selection's terms by their present slugs; none for one that names what is gone."""
    try:
        return definitions.resolve(selection.parse(text)).terms
    except NotFound:
        return ()


def label_of(one: Topic | Kind, language: Language) -> str:
    return one.label_fr if language == "fr" else one.label


def _label(terms: tuple[Term, ...], definitions: Definitions, language: Language) -> str:
    words = wording.BULLETIN[language]
    groups = [
        words["or"].join(_term(term, definitions, language) for term in named)
        for group in ("topic", "kind", "form")
        if (named := [term for term in terms if term.group == group and not term.excluded])
    ]
    without = [
        words["not"].format(label=_term(term, definitions, language))
        for term in terms
        if term.excluded
    ]
    return ", ".join([*(groups or [words["everything"]]), *without])


def _term(term: Term, definitions: Definitions, language: Language) -> str:
    if term.group == "form":
        return wording.FORMS[language].get(term.slug, term.slug)
    find = definitions.find_topic if term.group == "topic" else definitions.find_kind
    one = find(term.slug)
    return label_of(one, language) if one else term.slug
