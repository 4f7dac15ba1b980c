"""The ledger as it is exported: what each partner was answered, a row for each day and endpoint."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from syndicate.errors import PartnerRefused
from syndicate.store import engine as store
from syndicate.store import partners, usage
from syndicate.store.engine import Connection, Engine

_MONTH: Final = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
COLUMNS: Final = ("date", "partner", "endpoint", "requests", "bytes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`date` is a day in UTC, `bytes` those of bodies as they were sent."""

    date: str
    name: str
    endpoint: str
    requests: int
    bytes: int


def collect(engine: Engine, name: str | None = None, *, month: str | None = None) -> list[Line]:
    """Return the ledger of one partner or of all, oldest first. NotFound for an unknown name."""
    with store.reading(engine) as connection:
        if name is not None:
            found = partners.get(connection, name)
            return of_partner(connection, found.id, found.name, month=month)
        names = {one.id: one.name for one in partners.list_partners(connection)}
        since, before = _days(month)
        rows = usage.list_answered(connection, since=since, before=before)
        return [_line(row, names.get(row.partner, row.partner)) for row in rows]


def of_partner(
    connection: Connection, id: str, name: str, *, month: str | None = None
) -> list[Line]:
    """Return one partner's ledger; `month` (`2026-03`) narrows it. PartnerRefused: no month."""
    since, before = _days(month)
    rows = usage.list_answered(connection, id, since=since, before=before)
    return [_line(row, name) for row in rows]


def _line(row: usage.Answered, name: str) -> Line:
    return Line(
        date=row.date, name=name, endpoint=row.endpoint, requests=row.requests, bytes=row.bytes
    )


def _days(month: str | None) -> tuple[str, str]:
    """Return the days from which and before which rows are wanted, as text that sorts."""
    if month is None:
        return "", "9999"
    if not _MONTH.fullmatch(month):
        raise PartnerRefused(f"{month!r} is no month", "write it as 2026-03")
    return f"{month}-01", f"{month}-99"


def to_json(lines: Iterable[Line]) -> list[dict[str, Any]]:
    return [dict(zip(COLUMNS, _values(line), strict=True)) for line in lines]


def to_csv(lines: Iterable[Line]) -> str:
    """Return the lines as RFC 4180 has it, with a header; no cell is a formula to a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(map(_safe, _values(line)) for line in lines)
    return out.getvalue()


def _values(line: Line) -> Sequence[str | int]:
    return (line.date, line.name, line.endpoint, line.requests, line.bytes)


def _safe(value: str | int) -> str | int:
    """Put an apostrophe before what a spreadsheet would calculate."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
