"""An installation on a bench: a site with its store, and the application that serves it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from werkzeug.test import Client, TestResponse

from syndicate import config
from syndicate.web import create_app
from syndicate.web.published import Published
from tests import stores
from tests.sites import REPOSITORY, Site

BASE = "http://127.0.0.1:8000"
TOKEN = "0123456789abcdef" * 2
KEY = "k" * 32
LONG = 120  # pieces on one topic: enough for two archives, and for two parts of a list


def new_site(folder: Path, url: str) -> Site:
    """Copy the repository's own site, and make its store as `db upgrade` does."""
    for name in ("content", "feeds"):
        shutil.copytree(REPOSITORY / name, folder / name)
    return Site(folder, stores.make(url), base_url=BASE)


def write_long(site: Site) -> None:
    """Add short pieces on one topic, an hour apart, from Christmas 2019 on."""
    begin = datetime(2019, 12, 27, 1, tzinfo=UTC)
    for number in range(LONG):
        site.write(
            f"piece-{number:03}",
            form="announcement",
            published=begin + timedelta(hours=number),
        )


@dataclass
class Stand:
    """A site and its application, opened as often as a test wants."""

    site: Site
    environ: dict[str, str] = field(default_factory=dict)
    opened: list[Published] = field(default_factory=list)
    edits: int = 0

    def edit(self, slug: str, change: Callable[[str], str]) -> None:
        """Rewrite the file of a summary, or one of feeds/ when `slug` ends in .toml."""
        name = slug if slug.endswith(".toml") else f"{slug}.md"
        (path,) = self.site.folder.rglob(name)
        path.write_text(change(path.read_text()))

    def withdraw(self, slug: str, reason: str = "error", **more: str) -> None:
        """Write a withdrawal into a summary's file and publish it."""
        fields = {"date": "2023-12-31T09:00:00Z", "reason": reason, **more}
        block = ", ".join(f'{name}: "{value}"' for name, value in fields.items())
        self.edit(slug, lambda text: text.replace("\nform:", f"\nwithdrawn: {{{block}}}\nform:"))
        outcome = self.site.publish()
        assert outcome.problems == ()

    def settings(self) -> config.Settings:
        url = self.site.engine.url.render_as_string(hide_password=False)
        environ = {
            "SYNDICATE_DATABASE_URL": url,
            "SYNDICATE_METRICS_TOKEN": TOKEN,
            "SYNDICATE_SECRET_KEY": KEY,
        }
        return config.load(environ | self.environ, cwd=self.site.folder)

    def open(self, **where: Any) -> Published:
        app = create_app(self.settings(), **where)
        self.opened.append(app)
        return app

    def close(self) -> None:
        for app in self.opened:
            app.close()
        self.opened.clear()
        self.site.engine.dispose()


def get(app: Published, path: str, method: str = "GET", **headers: str) -> TestResponse:
    """Ask for a path; header names are written with underscores."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    base = f"http://{sent.pop('Host')}" if "Host" in sent else BASE
    return Client(app).open(
        path,
        method=method,
        base_url=base,
        headers=sent,
        environ_overrides={"REMOTE_ADDR": "127.0.0.1"},
    )
