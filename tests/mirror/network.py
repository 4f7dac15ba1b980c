"""A real network: files, store and `/v1`, asked without a socket."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from typing import Any

import orjson
import pytest
from werkzeug.test import Client

from syndicate import config
from syndicate.mirror import service
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
    """Set up a site with four topics, two kinds and an empty store."""
    small.write_definitions(folder, kinds=("meta-analysis", "randomised-trial"))
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

    def changes(self, scope: str = "") -> list[dict[str, Any]]:
        """Return all changes of a filter from the beginning, in one pass of short pages."""
        found, query = [], f"limit=2&{scope}".rstrip("&")
        more = True
        while more:
            page = self.get(f"/v1/changes?{query}")
            found += page["changes"]
            query, more = f"since={page['cursor']}&limit=2&{scope}".rstrip("&"), page["more"]
        return found

    def get(self, path: str) -> Any:
        return orjson.loads(self.ask(BASE + path, {}, Limits()).body)


@contextmanager
def small_parts(records: int = 2) -> Iterator[None]:
    """Make pages and a snapshot's parts so small that much can happen between two of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service, "MOST", records)
        patch.setattr(snapshot, "PART", 1)
        patch.setattr(snapshot, "_AT_ONCE", records)
        yield


def clock(seconds: float) -> str:
    """Return seconds since 1970 as the header Date has them."""
    return formatdate(seconds, usegmt=True)
