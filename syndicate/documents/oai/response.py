"""The envelope of every answer, and the answers to the six verbs (3.2, 4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from syndicate.documents.identity import rfc3339
from syndicate.documents.oai import dublin, xml
from syndicate.documents.oai.xml import Element, add
from syndicate.model import Network

_ROOT: Final = ("OAI-PMH", xml.OAI, f"{xml.OAI}OAI-PMH.xsd")
GRANULARITY: Final = "YYYY-MM-DDThh:mm:ssZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Who is asked, what, and when the answer was begun. `request` repeats the arguments."""

    url: str
    now: datetime
    request: Mapping[str, str]

    def render(self, fill: Callable[[Element], None]) -> bytes:
        """Return the document; `fill` adds what answers the request."""
        made = xml.root(*_ROOT)
        add(made, "responseDate", rfc3339(self.now))
        add(made, "request", self.url, **self.request)
        fill(made)
        return xml.write(made)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The header of a record (2.5)."""

    identifier: str
    datestamp: datetime
    sets: tuple[str, ...]
    deleted: bool

    def add_to(self, parent: Element) -> None:
        made = add(parent, "header", status="deleted" if self.deleted else None)
        add(made, "identifier", self.identifier)
        add(made, "datestamp", rfc3339(self.datestamp))
        for spec in self.sets:
            add(made, "setSpec", spec)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A record: its header and, unless it is deleted, one metadata element and what is about it."""

    header: Header
    metadata: Element = None
    about: tuple[Element, ...] = ()

    def add_to(self, parent: Element) -> None:
        made = add(parent, "record")
        self.header.add_to(made)
        if self.header.deleted:
            return
        add(made, "metadata").append(self.metadata)
        for each in self.about:
            add(made, "about").append(each)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumption:
    """Where a list goes on (3.5); an empty `token` ends one that came in parts."""

    token: str
    size: int
    cursor: int

    def add_to(self, parent: Element) -> None:
        size = str(max(self.size, 1))
        add(
            parent,
            "resumptionToken",
            self.token or None,
            completeListSize=size,
            cursor=str(self.cursor),
        )


def add_list(
    parent: Element,
    verb: str,
    entries: Iterable[Header | Record],
    resumption: Resumption | None = None,
) -> None:
    """Add GetRecord, ListIdentifiers or ListRecords with what it lists."""
    made = add(parent, verb)
    for each in entries:
        each.add_to(made)
    if resumption:
        resumption.add_to(made)


def add_errors(parent: Element, errors: Iterable[tuple[str, str]]) -> None:
    """Add each (code, text) of what is wrong (3.6)."""
    for code, text in errors:
        add(parent, "error", text, code=code)


def add_formats(parent: Element, formats: Iterable[tuple[str, str, str]]) -> None:
    """Add each format's (prefix, address of its schema, namespace) (4.4)."""
    made = add(parent, "ListMetadataFormats")
    for prefix, schema, namespace in formats:
        element = add(made, "metadataFormat")
        add(element, "metadataPrefix", prefix)
        add(element, "schema", schema)
        add(element, "metadataNamespace", namespace)


def add_sets(parent: Element, sets: Iterable[tuple[str, str]]) -> None:
    """Add each set's (setSpec, setName) (4.6)."""
    made = add(parent, "ListSets")
    for spec, name in sets:
        element = add(made, "set")
        add(element, "setSpec", spec)
        add(element, "setName", name)


def add_identify(
    parent: Element, network: Network, *, url: str, email: str, earliest: datetime
) -> None:
    """Add the description of the repository (4.2)."""
    made = add(parent, "Identify")
    for name, text in (
        ("repositoryName", network.title),
        ("baseURL", url),
        ("protocolVersion", "2.0"),
        ("adminEmail", email),
        ("earliestDatestamp", rfc3339(earliest)),
        ("deletedRecord", "persistent"),
        ("granularity", GRANULARITY),
        ("compression", "gzip"),
    ):
        add(made, name, text)
    add(made, "description").append(dublin.render_network(network))
    add(made, "description").append(_manifest(network))


# Rights: https://www.openarchives.org/OAI/2.0/guidelines-rights.htm ------------------------------


def render_rights(network: Network) -> Element:
    """Return under which licence a record may be used."""
    made = xml.root("rights", xml.RIGHTS, f"{xml.OAI}rights.xsd")
    add(made, "rightsReference", ref=network.licence.url)
    return made


def _manifest(network: Network) -> Element:
    """Return under which licence all records may be used."""
    made = xml.root("rightsManifest", xml.RIGHTS, f"{xml.OAI}rightsManifest.xsd")
    made.set("appliesTo", f"{xml.OAI}entity#metadata")
    add(add(made, "rights"), "rightsReference", ref=network.licence.url)
    return made
