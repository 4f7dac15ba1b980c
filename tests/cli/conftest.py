"""A site with its store, and the commands as a person runs them there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from syndicate.cli import main
from syndicate.store import engine as store
from tests import small
from tests.sites import REPOSITORY, Site

PROGRAM = (sys.executable, "-m", "syndicate")


@dataclass
class Terminal:
    """Runs commands in `site`, in this process or in one of its own."""

    site: Site
    environ: dict[str, str] = field(default_factory=dict)

    def run(self, *words: str, status: int = 0, stdin: str | None = None) -> Result:
        """Run a command here; `status` is the exit status that it must end with."""
        result = CliRunner(env=self.environ).invoke(main, words, input=stdin)
        told = f"{result.output}\n{result.exception!r}"
        assert result.exit_code == status, told
        return result

    def start(self, *words: str, stderr: int = subprocess.PIPE) -> subprocess.Popen[str]:
        """Start a command as a process of its own."""
        environ = {**os.environ, **self.environ, "PYTHONPATH": str(REPOSITORY), "TERM": "xterm"}
        return subprocess.Popen(
            [*PROGRAM, *words],
            cwd=self.site.folder,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("SYNDICATE_")]:
        monkeypatch.delenv(name)


def _terminal(folder: Path, url: str) -> Terminal:
    small.write_definitions(folder)
    os.chdir(folder)
    key = {} if url.startswith("sqlite") else {"SYNDICATE_SECRET_KEY": "k" * 32}
    environ = {"SYNDICATE_DATABASE_URL": url, "COLUMNS": "80", **key}
    return Terminal(Site(folder, store.connect(url)), environ)


@pytest.fixture
def bare(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    """Return a terminal in a site that has no store yet."""
    monkeypatch.chdir(tmp_path)
    terminal = _terminal(tmp_path / "site", sqlite_url)
    yield terminal
    terminal.site.engine.dispose()


@pytest.fixture
def terminal(bare: Terminal) -> Terminal:
    """Return a terminal in a site with an empty store."""
    bare.run("db", "upgrade")
    return bare


@pytest.fixture
def either(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Terminal]:
    """Return a terminal in a site without a store, once for each kind of database."""
    monkeypatch.chdir(tmp_path)
    terminal = _terminal(tmp_path / "site", database_url)
    yield terminal
    terminal.site.engine.dispose()
