"""The reference of the summarised article: its DOI and year found in the text, and its HTML.

The editor's text is authoritative. A DOI is kept bare and in lower case, because DOIs ignore case
(ISO 26324); a reference without DOI or year is accepted. Nothing is looked up anywhere.
"""

from __future__ import annotations

import html
import re
from typing import Final
from urllib.parse import unquote

from syndicate.editorial.values import FieldError, parse_text, shown
from syndicate.model import Citation

MAX_DOI: Final = 200
_PREFIX = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", re.IGNORECASE)
_BARE = re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]+)*/[^\s\x00-\x1f\"'\\^`{|}\u201c\u201d]+")
_IN_TEXT = re.compile(rf"(?<![\w./]){_PREFIX.pattern}?{_BARE.pattern}", re.IGNORECASE)
_YEAR = re.compile(r"\((1[5-9]\d\d|2\d\d\d)[a-z]?(?:,[^()]*)?\)")
_PAIRS = {")": "(", "]": "[", ">": "<"}


def normalise_doi(text: str) -> str:
    """Return the bare DOI, in lower case, of `10.…`, `doi:10.…` or `https://doi.org/10.…`."""
    doi = text.strip()
    if prefix := _PREFIX.match(doi):
        doi = doi[prefix.end() :]
    if prefix and "/" in prefix[0]:  # an address: what is percent-encoded in it is decoded
        doi = unquote(re.split(r"[?#]", doi)[0])
    if len(doi) <= MAX_DOI:  # longer is none, and not worth the search for its end
        doi = _without_end(doi)
    if len(doi) > MAX_DOI or not _BARE.fullmatch(doi):
        raise FieldError(f"{shown(text)} is not a DOI", "write it like 10.1016/j.cpr.2019.101810")
    return doi.lower()


def parse_doi(value: object) -> str:
    """Read the field `doi`."""
    return normalise_doi(parse_text(value))


def find_doi(text: str) -> str | None:
    """Return the first DOI that a reference names."""
    span = _find_span(text)
    return normalise_doi(text[slice(*span)]) if span else None


def find_year(text: str) -> int | None:
    """Return the year that a reference gives in round brackets, as APA style does."""
    match = _YEAR.search(text)
    return int(match[1]) if match else None


def make_citation(text: str, *, doi: str | None, year: int | None) -> Citation:
    """Return the citation, DOI and year taken from its text where they are not given."""
    return Citation(text=text, doi=doi or find_doi(text), year=year or find_year(text))


def around_doi(citation: Citation) -> tuple[str, str]:
    """Return the reference's text before and after its DOI, which is shown once, as a link."""
    span = _find_span(citation.text)
    if citation.doi is None or not span or find_doi(citation.text) != citation.doi:
        return citation.text, ""
    after = citation.text[span[1] :]
    return citation.text[: span[0]].rstrip(), "" if after.strip() == "." else after


def citation_html(citation: Citation) -> str:
    """Return the paragraph that ends a summary of research; the DOI is a link, shown once."""
    before, after = (html.escape(part, quote=False) for part in around_doi(citation))
    if citation.doi_url is None:
        return f"<p>Citation: {before}</p>"
    address = html.escape(citation.doi_url)
    link = f'<a href="{address}" rel="nofollow noopener noreferrer">{address}</a>'
    return f"<p>Citation: {before} {link}{after}</p>"


def _find_span(text: str) -> tuple[int, int] | None:
    """Return where the first DOI stands, its prefix included and the sentence's end left out."""
    for match in _IN_TEXT.finditer(text):
        found = _without_end(match[0])
        try:
            normalise_doi(found)
        except FieldError:
            continue
        return match.start(), match.start() + len(found)
    return None


def _without_end(text: str) -> str:
    """Take off what ends a sentence or closes a bracket that the DOI did not open."""
    while text:
        last = text[-1]
        opener = _PAIRS.get(last)
        closes_nothing = opener is not None and text.count(last) > text.count(opener)
        if last not in ".,;:!?\u2026" and not closes_nothing:
            break
        text = text[:-1]
    return text
