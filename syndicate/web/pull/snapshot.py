"""The live set as NDJSON, for a first copy: a record a line, then `changes` with its cursor.

It comes in parts of bounded size, so that no answer is large and no slow reader is waited for.
Each part carries the cursor of its end. So whoever stops after any part gets the rest as changes,
and what changes between two parts is among the changes after the last one, whose cursor is of the
time at which the first was made. Sealed segments are joined as they are; what lies loose is
compressed when asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from syndicate.documents import deflate, record
from syndicate.documents.deflate import Piece
from syndicate.errors import CursorExpired, CursorInvalid
from syndicate.store import pull, segments
from syndicate.web.negotiation import Coding
from syndicate.web.pull import bodies
from syndicate.web.pull.asking import Asking
from syndicate.web.pull.resource import CHECKED, NDJSON, Resource

PART: Final = 1024 * 1024  # bytes of a part, compressed
_RATIO: Final = 5  # by which records shrink, roughly
_AT_ONCE: Final = 200
_PURPOSE: Final = "snapshot"


def snapshot(asking: Asking) -> Resource:
    """Answer a part of the live set, in the order of the summaries' latest changes."""
    after, upto = _read_place(asking)
    runs, last = _plan(asking, after, upto)
    cursor = asking.cursor(upto if last is None else last)
    links = [(f"{asking.base_url}/v1/changes?since={cursor}{asking.filter()}", "monitor")]
    if last is not None:
        token = _seal_place(asking, last, upto)
        links.insert(0, (f"{asking.base_url}/v1/snapshot?page={token}{asking.filter()}", "next"))

    def encoded(coding: Coding) -> bytes:
        pieces = (piece for run in runs for piece in _pieces(asking, run))
        return deflate.join(pieces) if coding == "gzip" else b"".join(map(deflate.inflate, pieces))

    return Resource(
        title="Snapshot",
        body=lambda: encoded("identity"),
        encoded=encoded,
        parts=(str(asking.scope), str(after), str(upto)),
        media_type=NDJSON,
        cache=CHECKED,
        links=tuple(links),
        headers=(("Cursor", cursor),),
        shown=lambda: _described(asking),
    )


def _described(asking: Asking) -> dict[str, Any]:
    """Return what a person is told, who could not read the records."""
    query = f"?{asking.filter()[1:]}" if asking.filter() else ""
    address = f"{asking.base_url}/v1/snapshot{query}"
    return {
        "what it is": "every live entry as JSON, a record a line (NDJSON), to begin a copy with; "
        "then go on at /v1/changes from the header Cursor",
        "seq": asking.head.seq,
        "live_count": pull.count_live(asking.connection, asking.scope),
        "parts": sum(1 for _ in _parts(asking, 0, asking.head.seq)),
        "address": address,
        "first part": f"curl -s --compressed -D head.txt -o first.ndjson '{address}'",
        "further parts": 'at the address of Link: <…>; rel="next" in head.txt, until there is none',
    }


@dataclass(frozen=True, slots=True)
class _Run:
    """Records that follow each other: those of one segment, or loose ones."""

    after: int
    last: int
    is_sealed: bool
    length: int


def _plan(asking: Asking, after: int, upto: int) -> tuple[list[_Run], int | None]:
    """Return what a part consists of, and where the next one goes on; None at the end."""
    runs, more = next(_parts(asking, after, upto))
    return runs, runs[-1].last if more else None


def _parts(asking: Asking, after: int, upto: int) -> Iterator[tuple[list[_Run], bool]]:
    """Yield what each part consists of, and whether another follows; there is always one."""
    runs: list[_Run] = []
    size = 0
    for run in _runs(asking, after, upto):
        if runs and size + run.length > PART:
            yield runs, True
            runs, size = [], 0
        runs.append(run)
        size += run.length
    yield runs, False


def _runs(asking: Asking, after: int, upto: int) -> Iterator[_Run]:
    if asking.scope.is_everything and asking.caller.may("full-text"):
        look = record.look(asking.definitions)
        for one in segments.list_after(asking.connection, after, upto=upto, look=look):
            yield from _loose(asking, after, one.first - 1)
            yield _Run(one.first - 1, one.last, is_sealed=True, length=one.length)
            after = one.last
    yield from _loose(asking, after, upto)


def _loose(asking: Asking, after: int, upto: int) -> Iterator[_Run]:
    while after < upto:
        sizes = pull.list_sizes(
            asking.connection, after=after, upto=upto, limit=_AT_ONCE, scope=asking.scope
        )
        if not sizes:
            return
        last = sizes[-1][0]
        length = sum(size for _, size in sizes) // _RATIO
        yield _Run(after, last, is_sealed=False, length=length)
        after = last


def _pieces(asking: Asking, run: _Run) -> Iterator[Piece]:
    if run.is_sealed:
        sealed = segments.get(asking.connection, run.after + 1)
        yield Piece(data=sealed.data, crc=sealed.crc, size=sealed.size)
        return
    found = pull.list_live(
        asking.connection, after=run.after, upto=run.last, limit=_AT_ONCE, scope=asking.scope
    )
    yield deflate.deflate(b"".join(body + b"\n" for body in bodies.present(asking, found)))


# Where a further part begins ---------------------------------------------------------------------


def _seal_place(asking: Asking, after: int, upto: int) -> str:
    payload = after.to_bytes(8, "big") + asking.cursor(upto).encode()
    return asking.seal.sign(_PURPOSE, payload)


def _read_place(asking: Asking) -> tuple[int, int]:
    """Return (after, upto): where the part begins, and the place of the snapshot as a whole."""
    token = asking.values.get("page")
    if token is None:
        asking.begin()
        return 0, asking.head.seq
    payload = asking.seal.open(_PURPOSE, token)
    if payload is None:
        raise CursorInvalid("this page was not made here", "follow the Link header as it is")
    try:
        return int.from_bytes(payload[:8], "big"), asking.read(payload[8:].decode())
    except CursorExpired as error:
        raise CursorExpired(error.message, "begin the snapshot again") from None
