"""Newsboat, where it is installed: it polls a local file, never the network; we read its cache."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """An entry in newsboat's cache; `published` counts seconds since 1970."""

    guid: str
    title: str
    author: str
    url: str
    published: int
    content: str


def program() -> str | None:
    """Return where newsboat is, if it is installed."""
    return shutil.which("newsboat")


def poll(bodies: Sequence[bytes]) -> list[Row]:
    """Give newsboat `bodies`, one a poll, at one address; return what its cache then holds."""
    newsboat = program()
    if newsboat is None:
        raise FileNotFoundError("newsboat is not installed")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        feed, urls, cache = folder / "feed.xml", folder / "urls", folder / "cache.db"
        urls.write_text(f"{feed.as_uri()}\n")
        config = folder / "config"
        config.write_text("max-items 0\n")
        for body in bodies:
            feed.write_bytes(body)
            done = subprocess.run(
                [newsboat, "-C", config, "-u", urls, "-c", cache, "-x", "reload"],
                env={**os.environ, "HOME": name, "XDG_CONFIG_HOME": name, "XDG_DATA_HOME": name},
                capture_output=True,
                check=False,
                timeout=60,
            )
            if done.returncode:
                raise ValueError(f"newsboat failed: {done.stderr.decode(errors='replace')}")
        return _rows(cache)


def _rows(cache: Path) -> list[Row]:
    with closing(sqlite3.connect(cache)) as connection:
        rows = connection.execute(
            "SELECT guid, title, author, url, pubDate, content FROM rss_item ORDER BY pubDate DESC"
        )
        return [Row(*row) for row in rows]
