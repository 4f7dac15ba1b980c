"""Namespaces, and the few ways in which an element is made."""

from __future__ import annotations

from typing import Any, Final

from lxml import etree

OAI: Final = "http://www.openarchives.org/OAI/2.0/"
OAI_DC: Final = f"{OAI}oai_dc/"
DC: Final = "http://purl.org/dc/elements/1.1/"
RIGHTS: Final = f"{OAI}rights/"
XHTML: Final = "http://www.w3.org/1999/xhtml"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"

# Of the format that is our own. The same in every network, and no address: what it says is at
# addresses.OAI_SCHEMA of each.
OWN: Final = "urn:uuid:a267ef41-987e-4709-acb7-ddb3a66a8d42"

LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
LOCATION: Final = f"{{{XSI}}}schemaLocation"

Element = Any
"""An lxml element; lxml carries no types."""


def root(name: str, namespace: str, schema: str) -> Element:
    """Make an element that says where the schema of its namespace is; it has no prefix."""
    names: dict[str | None, str] = {None: namespace, "xsi": XSI}
    made = etree.Element(f"{{{namespace}}}{name}", nsmap=names)
    made.set(LOCATION, f"{namespace} {schema}")
    return made


def add(parent: Element, name: str, text: str | None = None, **attributes: str | None) -> Element:
    """Add an element of the parent's namespace; attributes that are None are left out."""
    namespace = etree.QName(parent).namespace
    made = etree.SubElement(parent, f"{{{namespace}}}{name}")
    made.text = text
    for key, value in attributes.items():
        if value is not None:
            made.set(key, value)
    return made


def write(element: Element) -> bytes:
    """Return a document in UTF-8."""
    made: bytes = etree.tostring(element, encoding="UTF-8", xml_declaration=True)
    return made
