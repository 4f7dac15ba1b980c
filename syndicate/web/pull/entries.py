"""Single summaries by id or DOI, and lists of them for browsing (which is not for mirrors)."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote, urlencode

import orjson

from syndicate import addresses
from syndicate.documents import record
from syndicate.errors import CursorInvalid, Moved, NotFound
from syndicate.store import pull, records, summaries
from syndicate.store.pull import Browsing
from syndicate.store.records import Record
from syndicate.web.pull import bodies, parameters, tombstones
from syndicate.web.pull.asking import Asking
from syndicate.web.pull.problems import Refused
from syndicate.web.pull.resource import Resource

PARTS: Final = ("full", *record.PARTS)
MOST: Final = 200
_USUAL: Final = 20


def by_id(asking: Asking, id: str) -> Resource:
    """Answer the summary of an id; 410 with its tombstone where it was withdrawn."""
    found = records.find(asking.connection, id)
    if found is None:
        stored = summaries.find(asking.connection, id=id)
        if stored is None:
            raise NotFound("there is no summary of this id", "percent-encode it in the address")
        text = summaries.get(asking.connection, stored)
        tombstone = {"id": id, "seq": stored.seq, **tombstones.of_summary(asking.connection, text)}
        raise Refused(
            "item-withdrawn",
            "this summary was withdrawn",
            "remove it",
            more={"tombstone": tombstone},
        )
    _require_allowed(asking, found)
    return _single(asking, found)


def by_doi(asking: Asking, doi: str) -> Resource:
    """Answer the newest summary of an article; Link names the others, where there are any."""
    found = pull.list_of_doi(asking.connection, doi.lower())
    if not found:
        raise NotFound("no summary cites this DOI", "write it bare, as 10.1037/pst0000170")
    _require_allowed(asking, found[0])
    others = [(_address(asking, one.summary_id), "related") for one in found[1:]]
    return _single(asking, found[0], *others)


def embed(asking: Asking, what: str) -> Resource:
    """Lead on to the frame of a summary, by its id, or of a topic, by its slug."""
    stored = summaries.find(asking.connection, id=what)
    if stored is None and ":" in what:
        raise NotFound("there is no summary of this id", "percent-encode it in the address")
    page = (
        addresses.summary(stored.slug)
        if stored
        else addresses.topic(asking.definitions.topic(what).slug)
    )
    raise Moved(addresses.embedded(page))


def _require_allowed(asking: Asking, found: Record) -> None:
    """Refuse what a key limited to topics does not reach."""
    allowed = asking.caller.topics
    if allowed is None:
        return
    slugs = [topic["slug"] for topic in orjson.loads(found.body)["topics"]]
    if allowed.isdisjoint(slugs):
        raise Refused("key-scope", "this summary is of none of the key's topics")


def _single(asking: Asking, found: Record, *links: tuple[str, str]) -> Resource:
    parts = _parts(asking)
    (body,) = bodies.present(asking, [found])
    canonical = (orjson.loads(body)["url"], "canonical")
    return Resource(
        title="Summary",
        body=lambda: record.part(body, parts),
        parts=(parts,),
        links=(canonical, *links),
    )


def _address(asking: Asking, id: str) -> str:
    return f"{asking.base_url}/v1/items/{quote(id, safe=':,')}"


def _parts(asking: Asking) -> str:
    """Return what is wanted of each record; the whole must not be asked for without the right."""
    if asking.values.get("parts") == "full":
        asking.caller.require("full-text")
    return parameters.choice(asking.values, "parts", PARTS, "full")


def browse(asking: Asking) -> Resource:
    """Answer a page of summaries, newest first. A mirror follows `changes` instead."""
    values = asking.values
    parts = _parts(asking)
    limit = parameters.integer(values, "limit", least=1, most=MOST, otherwise=_USUAL)
    since, before = parameters.month(values) or (None, None)
    browsing = Browsing(
        scope=asking.scope,
        author=parameters.author(values),
        search=parameters.search(values, asking.definitions),
        since=since,
        before=before,
        after=_read_page(asking),
    )
    found = pull.list_newest(asking.connection, browsing, limit=limit + 1)
    shown = found[:limit]
    following = _next(asking, shown[-1]) if len(found) > limit else None
    return Resource(
        title="Summaries",
        body=lambda: _list(asking, [one for _, one in shown], parts, following),
        parts=(_query(asking), values.get("page", ""), str(limit), parts),
        links=((following, "next"),) if following else (),
    )


def _list(asking: Asking, found: list[Record], parts: str, following: str | None) -> bytes:
    network = asking.definitions.network
    rest: dict[str, Any] = {
        "next": following,
        "for_mirrors": f"{asking.base_url}/v1/changes",
        "availability_notice": {"en": network.notice_en, "fr": network.notice_fr},
    }
    made = b",".join(record.part(body, parts) for body in bodies.present(asking, found))
    return b'{"items":[' + made + b"]," + orjson.dumps(rest)[1:]


# Pages ------------------------------------------------------------------------------------------

_PURPOSE: Final = "items"


def _query(asking: Asking) -> str:
    """Return what a list is narrowed to, as the query of its next page."""
    names = (*parameters.SCOPE, "author", "q", "month", "limit", "parts")
    return urlencode({name: asking.values[name] for name in names if name in asking.values})


def _next(asking: Asking, last: tuple[str, Record]) -> str:
    """Return the address of what comes after the last one shown: by its key, not by a number."""
    published, shown = last
    page = "page=" + asking.seal.sign(_PURPOSE, orjson.dumps((published, shown.summary_id)))
    query = _query(asking)
    return f"{asking.base_url}/v1/items?{page}{'&' if query else ''}{query}"


def _read_page(asking: Asking) -> tuple[str, str] | None:
    text = asking.values.get("page")
    if text is None:
        return None
    payload = asking.seal.open(_PURPOSE, text)
    if payload is None:
        raise CursorInvalid("this page was not made here", "follow `next` as it is")
    published, id = orjson.loads(payload)
    return published, id
