"""The hub: how fast a document goes out to all its subscribers, from the ledger to the last answer.

Compared with the HTTP library that the hub uses, posting the very same bytes to the same server
over one connection that is used again: the most that a client of one thread can do here.
"""

from __future__ import annotations

import gzip
import shutil
import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpcore2

from bench import grounds, sink
from bench.measuring import Sample, Table, interleave, timed
from syndicate import definitions
from syndicate.deliver import engine as engines
from syndicate.deliver.hub import Hub, sign
from syndicate.outgoing import Guard
from syndicate.publish import Options, publish
from syndicate.store import documents, hub
from syndicate.store import engine as store
from syndicate.store.hub import Asked
from syndicate.store.hub_tables import hub_subscription
from syndicate.store.upgrade import upgrade

SUBSCRIBERS: Final = 2_000
_TOPIC: Final = "/feed.atom"


def measure(rounds: int, _n: int) -> list[Table]:
    """Measure fan-out."""
    with tempfile.TemporaryDirectory() as folder, sink.running("http") as port:
        made = _store(Path(folder), port)
        unsigned = _without_secrets(made)
        engine = store.connect(f"sqlite:///{made}")
        with store.reading(engine) as connection:
            found = documents.find(connection, _TOPIC)
        engine.dispose()
        assert found
        body = gzip.decompress(found.gzip)
        posts = _posts(port, body)
        cases = {
            "bare": lambda _round: timed(lambda: _bare(posts, body)),
            "hub": lambda _round: _ours(unsigned),
            "signed": lambda _round: _ours(made),
        }
        samples = interleave(cases, rounds)
    size = len(body) / 1000
    table = Table(f"{SUBSCRIBERS:,} subscribers get a document of {size:.0f} kB, on SQLite")
    table.add("the HTTP library, the same bytes", samples["bare"])
    table.add("hub", samples["hub"], samples["bare"], goal="0.60", inverse=True)
    table.add("hub, with a secret of each", samples["signed"], samples["bare"], inverse=True)
    table.notes.append("ratio: how many documents a second, of those that the bare library sends;")
    table.notes.append("its signatures were made before, so the last row holds what signing costs.")
    return [table]


def _store(folder: Path, port: int) -> Path:
    """Make a store with a hub, and subscribers who lack the newest bytes."""
    site, path = folder / "site", folder / "store.sqlite"
    grounds.write_site(site, 50)
    network = site / "feeds" / "network.toml"
    network.write_text(f"{network.read_text('utf-8')}\n[hub]\nown = true\n", "utf-8")
    engine = store.connect(f"sqlite:///{path}")
    upgrade(engine)
    found = definitions.load(site, base_url=grounds.BASE_URL)
    publish(engine, site, found, now=_now(), options=Options(processes=1))
    with store.writing(engine) as connection:
        for number in range(SUBSCRIBERS):
            url = f"http://127.0.0.1:{port}/callback/{number}"
            asked = Asked(
                mode="subscribe",
                topic=_TOPIC,
                asked=f"{grounds.BASE_URL}{_TOPIC}",
                callback=url,
                host="127.0.0.1",
                secret=_secret(number),
                seconds=86_400,
            )
            hub.subscribe(connection, asked, now=_now())
        connection.execute(hub_subscription.update().values(told=""))
    engine.dispose()
    grounds.compact(path)
    return path


def _without_secrets(made: Path) -> Path:
    path = made.with_name("unsigned.sqlite")
    shutil.copyfile(made, path)
    engine = store.connect(f"sqlite:///{path}")
    with store.writing(engine) as connection:
        connection.execute(hub_subscription.update().values(secret=None))
    engine.dispose()
    grounds.compact(path)
    return path


def _now() -> datetime:
    return datetime.now(UTC)


def _secret(number: int) -> str:
    return f"the secret of subscriber {number}"


def _posts(port: int, body: bytes) -> list[tuple[str, dict[str, str]]]:
    """Return address and headers of each post, with its signature: as they are sent."""
    headers = {
        "host": f"127.0.0.1:{port}",
        "content-type": "application/atom+xml",
        "content-length": str(len(body)),
    }
    return [
        (
            f"http://127.0.0.1:{port}/callback/{number}",
            {**headers, "x-hub-signature": sign(_secret(number), body)},
        )
        for number in range(SUBSCRIBERS)
    ]


def _bare(posts: list[tuple[str, dict[str, str]]], body: bytes) -> None:
    with httpcore2.ConnectionPool() as pool:
        for url, headers in posts:
            assert pool.request("POST", url, headers=headers, content=body).status == 204


def _ours(made: Path) -> Sample:
    with grounds.copied(made) as engine:
        guard = Guard(allow_loopback=True)
        ours = Hub(engine, guard, owner="bench", clock=_now)
        taken = timed(lambda: engines.run_once(ours.duties, threading.Event()))
        with store.reading(engine) as connection:
            assert not hub.is_behind(connection, _now())
        return taken
