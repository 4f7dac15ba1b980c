"""Checks answers of OAI-PMH: the envelope, and what is in it, each by its own schema."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from lxml import etree

from syndicate.documents import oai
from tests.checking.schemas import SCHEMAS

NS: Final = {
    "o": "http://www.openarchives.org/OAI/2.0/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "s": "urn:uuid:a267ef41-987e-4709-acb7-ddb3a66a8d42",
    "r": "http://www.openarchives.org/OAI/2.0/rights/",
    "x": "http://www.w3.org/1999/xhtml",
}
OWN: Final = Path(oai.__file__).with_name("summary.xsd")
_OAI_DC: Final = "http://www.openarchives.org/OAI/2.0/oai_dc/"
# What every XML schema says of the prefix xml, as far as it is used here.
_XML: Final = """<schema xmlns="http://www.w3.org/2001/XMLSchema"
  targetNamespace="http://www.w3.org/XML/1998/namespace">
  <attribute name="lang" type="language"/>
</schema>"""


class _Here(etree.Resolver):
    """Finds imported schemas in the corpus: nothing is fetched."""

    def resolve(self, url: str, _id: str, context: Any) -> Any:
        name = url.rpartition("/")[2]
        if name == "xml.xsd":
            return self.resolve_string(_XML, context)
        return self.resolve_filename(str(SCHEMAS / name), context)


@cache
def _schema(path: Path) -> etree.XMLSchema:
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_Here())
    return etree.XMLSchema(etree.parse(str(path), parser))


def read(body: bytes) -> etree._Element:
    """Return the root of an answer that passes every check."""
    root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    assert list(problems(root)) == []
    return root


def problems(root: etree._Element) -> Iterator[str]:
    """Yield where an answer departs from the schemas and from 2.5 and 3.2."""
    yield from _invalid(SCHEMAS / "OAI-PMH.xsd", root)
    for name in ("metadata", "about", "description"):
        for element in root.iterfind(f".//o:{name}/*", NS):
            yield from _foreign(element)
    for record in root.iterfind(".//o:record", NS):
        deleted = record.find("o:header", NS).get("status") == "deleted"
        if deleted != (record.find("o:metadata", NS) is None):
            yield "a record has metadata exactly if it is not deleted"
    codes = {error.get("code") for error in root.iterfind("o:error", NS)}
    if codes & {"badVerb", "badArgument"} and root.find("o:request", NS).attrib:
        yield "request repeats arguments that were bad"


def _foreign(element: etree._Element) -> Iterator[str]:
    name = etree.QName(element)
    location = element.get("{http://www.w3.org/2001/XMLSchema-instance}schemaLocation") or ""
    if location.split()[:1] != [name.namespace]:
        yield f"{element.tag} does not say where its schema is"
    if name.namespace == NS["s"]:
        yield from _invalid(OWN, element)
    elif name.namespace == _OAI_DC:
        yield from _invalid(SCHEMAS / "oai_dc.xsd", element)
    elif name.namespace != NS["r"]:
        yield f"{element.tag} is of no known namespace"


def _invalid(path: Path, element: etree._Element) -> Iterator[str]:
    schema = _schema(path)
    # by itself, with the prefixes that it needs
    alone = etree.fromstring(etree.tostring(element))
    schema.validate(alone)
    for entry in schema.error_log:
        yield f"{path.name}: {entry.message}"
