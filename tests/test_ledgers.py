"""The ledger as it leaves the house."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from syndicate import granting, ledgers
from syndicate.errors import NotFound, PartnerRefused
from syndicate.granting import Terms
from syndicate.ledgers import Line
from syndicate.quotas import windows
from syndicate.store import engine as store
from syndicate.store import usage
from syndicate.store.usage import Answered, Gathered
from tests import small

HOSTILE = ['=cmd|"/C calc"!A0', "+1", "-1", "@SUM(A1)", "Care, Inc.", 'a "b"', "Hôpital"]


def line(name: str) -> Line:
    return Line(date="2026-03-01", name=name, endpoint="changes", requests=3, bytes=1_000)


def test_no_cell_is_a_formula() -> None:
    rows = list(csv.DictReader(io.StringIO(ledgers.to_csv(map(line, HOSTILE)), newline="")))
    assert [row["partner"] for row in rows] == [f"'{n}" for n in HOSTILE[:4]] + HOSTILE[4:]
    assert [row["requests"] for row in rows] == ["3"] * len(HOSTILE)


def test_csv_as_the_rfc_has_it() -> None:
    assert ledgers.to_csv([line("Care")]) == (
        "date,partner,endpoint,requests,bytes\r\n2026-03-01,Care,changes,3,1000\r\n"
    )


def test_json_has_the_same_columns() -> None:
    assert ledgers.to_json([line("=1")]) == [
        {
            "date": "2026-03-01",
            "partner": "=1",
            "endpoint": "changes",
            "requests": 3,
            "bytes": 1_000,
        }
    ]


def test_of_whom_and_when(tmp_path: Path, database_url: str) -> None:
    site = small.make(tmp_path / "site", database_url)
    ids = {
        name: granting.add(site.engine, name, Terms(), now=site.now).partner.id
        for name in ("Clinic", "Care")
    }
    rows = [
        Answered(partner=ids[name], date=date, endpoint="state", requests=1, bytes=9)
        for name, date in (
            ("Care", "2026-02-28"),
            ("Care", "2026-03-01"),
            ("Care", "2026-03-31"),
            ("Clinic", "2026-03-31"),
            ("Care", "2026-04-01"),
        )
    ]
    with store.recording(site.engine) as connection:
        usage.write(connection, Gathered(answered=rows), windows(0))
    everybody = ledgers.collect(site.engine)
    assert [one.date for one in everybody] == sorted(row.date for row in rows)
    march = ledgers.collect(site.engine, "Care", month="2026-03")
    assert [(one.name, one.date) for one in march] == [
        ("Care", "2026-03-01"),
        ("Care", "2026-03-31"),
    ]
    assert len(ledgers.collect(site.engine, month="2026-03")) == 3
    with pytest.raises(NotFound, match="no partner 'Nobody'"):
        ledgers.collect(site.engine, "Nobody")
    for month in ("2026-13", "2026-3", "", "2026-03-01", "2026-03\n"):
        with pytest.raises(PartnerRefused, match="is no month; write it as 2026-03"):
            ledgers.collect(site.engine, month=month)
    site.engine.dispose()
