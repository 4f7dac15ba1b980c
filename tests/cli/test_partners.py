"""The commands that give partners keys, and those that show what became of them."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syndicate.partners import Keyring, Partner
from syndicate.quotas import windows
from syndicate.store import engine as store
from syndicate.store import journal, partners, usage
from syndicate.store.usage import Answered, Gathered, Place
from syndicate.sync import EVERY
from tests.cli.conftest import Terminal

KEY = re.compile(r"sk_[0-9a-f]{12}_[0-9a-f]{64}\n\Z")


@pytest.fixture
def site(terminal: Terminal) -> Terminal:
    """Return a terminal in a published site."""
    terminal.site.write("first")
    terminal.site.write("second", number=1, topics=["training"])
    terminal.run("publish")
    return terminal


def stored(terminal: Terminal, name: str) -> Partner:
    with store.reading(terminal.site.engine) as connection:
        return partners.get(connection, name)


def add(terminal: Terminal, *words: str) -> str:
    """Add a partner and return its key."""
    return terminal.run("partner", "add", *words).stdout.strip()


def as_json(terminal: Terminal, *words: str, status: int = 0) -> Any:
    return json.loads(terminal.run("partner", *words, "--json", status=status).stdout)


# Giving and taking ------------------------------------------------------------------------------


def test_the_key_alone_goes_to_stdout(site: Terminal) -> None:
    done = site.run("partner", "add", "Care")
    assert KEY.fullmatch(done.stdout)
    assert done.stderr == "Added Care. Keep the key: it is shown this once.\n"
    kept = stored(site, "Care")
    assert Keyring([kept]).find(done.stdout.strip()) == (kept, kept.keys[0])
    assert (str(kept.scopes), kept.terms_version) == ("read full-text state", "1")


def test_the_key_is_nowhere_in_the_store(site: Terminal) -> None:
    key = add(site, "Care")
    site.site.engine.dispose()
    with closing(sqlite3.connect(str(site.site.engine.url.database))) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        dump = "\n".join(connection.iterdump())
    assert key.split("_")[1] in dump
    secret = key.split("_")[2]
    for part in (secret, secret[:16], secret[-16:]):
        assert part not in dump


def test_what_is_agreed(site: Terminal) -> None:
    made = as_json(
        site, "add", "Care", "--contact", "web@care.example", "--scope", "read",
        "--scope", "topics:empathy,training", "--expires", "2099-01-01", "--terms", "7",
        "--per-minute", "5", "--per-day", "50",
    )  # fmt: skip
    assert KEY.fullmatch(made["key"] + "\n")
    assert made | {"key": "", "key_id": "", "keys": [], "created": ""} == {
        "name": "Care",
        "contact": "web@care.example",
        "scopes": ["read", "topics:empathy,training"],
        "created": "",
        "expires": "2099-01-01T00:00:00Z",
        "terms_version": "7",
        "per_minute": 5,
        "per_day": 50,
        "keys": [],
        "key": "",
        "key_id": "",
    }
    assert made["keys"][0]["id"] == made["key_id"] == made["key"].split("_")[1]


def test_terms_may_come_later(site: Terminal) -> None:
    add(site, "Care", "--no-terms")
    assert stored(site, "Care").terms_version is None
    assert "none accepted" in site.run("partner", "list").stdout
    site.run("partner", "update", "Care", "--terms", "1", "--expires", "2099-01-01")
    assert stored(site, "Care").terms_version == "1"
    assert stored(site, "Care").expires == datetime(2099, 1, 1, tzinfo=UTC)
    site.run("partner", "update", "Care", "--never-expires")
    assert stored(site, "Care").expires is None
    assert stored(site, "Care").terms_version == "1"


@pytest.mark.parametrize(
    ("words", "told", "status"),
    [
        (["add", "Care"], "there is a partner 'Care' already", 1),
        (["add", "a\tb"], "one line of text", 1),
        (["add", "New", "--scope", "write"], "'write' is no scope; read, full-text, state or", 1),
        (["add", "New", "--scope", "topics:empaty"], "did you mean 'empathy'", 1),
        (["add", "New", "--per-day", "0"], "Invalid value for '--per-day'", 2),
        (["add", "New", "--expires", "soon"], "Invalid value for '--expires'", 2),
        (["rotate", "Cure"], "there is no partner 'Cure'; there are: Care", 1),
        (["revoke", "Care", "--key", "x"], "Care has no key 'x'", 1),
        (["ledger", "--month", "March"], "'March' is no month", 1),
        (["receipts", "nothing"], "there is no summary 'nothing'", 1),
    ],
)
def test_what_is_refused(site: Terminal, words: list[str], told: str, status: int) -> None:
    add(site, "Care")
    done = site.run("partner", *words, status=status)
    assert told in done.stderr
    assert "sk_" not in done.output
    assert len(as_json(site, "list")) == 1


def test_rotate_and_revoke(site: Terminal) -> None:
    first = add(site, "Care")
    done = site.run("partner", "rotate", "Care", "--overlap", "2")
    assert KEY.fullmatch(done.stdout)
    assert "The key before works for 2 more days." in done.stderr
    refused = site.run("partner", "rotate", "Care", status=1)
    assert "two keys that work" in refused.stderr
    id = first.split("_")[1]
    assert site.run("partner", "revoke", "Care", "--key", id).stdout == f"Revoked: {id}\n"
    assert [key["state"] for key in as_json(site, "list")[0]["keys"]] == ["revoked", "live"]
    site.run("partner", "revoke", "Care")
    assert site.run("partner", "revoke", "Care").stdout == "None of these keys worked any more.\n"
    at_once = site.run("partner", "rotate", "Care", "--overlap", "0")
    assert "It alone works now." in at_once.stderr


def test_before_the_first_publish_the_sites_files_say_what_there_is(terminal: Terminal) -> None:
    add(terminal, "Care", "--scope", "topics:empathy")
    assert stored(terminal, "Care").terms_version == "1"


# Looking ----------------------------------------------------------------------------------------


def place(terminal: Terminal, name: str, seq: int, at: datetime) -> None:
    partner = stored(terminal, name)
    with store.recording(terminal.site.engine) as connection:
        one = Place(
            partner=partner.id,
            scope=EVERY.meant(str),
            epoch=journal.get_head(connection).epoch,
            seq=seq,
            begun_at=at,
            at=at,
        )
        usage.write(connection, Gathered(places=[one]), windows(0))


def test_a_list(site: Terminal) -> None:
    assert "There is no partner yet" in site.run("partner", "list").stdout
    key = add(site, "Care", "--contact", "web@care.example", "--per-minute", "5")
    place(site, "Care", 1, datetime(2024, 1, 2, 3, 4, tzinfo=UTC))
    shown = site.run("partner", "list").stdout
    id = key.split("_")[1]
    created = f"{stored(site, 'Care').created:%Y-%m-%d}"
    assert shown == (
        "Care  (web@care.example)\n"
        "  scopes  read full-text state\n"
        "  terms   1\n"
        "  quota   5 a minute, 1,000,000 a day\n"
        f"  key     {id}  live, since {created}\n"
        "  copy    everything: change 1 of 2, 2024-01-02 03:04 UTC\n"
    )
    assert key not in shown
    (one,) = as_json(site, "list")
    assert one["copies"] == [
        {
            "filter": "everything",
            "seq": 1,
            "behind": 1,
            "begun_at": "2024-01-02T03:04:00Z",
            "at": "2024-01-02T03:04:00Z",
        }
    ]
    assert key not in json.dumps(one)
    site.run("partner", "update", "Care", "--forget-idle", "0")
    assert as_json(site, "list")[0]["copies"] == []


def test_receipts_for_a_person_and_for_a_timer(site: Terminal) -> None:
    add(site, "Care", "--contact", "web@care.example")
    add(site, "Clinic")
    assert site.run("partner", "receipts").stdout == "Nothing was corrected or withdrawn.\n"
    now = datetime.now(UTC).replace(microsecond=0)
    for name in ("Care", "Clinic"):
        place(site, name, 2, now - timedelta(days=9))
    site.run("withdraw", "first", "--reason", "error")
    place(site, "Clinic", 3, now)
    shown = site.run("partner", "receipts", "first").stdout.splitlines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC  withdrawn  first  \(change 3\)", shown[0])
    assert shown[1].startswith("    has it   Clinic, everything: at change 3, last asked ")
    assert shown[2].startswith("    has not  Care, everything: at change 2, last asked ")
    assert shown[2].endswith("; contact: web@care.example")
    site.run("partner", "receipts", "--after", "72")
    late = site.run("partner", "receipts", "--after", "0", status=1)
    assert "OVERDUE  Care" in late.stdout
    (one,) = as_json(site, "receipts", "--after", "0", status=1)
    assert (one["what"], one["slug"], one["seq"]) == ("withdrawn", "first", 3)
    assert [c["partner"] for c in one["applied"]] == ["Clinic"]
    assert [(c["partner"], c["overdue"]) for c in one["waiting"]] == [("Care", True)]
    site.run("partner", "revoke", "Care")
    told = site.run("partner", "receipts", "--after", "0").stdout
    assert "it has no key that works: write to web@care.example" in told


def test_the_ledger(site: Terminal) -> None:
    add(site, "=Care")
    id = stored(site, "=Care").id
    row = Answered(partner=id, date="2026-03-01", endpoint="changes", requests=1234, bytes=56789)
    with store.recording(site.site.engine) as connection:
        usage.write(connection, Gathered(answered=[row]), windows(0))
    assert site.run("partner", "ledger").stdout == (
        "2026-03-01  changes       1,234          56,789 bytes  =Care\n"
    )
    assert site.run("partner", "ledger", "=Care", "--csv").stdout == (
        "date,partner,endpoint,requests,bytes\n2026-03-01,'=Care,changes,1234,56789\n"
    )
    assert as_json(site, "ledger", "--month", "2026-04") == []
    assert as_json(site, "ledger", "=Care")[0]["requests"] == 1234


def test_a_key_that_was_found_somewhere_is_revoked_and_not_repeated(site: Terminal) -> None:
    key = add(site, "Care")
    unknown = f"sk_{'0' * 12}_{key.split('_')[2]}"
    refused = site.run("partner", "revoke", "Care", "--key", unknown, status=1)
    assert key.split("_")[2] not in refused.output
    id = key.split("_")[1]
    assert site.run("partner", "revoke", "Care", "--key", key).output == f"Revoked: {id}\n"
