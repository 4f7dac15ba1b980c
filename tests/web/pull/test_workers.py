"""Partners at the server as it is shipped, with two workers, on both databases."""

from __future__ import annotations

import contextlib
import os
import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from syndicate import granting
from syndicate.granting import Granted, Terms
from syndicate.store import engine as store
from syndicate.store import usage
from tests import small
from tests.sites import Site
from tests.web.served import Server, until

NOW = datetime.now(UTC).replace(microsecond=0)
QUOTA = 30


class Stand:
    """A published site and its server; each request comes over a connection of its own."""

    def __init__(self, folder: Path, url: str, port: int) -> None:
        self.site: Site = small.make(folder, url)
        self.site.base_url = f"http://127.0.0.1:{port}"
        for number in range(3):
            self.site.write(f"summary-{number}", number=number)
        assert self.site.publish().problems == ()
        self.server = Server(
            folder,
            port,
            "--workers",
            "2",
            SYNDICATE_DATABASE_URL=url,
            SYNDICATE_SECRET_KEY="k" * 32,
            SYNDICATE_LOG_FORMAT="json",
        )

    def add(self, name: str, **agreed: int) -> Granted:
        terms = Terms(terms_version="1", **agreed)  # type: ignore[arg-type]
        return granting.add(self.site.engine, name, terms, now=NOW)

    def status(self, path: str, key: str) -> int:
        return self.server.ask(path, Authorization=f"Bearer {key}").status

    def many(self, count: int, path: str, key: str) -> Counter[int]:
        """Ask many times, several at once: both workers get their share."""
        with ThreadPoolExecutor(8) as pool:
            return Counter(pool.map(lambda _: self.status(path, key), range(count)))

    def end(self) -> str:
        """End the server; return what it has written to its log."""
        self.server.process.terminate()
        _, log = self.server.process.communicate(timeout=20)
        return log


@contextlib.contextmanager
def standing(folder: Path, url: str, port: int) -> Iterator[Stand]:
    made = Stand(folder, url, port)
    yield made
    if made.server.process.returncode is None:
        made.end()
    made.site.engine.dispose()


@pytest.fixture
def stand(tmp_path: Path, database_url: str, free_port: int) -> Iterator[Stand]:
    """Return an installation on either database."""
    with standing(tmp_path / "site", database_url, free_port) as made:
        yield made


@pytest.fixture
def lite_stand(tmp_path: Path, sqlite_url: str, free_port: int) -> Iterator[Stand]:
    """Return an installation on SQLite: a server takes seconds to begin."""
    with standing(tmp_path / "site", sqlite_url, free_port) as made:
        yield made


def test_two_workers_give_out_one_quota_end_one_key_and_keep_one_ledger(stand: Stand) -> None:
    """Never more than there is, and all there is once what was leased has come back."""
    key = stand.add("Care", per_minute=1_000, per_day=QUOTA).text
    answered = stand.many(3 * QUOTA, "/v1/topics", key)
    assert set(answered) <= {200, 429}
    assert answered[200] <= QUOTA

    def all_of_it() -> bool:
        answered.update(stand.many(4, "/v1/topics", key))
        assert answered[200] <= QUOTA
        return answered[200] == QUOTA

    until(all_of_it, 20)
    revoked = stand.add("Former")
    until(lambda: set(stand.many(16, "/v1/me", revoked.text)) == {200})
    granting.revoke(stand.site.engine, "Former", now=NOW)
    until(lambda: set(stand.many(16, "/v1/me", revoked.text)) == {401})
    stand.end()
    with store.reading(stand.site.engine) as connection:
        rows = usage.list_answered(connection)
    assert sum(row.requests for row in rows if row.endpoint == "topics") == QUOTA
    assert {row.endpoint for row in rows} == {"topics", "me"}


def test_nothing_of_a_key_or_a_cursor_is_in_a_log(lite_stand: Stand) -> None:
    key = lite_stand.add("Care").text
    page = lite_stand.server.ask("/v1/changes?limit=1", Authorization=f"Bearer {key}")
    cursor = orjson.loads(page.body)["cursor"]  # type: ignore[attr-defined]
    assert lite_stand.status(f"/v1/changes?since={cursor}", key) == 200
    host = f"Host: 127.0.0.1:{lite_stand.server.port}\r\nConnection: close\r\n"
    for path, header in (
        (f"/v1/changes?since={cursor}&since={cursor}", f"Authorization: Bearer {key}\r\n"),
        (f"/v1/changes?key={key}", ""),
        ("/v1/me", f"Authorization: Bearer {key}\r\nAuthorization: Bearer {key}\r\n"),
        ("/v1/me", f"Authorization: Bearer {key[:-1]}\0\r\n"),
        ("/v1/me", f"Authorization: Bearer {key}{'0' * 200_000}\r\n"),
        ("/v1/me", f"Authorization: Bearer {key}{'0' * 2**20}\r\n"),
    ):
        with contextlib.suppress(ConnectionError):  # a header of a megabyte is not even read
            raw = lite_stand.server.send(f"GET {path} HTTP/1.1\r\n{host}{header}\r\n".encode())
            status = int(raw.split()[1]) if raw else 0
            assert 400 <= status < 500 or not raw, (path[:30], raw[:100])
    # whatever fails, fails without telling whose it was
    with store.writing(lite_stand.site.engine) as connection:
        connection.exec_driver_sql("DROP TABLE record")
        connection.exec_driver_sql("DROP TABLE ledger")
    assert lite_stand.status(f"/v1/changes?since={cursor}", key) == 503
    log = lite_stand.end()
    assert "the store has no tables" in log
    for secret in (key, key.split("_")[1], key.split("_")[2], cursor, "Bearer", "Authorization"):
        assert secret not in log


def test_a_worker_that_is_killed_gives_nobody_more(lite_stand: Stand) -> None:
    """What it had leased is lost until the window ends; what the others give out is still right."""
    key = lite_stand.add("Care", per_minute=1_000, per_day=QUOTA).text
    answered = lite_stand.many(4, "/v1/topics", key)
    victim = lite_stand.server.workers()[0]
    os.kill(victim, signal.SIGKILL)
    until(lambda: len(set(lite_stand.server.workers()) - {victim}) == 2)

    def status(_: int) -> int:
        with contextlib.suppress(OSError):
            return lite_stand.status("/v1/topics", key)
        return 0  # it was paid for, perhaps, and its answer died with the victim

    def used_up() -> bool:
        with ThreadPoolExecutor(8) as pool:
            answered.update(pool.map(status, range(10)))
        assert answered[200] <= QUOTA
        return answered[429] > 50

    until(used_up, 30)
    assert answered[200] + answered[0] >= QUOTA - QUOTA // 8 - 4
