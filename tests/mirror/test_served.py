"""The mirror as a program of its own, against the server that is shipped, with an issued key."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from syndicate.store import engine as store
from syndicate.store import pull, secret
from tests.sites import REPOSITORY, Site
from tests.web.served import Server
from tests.web.stand import new_site


class Partner:
    """Runs `syndicate` as the operator of `server` and as a partner who mirrors it."""

    def __init__(self, server: Server, to: str) -> None:
        self.server, self.to = server, to
        self.key = ""

    def environ(self, **more: str) -> dict[str, str]:
        others = {n: v for n, v in os.environ.items() if not n.startswith("SYNDICATE_")}
        return {**others, "SYNDICATE_ALLOW_LOOPBACK": "1", **more}

    def operate(self, *words: str) -> Any:
        folder = self.server.folder
        url = f"sqlite:///{folder / 'store.sqlite'}"
        environ = self.environ(SYNDICATE_SITE=str(folder), SYNDICATE_DATABASE_URL=url)
        command = [sys.executable, "-m", "syndicate", *words]
        done = subprocess.run(command, env=environ, cwd=REPOSITORY, capture_output=True, check=True)
        return orjson.loads(done.stdout) if "--json" in words else None

    def command(self, *words: str) -> list[str]:
        address = f"http://127.0.0.1:{self.server.port}/v1/"
        return [sys.executable, "-m", "syndicate", "mirror", address, "--to", self.to, *words]

    def mirror(self, *words: str) -> tuple[int, str]:
        environ = self.environ(SYNDICATE_MIRROR_KEY=self.key)
        done = subprocess.run(
            self.command("--patience", "5", *words),
            check=False,
            env=environ,
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
        )
        assert not self.key or self.key not in done.stdout + done.stderr
        return done.returncode, done.stdout + done.stderr

    def held(self, *words: str) -> dict[str, str]:
        """Return what the copy has; nothing where there is none yet."""
        status, lines = self.mirror("--list", *words)
        if status:
            assert "there is no copy" in lines
            return {}
        return dict(line.split("\t") for line in lines.splitlines())


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = new_site(tmp_path / "site", f"sqlite:///{tmp_path / 'site' / 'store.sqlite'}")
    secret.write(Path(f"{made.folder / 'store.sqlite'}.key"), "k" * 64)
    assert made.publish().problems == ()
    yield made
    made.engine.dispose()


@pytest.fixture
def partner(site: Site, free_port: int, tmp_path: Path) -> Iterator[Partner]:
    server = Server(site.folder, free_port, SYNDICATE_BASE_URL=f"http://127.0.0.1:{free_port}")
    yield Partner(server, str(tmp_path / "copy"))
    server.end()


def has(site: Site) -> dict[str, str]:
    with store.reading(site.engine) as connection:
        return dict(pull.iterate_hashes(connection))


def test_a_partner_mirrors_with_its_key_until_it_is_revoked(site: Site, partner: Partner) -> None:
    partner.key = partner.operate("partner", "add", "Clinic", "--json")["key"]
    status, shown = partner.mirror()
    assert (status, "exact" in shown) == (0, True), shown
    assert partner.held() == has(site)
    (told,) = partner.operate("partner", "list", "--json")
    assert told["name"] == "Clinic"
    asked = partner.operate("partner", "ledger", "Clinic", "--json")
    assert asked, "what a partner asks for is in its ledger"

    partner.operate("partner", "revoke", "Clinic")
    status, shown = partner.mirror()
    assert status == 1
    assert "key" in shown
    assert partner.held() == has(site)  # the copy stays


def test_a_key_for_one_topic_gives_a_copy_of_that_topic(site: Site, partner: Partner) -> None:
    added = partner.operate(
        "partner", "add", "One topic", "--scope", "read", "--scope", "full-text",
        "--scope", "state", "--scope", "topics:empathy", "--json",
    )  # fmt: skip
    partner.key = added["key"]
    status, shown = partner.mirror("--topic", "empathy")
    assert status == 0, shown
    held = partner.held("--topic", "empathy")
    assert 0 < len(held) < len(has(site))
    assert held.items() <= has(site).items()


def test_a_mirror_that_goes_on_has_what_is_published_at_once(site: Site, partner: Partner) -> None:
    environ = partner.environ()
    with subprocess.Popen(
        partner.command("--watch", "1"),
        env=environ,
        cwd=REPOSITORY,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            until(lambda: partner.held() == has(site))
            site.now = datetime.now(UTC).replace(microsecond=0)
            path = next((site.folder / "content" / "summaries").rglob("alliance*.md"))
            path.write_text(path.read_text().replace("\n\n", "\n\nThis was added. ", 1))
            before = has(site)
            assert site.publish().changes
            assert has(site) != before
            until(lambda: partner.held() == has(site))
        finally:
            process.terminate()


def until(is_so: Any, seconds: float = 20) -> None:
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if is_so():
            return
        time.sleep(0.2)
    raise AssertionError("it did not happen in time")
