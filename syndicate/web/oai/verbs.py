"""Answers the six verbs (4) out of the store."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from typing import Final

from syndicate import addresses
from syndicate.definitions import Definitions
from syndicate.documents.oai import basis, native, response
from syndicate.documents.oai.formats import FORMATS
from syndicate.documents.oai.response import Answer, Header, Record, Resumption
from syndicate.documents.oai.xml import Element
from syndicate.model import Network
from syndicate.store import datestamps, feeds, harvest, summaries
from syndicate.store.datestamps import Dated
from syndicate.store.engine import Connection
from syndicate.store.harvest import Found, Part
from syndicate.store.journal import Head
from syndicate.sync import Seal
from syndicate.web.oai import sets, tokens
from syndicate.web.oai.arguments import Asked, Given, Refused, read, require_format
from syndicate.web.oai.tokens import Place

LENGTH: Final[Mapping[str, int]] = {"ListIdentifiers": 500, "ListRecords": 100}
"""How many headers or records an answer has at most."""

_EMAIL = re.compile(r"[^\s@]+@(?:[^\s@.]+\.)+[^\s@.]+")


@dataclass(frozen=True, kw_only=True)
class Repository:
    """The state of the store in which a request is answered. `now` was read before it began."""

    connection: Connection
    definitions: Definitions
    head: Head
    seal: Seal
    now: datetime

    @property
    def url(self) -> str:
        return self.definitions.absolute(addresses.OAI)

    @cached_property
    def basis(self) -> str:
        return basis(self.definitions, self.head.epoch)

    @cached_property
    def dated(self) -> Dated:
        return datestamps.get(self.connection, self.basis, self.now)

    @property
    def is_dated(self) -> bool:
        """Tell whether every change has its date; else the newest bear the present one."""
        return self.dated.upto >= self.head.seq


def answer(repository: Repository, given: Given) -> bytes:
    """Return the answer to a request; what is wrong with it is part of the answer."""
    request: dict[str, str] = {}
    try:
        asked = read(given)
        request = asked.repeated()
        fill = _VERBS[asked.verb](repository, asked)
    except Refused as refused:
        fill = partial(response.add_errors, errors=refused.errors)
    return Answer(url=repository.url, now=repository.now, request=request).render(fill)


Fill = Callable[[Element], None]


def _identify(repository: Repository, _asked: Asked) -> Fill:
    return partial(
        response.add_identify,
        network=repository.definitions.network,
        url=repository.url,
        email=admin_email(repository.definitions.network),
        earliest=datestamps.get_earliest(repository.connection, repository.dated),
    )


def admin_email(network: Network) -> str:
    """Return whom a harvester writes to: `contact` if it is an address (RFC 2142, 5, if not)."""
    if _EMAIL.fullmatch(network.contact):
        return network.contact
    _, _, domain = network.tag_authority.rpartition("@")
    return f"postmaster@{domain}"


def _list_metadata_formats(repository: Repository, asked: Asked) -> Fill:
    if asked.identifier is not None:
        _find(repository, asked.identifier)
    found = [
        (prefix, each.schema(repository.definitions), each.namespace)
        for prefix, each in FORMATS.items()
    ]
    return partial(response.add_formats, formats=found)


def _list_sets(repository: Repository, asked: Asked) -> Fill:
    if asked.token is not None:
        tokens.resume(asked, repository.head, repository.seal)  # none is ever given: it is refused
    years = harvest.list_years(repository.connection)
    return partial(response.add_sets, sets=list(sets.names(repository.definitions, years)))


def _get_record(repository: Repository, asked: Asked) -> Fill:
    assert asked.identifier is not None
    assert asked.prefix is not None
    require_format(asked.prefix)
    found = _find(repository, asked.identifier)
    records = _records(repository, [found], asked)
    return partial(response.add_list, verb=asked.verb, entries=records)


def _find(repository: Repository, identifier: str) -> Found:
    found = harvest.find(repository.connection, identifier, repository.dated)
    if found is None:
        raise Refused(("idDoesNotExist", "There is and was no summary of this identifier."))
    return found


# Lists ------------------------------------------------------------------------------------------


def _list(repository: Repository, asked: Asked) -> Fill:
    place = (
        Place(asked=asked, seq=0, cursor=0, size=0)
        if asked.token is None
        else tokens.resume(asked, repository.head, repository.seal)
    )
    whole = place.asked
    assert whole.prefix is not None
    require_format(whole.prefix)
    part = _part(repository, whole)
    after, upto = datestamps.get_bounds(
        repository.connection, repository.dated, whole.since, whole.until
    )
    most = LENGTH[asked.verb]
    found = harvest.list_changed(
        repository.connection,
        part,
        repository.dated,
        after=place.seq or after,
        upto=upto,
        limit=most + 1,
    )
    if not found:
        # for a token too: what it left to be given has changed since, after `until`
        raise _nothing("Nothing has changed that is asked for.")
    shown = found[:most]
    make = _records if asked.verb == "ListRecords" else _headers
    return partial(
        response.add_list,
        verb=asked.verb,
        entries=make(repository, shown, whole),
        resumption=_resumption(
            repository, place, part, (after, upto), shown, more=len(found) > most
        ),
    )


def _part(repository: Repository, asked: Asked) -> Part:
    if asked.set is None:
        return Part()
    stored = feeds.list_feeds(repository.connection)
    part = sets.find_part(asked.set, repository.definitions, stored)
    if part is None:
        raise _nothing(f"There is no set {asked.set}; ListSets has them all.")
    return part


def _nothing(text: str) -> Refused:
    return Refused(("noRecordsMatch", text))


def _resumption(
    repository: Repository,
    place: Place,
    part: Part,
    bounds: tuple[int, int],
    shown: Sequence[Found],
    *,
    more: bool,
) -> Resumption | None:
    """Return where the list goes on; None for one that came in a single answer."""
    size = place.size
    if not place.seq:
        if not more:
            return None
        after, upto = bounds
        size = harvest.count_changed(repository.connection, part, after=after, upto=upto)
    given = place.cursor + len(shown)
    further = Place(
        asked=place.asked, seq=shown[-1].seq, cursor=given, size=max(size, given + more)
    )
    token = tokens.write(further, repository.head, repository.seal) if more else ""
    return Resumption(token=token, size=further.size, cursor=place.cursor)


def _headers(_repository: Repository, found: Sequence[Found], asked: Asked) -> list[Header]:
    return [_header(one, asked.set) for one in found]


def _header(found: Found, asked_set: str | None) -> Header:
    return Header(
        identifier=found.id,
        datestamp=found.at,
        sets=sets.specs_of(found, asked_set),
        deleted=found.deleted,
    )


def _records(repository: Repository, found: Sequence[Found], asked: Asked) -> list[Record]:
    assert asked.prefix is not None
    definitions = repository.definitions
    render = FORMATS[asked.prefix].render
    keys = [(one.id, one.revision) for one in found if not one.deleted]
    texts = summaries.get_many(repository.connection, keys)
    records = []
    for one in found:
        header = _header(one, asked.set)
        if one.deleted:
            records.append(Record(header=header))
            continue
        text = texts[one.id]
        about = (
            response.render_rights(definitions.network),
            native.render_provenance(text, definitions, one.revision),
        )
        records.append(Record(header=header, metadata=render(text, definitions), about=about))
    return records


_VERBS: Final[Mapping[str, Callable[[Repository, Asked], Fill]]] = {
    "GetRecord": _get_record,
    "Identify": _identify,
    "ListIdentifiers": _list,
    "ListMetadataFormats": _list_metadata_formats,
    "ListRecords": _list,
    "ListSets": _list_sets,
}
