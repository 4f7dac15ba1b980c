"""What holds for every XML document we publish, before its vocabulary is looked at.

Well-formedness, declaration, entity references, namespaces, CDATA, and the plain-text rules of
the W3C feed validator (which allows a literal `&name;` only beside a hexadecimal reference).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.entities import name2codepoint

from lxml import etree

from tests.checking import values

ATOM = "http://www.w3.org/2005/Atom"
HISTORY = "http://purl.org/syndication/history/1.0"
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
PRISM = "http://prismstandard.org/namespaces/basic/2.0/"
DCTERMS = "http://purl.org/dc/terms/"
DC = "http://purl.org/dc/elements/1.1/"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
HARMLESS = frozenset({ATOM, DC, CONTENT})  # validators know them: an idle one does no harm
XML = "http://www.w3.org/XML/1998/namespace"
LANG = f"{{{XML}}}lang"

MAX_REFERENCES = 1000  # a parser of npm refuses a document with more
CDATA = re.compile(r"<!\[CDATA\[.*?\]\]>", re.DOTALL)
END_TAG = re.compile(r"</\w+>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A parsed document together with its bytes."""

    body: bytes
    root: etree._Element
    hex_lines: frozenset[int]  # counted from 1: lines with a reference such as &#x26;


def parse(body: bytes) -> Source:
    """Parse without entities or network. Raises etree.XMLSyntaxError."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, strip_cdata=False)
    lines = body.split(b"\n")
    return Source(
        body=body,
        root=etree.fromstring(body, parser),
        hex_lines=frozenset(n for n, line in enumerate(lines, 1) if b"&#x" in line),
    )


def raw_problems(source: Source) -> Iterator[str]:
    """Yield what is wrong with the bytes, whatever they mean."""
    if not re.match(
        rb"<\?xml version=['\"]1\.0['\"] encoding=['\"](?i:utf-8)['\"]\?>", source.body
    ):
        yield "the document does not begin with an XML declaration that names UTF-8"
    if b"<!DOCTYPE" in source.body.split(b"<" + etree.QName(source.root).localname.encode())[0]:
        yield "the document has a DOCTYPE"
    text = source.body.decode("utf-8")
    references = len(re.findall(r"&#?\w+;", CDATA.sub("", text)))
    if references >= MAX_REFERENCES:
        yield f"the document has {references} entity references outside CDATA: too many for readers"
    yield from values.character_problems(text)


def namespace_problems(source: Source, known: Mapping[str, str | None]) -> Iterator[str]:
    """Yield namespaces that are unknown, under an unusual prefix, or declared and not used."""
    used = {XML}
    declared: dict[str, str | None] = {}
    for element in source.root.iter(etree.Element):
        declared |= {uri: prefix for prefix, uri in element.nsmap.items()}
        used |= {etree.QName(name).namespace or "" for name in (element.tag, *element.attrib)}
    for uri, prefix in declared.items():
        if uri not in known:
            yield f"the namespace {uri} is unknown to validators"
        elif prefix != known[uri]:
            yield f"the namespace {uri} has the prefix {prefix}, not the usual {known[uri]}"
        if uri not in used | HARMLESS:
            yield f"the namespace {uri} is declared and not used"
    if any(f"{{{XML}}}base" in element.attrib for element in source.root.iter(etree.Element)):
        yield "xml:base is used, which half of the readers ignore"


def name(element: etree._Element) -> str:
    """Return an element's name in short: `title`, `dc:creator`."""
    local = etree.QName(element).localname
    return f"{element.prefix}:{local}" if element.prefix else local


def text_of(element: etree._Element) -> str:
    return str(element.xpath("string()"))


def is_cdata(element: etree._Element) -> bool:
    """Tell whether all text of an element stands in CDATA sections."""
    written = etree.tostring(element, encoding="unicode", with_tail=False)
    inner = re.sub(r"\A<[^>]*>|</[^>]*>\Z", "", written)
    return bool(inner) and not CDATA.sub("", inner).strip()


def plain_problems(source: Source, element: etree._Element, place: str) -> Iterator[str]:
    """Yield what makes a plain text look like markup to a reader or to the W3C validator."""
    text = text_of(element)
    if not text.strip():
        yield f"{place} is blank"
    if text != text.strip():
        yield f"{place} has white space around it"
    if len(element):
        yield f"{place} has elements in it"
    end_tag = END_TAG.search(text)
    if end_tag:
        yield f"{place} has the end tag {end_tag[0]}"
    line: object = element.sourceline  # the stubs of lxml do not know its type
    if line in source.hex_lines:
        return
    for word in re.findall(r"&(#?\w+)", text):
        if word in name2codepoint or word == "apos" or not word.isalpha():
            yield f"{place} has '&{word}': escaped twice, or write its ampersand as &#x26;"
    if etree.QName(element).namespace is None and re.search(r"<[/A-Za-z]", text):
        yield f"{place} has a less-than sign before a letter: write it as &#x3C;"
