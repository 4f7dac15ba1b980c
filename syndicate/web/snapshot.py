"""One state of the store, ready to be served without asking the store again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urlsplit

from syndicate import addresses
from syndicate.definitions import Definitions
from syndicate.errors import StoreError
from syndicate.model import FORMATS
from syndicate.store import documents, feeds, site
from syndicate.store.engine import Connection
from syndicate.store.feeds import StoredFeed
from syndicate.store.journal import Head
from syndicate.web import files, headers, old_addresses, prepared
from syndicate.web.hosts import Hosts
from syndicate.web.kept import Kept
from syndicate.web.prepared import Prepared

KEPT_LIMIT: Final = 64 * 1024 * 1024  # bytes of pages and of documents made on demand


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything that one generation of the store gives out, complete before it is served.

    `kept` takes the pages and documents that are made on demand; it ends with the generation.
    """

    hosts: Hosts
    security: headers.Headers
    documents: Mapping[str, Prepared]
    head: Head | None = None
    definitions: Definitions | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    redirects: Mapping[str, str] = field(default_factory=dict)
    kept: Kept[Prepared] = field(default_factory=lambda: Kept(KEPT_LIMIT))

    @property
    def root(self) -> str:
        """Return the path of the base URL, which a proxy takes off before it asks us."""
        return urlsplit(self.definitions.network.base_url).path if self.definitions else ""

    @property
    def generation(self) -> int:
        """Return the store's generation, -1 where nothing was read yet."""
        return self.head.generation if self.head else -1

    def is_of(self, head: Head) -> bool:
        return self.head == head


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What belongs to this process and not to the store."""

    base_url: str | None
    port: int | None
    loopback: bool
    files: Mapping[str, bytes]  # of static/

    def empty(self) -> Snapshot:
        """Return the snapshot of a store that could not be read yet."""
        security = headers.security(self.base_url or "")
        return Snapshot(
            hosts=self.hosts(None),
            security=security,
            documents=files.prepare(self.files, security),
        )

    def hosts(self, definitions: Definitions | None) -> Hosts:
        published = [definitions.network.base_url] if definitions else []
        configured = [self.base_url] if self.base_url else []
        return Hosts(
            [*published, *configured],
            definitions.network.hosts if definitions else (),
            port=self.port,
            loopback=self.loopback,
        )


def load(
    connection: Connection, head: Head, before: Snapshot, installation: Installation
) -> Snapshot:
    """Read what has changed since `before`, all in the connection's one transaction.

    StoreError when nothing has been published yet.
    """
    values = site.get_values(connection)
    definitions = before.definitions
    if definitions is None or values != before.values:
        definitions = site.get_definitions(connection)
    stored = feeds.list_feeds(connection)
    security = headers.security(definitions.network.base_url)
    found = _documents(connection, head, definitions, before)
    unchanged = _is_unchanged(head, values, before)
    return Snapshot(
        head=head,
        definitions=definitions,
        values=values,
        documents=found | _files(installation, security, before),
        kept=before.kept if unchanged else Kept(KEPT_LIMIT),
        gone=frozenset(_gone(stored)),
        redirects=old_addresses.table(definitions),
        hosts=installation.hosts(definitions),
        security=security,
    )


def _documents(
    connection: Connection, head: Head, definitions: Definitions, before: Snapshot
) -> dict[str, Prepared]:
    held = before.documents
    since = before.generation
    if not _continues(head, definitions, before):
        held, since = {}, -1
    present = documents.list_paths(connection)
    found = {path: document for path, document in held.items() if path in present}
    for document in documents.list_since(connection, since):
        found[document.path] = prepared.of_stored(document, definitions)
    return found


def _files(
    installation: Installation, security: headers.Headers, before: Snapshot
) -> dict[str, Prepared]:
    """Return the files of static/, which change with the program and the base URL alone."""
    if security == before.security:
        return {path: before.documents[path] for path in installation.files}
    return files.prepare(installation.files, security)


def _is_unchanged(head: Head, values: Mapping[str, str], before: Snapshot) -> bool:
    """Tell whether pages are as they were: a generation may bring nothing but further codings."""
    if before.head is None or values != before.values:
        return False
    return replace(head, generation=before.generation) == before.head


def _continues(head: Head, definitions: Definitions, before: Snapshot) -> bool:
    """Tell whether what was prepared before still holds where its document did not change."""
    if before.head is None or before.definitions is None:
        return False
    network, former = definitions.network, before.definitions.network
    headers_hold = (network.base_url, network.hub) == (former.base_url, former.hub)
    return headers_hold and before.head.epoch == head.epoch


def _gone(stored: Mapping[str, StoredFeed]) -> set[str]:
    """Return the paths of feeds that have left the definitions."""
    return {
        addresses.document(f"/{key}/feed", each)
        for key, feed in stored.items()
        if feed.removed
        for each in FORMATS
    }


def require(snapshot: Snapshot) -> Definitions:
    """Return the snapshot's definitions; StoreError where nothing has been published yet."""
    if snapshot.definitions is None:
        raise StoreError("nothing has been published yet", "run `syndicate publish`")
    return snapshot.definitions
