"""A reference in the three formats that citation managers import: RIS, BibTeX and CSL-JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

import orjson

from syndicate.documents.reference import Name, Reference


class Style(NamedTuple):
    """A format of citation: its media type, and how a reference is written in it."""

    media_type: str
    render: Callable[[Reference], bytes]


# RIS ---------------------------------------------------------------------------------------------


def render_ris(reference: Reference) -> bytes:
    """Return a record of RIS: a tag of two letters, two spaces, a hyphen, a space, a value."""
    kinds = {"article": "JOUR", "page": "ELEC"}
    lines = [("TY", kinds[reference.kind]), *_ris(reference), ("ER", "")]
    return "".join(f"{tag}  - {_one_line(value)}\r\n" for tag, value in lines).encode()


def _ris(reference: Reference) -> Iterator[tuple[str, str]]:
    yield "TI", reference.title
    for name in _with_others(reference, "et al."):
        yield "AU", ", ".join(filter(None, (name.family, name.given, name.suffix)))
    first, _, last = reference.pages.partition("–")
    fields = {
        "T2": reference.container,
        "VL": reference.volume,
        "IS": reference.issue,
        "SP": first,
        "EP": last,
        "PY": str(reference.year or ""),
        "DA": f"{reference.date:%Y/%m/%d}" if reference.date else "",
        "DO": reference.doi,
        "UR": reference.url,
        "AB": reference.abstract,
        "LA": reference.lang,
    }
    yield from ((tag, value) for tag, value in fields.items() if value)


# BibTeX ------------------------------------------------------------------------------------------

_SPECIAL: Final = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
}


def render_bibtex(reference: Reference) -> bytes:
    """Return an entry of BibTeX in UTF-8; signs that TeX would read are escaped."""
    kinds = {"article": "article", "page": "misc"}
    names = " and ".join(_bibtex_name(name) for name in _with_others(reference, "others"))
    fields = {
        "author": names,
        "title": f"{{{_escaped(reference.title)}}}" if reference.title else "",
        "journal" if reference.kind == "article" else "howpublished": _escaped(reference.container),
        "volume": _escaped(reference.volume),
        "number": _escaped(reference.issue),
        "pages": _escaped(reference.pages).replace("–", "--"),
        "year": str(reference.year or ""),
        "doi": _escaped(reference.doi),
        "url": _escaped(reference.url),
        "langid": "english",
    }
    key = re.sub(r"[^\w-]", "", reference.key)
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return "\n".join([f"@{kinds[reference.kind]}{{{key},", ",\n".join(lines), "}", ""]).encode()


def _bibtex_name(name: Name) -> str:
    if name == Name("others"):
        return "others"
    if not name.given:
        return f"{{{_escaped(name.family)}}}"  # a group is one name, whatever words it has
    parts = (name.family, name.suffix, name.given)
    return ", ".join(_escaped(part) for part in parts if part)


def _escaped(text: str) -> str:
    return "".join(_SPECIAL.get(sign, sign) for sign in _one_line(text))


# CSL-JSON ----------------------------------------------------------------------------------------


def render_csl(reference: Reference) -> bytes:
    """Return a list of one record of CSL-JSON: what a file of it is."""
    return orjson.dumps([csl(reference)])


def csl(reference: Reference) -> dict[str, Any]:
    """Return a record of CSL-JSON (citationstyles.org, schema 1.0.2); empty fields are left out."""
    kinds = {"article": "article-journal", "page": "webpage"}
    date = reference.date
    parts = [date.year, date.month, date.day] if date else [reference.year]
    fields: dict[str, Any] = {
        "id": reference.key,
        "type": kinds[reference.kind],
        "title": reference.title,
        "author": [_csl_name(name) for name in _with_others(reference, "et al.")],
        "container-title": reference.container,
        "volume": reference.volume,
        "issue": reference.issue,
        "page": reference.pages,
        "issued": {"date-parts": [parts]} if parts != [None] else None,
        "DOI": reference.doi,
        "URL": reference.url,
        "abstract": reference.abstract,
        "language": reference.lang,
    }
    return {name: value for name, value in fields.items() if value}


def _csl_name(name: Name) -> dict[str, str]:
    if not name.given:
        return {"literal": name.family}
    suffix = {"suffix": name.suffix} if name.suffix else {}
    return {"family": name.family, "given": name.given, **suffix}


# All of them -------------------------------------------------------------------------------------

STYLES: Final = {
    "ris": Style("application/x-research-info-systems; charset=utf-8", render_ris),
    "bib": Style("application/x-bibtex; charset=utf-8", render_bibtex),
    "json": Style("application/vnd.citationstyles.csl+json", render_csl),
}
"""By the extension of their files."""


def _with_others(reference: Reference, others: str) -> Iterator[Name]:
    yield from reference.authors
    if reference.has_more_authors:
        yield Name(others)


def _one_line(text: str) -> str:
    return " ".join(text.split())
