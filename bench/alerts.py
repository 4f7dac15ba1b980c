"""Alerts: how fast a change is planned for many subscribers, and how fast their mails go out.

Fan-out is compared with smtplib handing the very same bytes to the same server over one connection
that is used again: the most that a client of one thread can do here.
"""

from __future__ import annotations

import shutil
import smtplib
import statistics
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import insert

from bench import grounds, sink
from bench.measuring import Sample, Table, interleave, timed
from syndicate import definitions
from syndicate.alerts.tokens import Keyring, new_key
from syndicate.deliver import engine as engines
from syndicate.deliver import planner
from syndicate.deliver.knowledge import Knowledge
from syndicate.deliver.smtp import Envelope, SmtpRelay
from syndicate.deliver.worker import Worker
from syndicate.publish import Options, publish
from syndicate.store import alert_tables as tables
from syndicate.store import engine as store
from syndicate.store import journal
from syndicate.store.engine import Engine
from syndicate.store.upgrade import upgrade

PLANNED: Final = 100_000
SENT: Final = 2_000
NOW: Final = datetime(2025, 6, 1, 12, tzinfo=UTC)


def _fill(engine: Engine, readers: int) -> None:
    """Subscribe readers to everything at once, as confirmed long ago."""
    with store.writing(engine) as connection:
        since = journal.get_head(connection).seq
        for begin in range(1, readers + 1, 5_000):
            numbers = range(begin, min(begin + 5_000, readers + 1))
            connection.execute(insert(tables.subscription), [_row(n, since) for n in numbers])
            connection.execute(
                insert(tables.selected),
                [{"subscription_id": n, "selection": "", "since": since} for n in numbers],
            )


def _row(number: int, since: int) -> dict[str, object]:
    address = f"reader-{number}@example.org"
    return {
        "id": number,
        "key": new_key(),
        "address": address,
        "address_key": address,
        "lane": "example.org",
        "standing": "active",
        "rhythm": "immediate",
        "zone": "UTC",
        "hour": 8,
        "weekday": 1,
        "day": 1,
        "language": "en",
        "form": "html",
        "since": since,
        "confirmed_at": "2024-01-01T12:00:00Z",
    }


def measure(rounds: int, _n: int) -> list[Table]:
    """Measure planning and fan-out."""
    with tempfile.TemporaryDirectory() as folder, sink.running() as port:
        return [_planning(Path(folder), rounds), _sending(Path(folder), rounds, port)]


def _store(folder: Path, readers: int) -> Path:
    """Make a store with subscribers and one summary that they have not been told of."""
    site, path = folder / f"site-{readers}", folder / f"{readers}.sqlite"
    grounds.write_site(site, 1)
    network = site / "feeds" / "network.toml"
    text = network.read_text("utf-8").replace("[alerts]", "[alerts]\nsettle_minutes = 0")
    network.write_text(text, "utf-8")
    engine = store.connect(f"sqlite:///{path}")
    upgrade(engine)
    _fill(engine, readers)
    found = definitions.load(site, base_url=grounds.BASE_URL)
    publish(engine, site, found, now=NOW, options=Options(processes=1))
    engine.dispose()
    grounds.compact(path)
    return path


@dataclass(slots=True)
class _Waits:
    """How long each case was ready to run while others ran: what a busy machine adds."""

    taken: dict[str, list[float]] = field(default_factory=dict)

    def timed(self, name: str, work: Callable[[], object]) -> Sample:
        before = self._waited()
        sample = timed(work)
        self.taken.setdefault(name, []).append(self._waited() - before)
        return sample

    def told(self) -> str:
        medians = {name: statistics.median(taken) for name, taken in self.taken.items()}
        each = ", ".join(f"{name} {median * 1000:,.0f}" for name, median in medians.items())
        return f"of that, ms of waiting for a processor (medians): {each}."

    @staticmethod
    def _waited() -> float:
        """Return for how many seconds this thread has waited for a processor, as Linux counts."""
        return int(Path("/proc/thread-self/schedstat").read_text("ascii").split()[1]) / 1e9


# Planning --------------------------------------------------------------------------------------


def _planning(folder: Path, rounds: int) -> Table:
    made = _store(folder, PLANNED)
    waits = _Waits()

    def plan(_round: int) -> Sample:
        with grounds.copied(made) as engine:
            knowledge = Knowledge()

            def work() -> None:
                while planner.plan(engine, knowledge, now=NOW):
                    pass

            return waits.timed("planner", work)

    table = Table(f"planning one change for {PLANNED:,} subscribers, on SQLite")
    table.add("planner", interleave({"plan": plan}, rounds)["plan"], goal="10,000 ms at most")
    table.notes.append(waits.told())
    return table


# Sending ---------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Recorder:
    """A relay that keeps what it is given, to be sent again by bare smtplib."""

    taken: list[tuple[Envelope, bytes]] = field(default_factory=list)

    def send(self, envelope: Envelope, message: bytes) -> None:
        self.taken.append((envelope, message))

    def close(self) -> None:
        """Nothing is open."""


def _sending(folder: Path, rounds: int, port: int) -> Table:
    made = _store(folder, SENT)
    with grounds.copied(made) as engine:
        knowledge = Knowledge()
        while planner.plan(engine, knowledge, now=NOW):
            pass
        planned = folder / "planned.sqlite"
        engine.dispose()
        grounds.compact(Path(str(engine.url.database)))
        shutil.copyfile(str(engine.url.database), planned)
    with grounds.copied(planned) as engine:
        recorder = _Recorder()
        _work(engine, recorder, 10)
    assert len(recorder.taken) == SENT
    waits = _Waits()
    cases = {
        "smtplib": lambda _round: waits.timed("smtplib", lambda: _bare(port, recorder.taken)),
        "ten": lambda _round: _ours(planned, port, 10, waits),
        "one": lambda _round: _ours(planned, port, 1, waits),
    }
    samples = interleave(cases, rounds)
    size = len(recorder.taken[0][1])
    table = Table(f"{SENT:,} mails of {size / 1000:.0f} kB to one server, over one connection")
    table.add("smtplib, the same bytes", samples["smtplib"])
    table.add(
        "worker, noting every 10", samples["ten"], samples["smtplib"], goal="0.60", inverse=True
    )
    table.add("worker, noting each", samples["one"], samples["smtplib"], inverse=True)
    table.notes.append("ratio: how many mails a second, of those that bare smtplib hands over.")
    table.notes.append(waits.told())
    return table


def _bare(port: int, mails: Sequence[tuple[Envelope, bytes]]) -> None:
    with smtplib.SMTP("127.0.0.1", port, local_hostname="localhost") as connection:
        for envelope, message in mails:
            connection.sendmail(envelope.sender, [envelope.recipient], message)


def _ours(planned: Path, port: int, note_every: int, waits: _Waits) -> Sample:
    with grounds.copied(planned) as engine:
        relay = SmtpRelay(f"smtp://127.0.0.1:{port}", name="localhost")
        name = f"noting every {note_every}"
        taken = waits.timed(name, lambda: _work(engine, relay, note_every))
        relay.close()
        return taken


def _work(engine: Engine, relay: SmtpRelay | _Recorder, note_every: int) -> None:
    keys = Keyring(["k" * 32])
    made = Worker(engine, keys, relay, clock=lambda: NOW, note_every=note_every)
    engines.run_once(made.duties, threading.Event())
