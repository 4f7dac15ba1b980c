"""A real network: files, store and `/v1`, asked without a socket."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from typing import Any

import orjson
from werkzeug.test import Client

from syndicate import config
from syndicate.mirror.service import Service
from syndicate.outgoing import Answer, Limits
from syndicate.web import create_app
from syndicate.web.published import Published
from syndicate.web.pull import snapshot
from tests import small, stores
from tests.sites import Site

BASE = "http://127.0.0.1:8000"
ADDRESS = f"{BASE}/v1/"


def new_site(folder: Path, url: str) -> Site:
    """Set up a site with four topics and an empty store."""
    small.write_definitions(folder)
    return Site(folder, stores.make(url), base_url=BASE)


@dataclass
class Network:
    """A site and the application that serves it."""

    site: Site
    key: str = "k" * 32
    asked: list[str] = field(default_factory=list)
    app: Published = field(init=False)

    def __post_init__(self) -> None:
        url = self.site.engine.url.render_as_string(hide_password=False)
        environ = {"SYNDICATE_DATABASE_URL": url, "SYNDICATE_SECRET_KEY": self.key}
        self.app = create_app(config.load(environ, cwd=self.site.folder))

    def close(self) -> None:
        self.app.close()
        self.site.engine.dispose()

    def ask(self, url: str, headers: Mapping[str, str], _limits: Limits) -> Answer:
        self.asked.append(url)
        answer = Client(self.app).get(
            url.removeprefix(BASE),
            base_url=BASE,
            headers=dict(headers),
            environ_overrides={"REMOTE_ADDR": "127.0.0.1"},
        )
        return Answer(
            url=url,
            status=answer.status_code,
            media_type=answer.content_type or "",
            headers={name.lower(): value for name, value in answer.headers.items()},
            body=answer.get_data(),
        )

    def service(self, scope: str = "") -> Service:
        return Service(address=ADDRESS, ask=self.ask, scope=scope)

    def get(self, path: str) -> Any:
        return orjson.loads(self.ask(BASE + path, {}, Limits()).body)


@contextmanager
def small_parts(records: int = 2) -> Any:
    """Make a snapshot's parts so small that much can happen between two of them."""
    before = snapshot.PART, snapshot._AT_ONCE
    snapshot.PART, snapshot._AT_ONCE = 1, records  # type: ignore[misc] # they are Final elsewhere
    try:
        yield
    finally:
        snapshot.PART, snapshot._AT_ONCE = before  # type: ignore[misc] # the same


def clock(seconds: float) -> str:
    """Return seconds since 1970 as the header Date has them."""
    return formatdate(seconds, usegmt=True)
