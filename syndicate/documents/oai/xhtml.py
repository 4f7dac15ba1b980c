"""Sanitised HTML as XHTML: the same tree, in a namespace, well-formed."""

from __future__ import annotations

from lxml import etree

from syndicate.documents.oai.xml import XHTML, Element
from syndicate.model import SafeHtml


def render_xhtml(source: SafeHtml) -> Element:
    """Return a `div` that holds what `source` does."""
    # not lxml.html's fragment_fromstring: it strips no-break spaces
    read = etree.fromstring(f"<div>{source}</div>", etree.HTMLParser()).find("body/div")
    made = etree.Element(f"{{{XHTML}}}div", nsmap={None: XHTML})
    made.text = read.text
    made.extend(list(read))
    for element in made.iterdescendants():
        element.tag = f"{{{XHTML}}}{element.tag}"
        for name, value in element.attrib.items():
            if not value:  # `reversed` by itself is no attribute in XML
                element.set(name, name)
    return made
