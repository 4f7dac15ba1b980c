"""A reader with a browser in front of `syndicate serve`, and what goes wrong behind the page.

Requests to another origin, errors and what the Content-Security-Policy refused are noted on every
page that is opened. Screenshots go to build/screens/.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from syndicate.store import secret
from tests import sink as sinks
from tests.prove import browser
from tests.sink import Sink
from tests.sites import REPOSITORY
from tests.web.served import Server
from tests.web.stand import Stand, new_site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

SCREENS = REPOSITORY / "build" / "screens"
WITHDRAWN = "expressing-emotion-in-therapy"
KEY = "k" * 64
PATIENCE = 15_000  # milliseconds for whatever is waited for


@dataclass
class Visit:
    """The address of a served site, and a browser that keeps to it."""

    address: str
    folder: Path
    chromium: Browser
    sink: Sink
    trouble: list[str] = field(default_factory=list)

    @contextmanager
    def context(self, **how: Any) -> Iterator[BrowserContext]:
        """Open a window of its own: nothing is kept from one to the next."""
        opened = self.chromium.new_context(base_url=self.address, **how)
        opened.set_default_timeout(PATIENCE)
        opened.on("page", self._watch)
        try:
            yield opened
        finally:
            opened.close()

    @contextmanager
    def page(self, **how: Any) -> Iterator[Page]:
        with self.context(**how) as context:
            yield context.new_page()

    def _watch(self, page: Page) -> None:
        page.on("request", self._asked)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.trouble.append(f"{page.url}: {error}"))

    def _asked(self, request: Request) -> None:
        if not request.url.startswith(f"{self.address}/"):
            self.trouble.append(f"asked {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        # a page that is not there is said in the console too, which is how it should be
        if message.type in ("error", "warning") and "status of 4" not in message.text:
            self.trouble.append(f"{message.location['url']}: {message.text}")


@contextmanager
def visiting(folder: Path) -> Iterator[Visit]:
    """Publish the demonstration with something withdrawn, serve it with alerts, start a browser."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    site = new_site(folder, f"sqlite:///{folder / 'store.sqlite'}")
    site.base_url = address = f"http://127.0.0.1:{port}"
    site.publish()
    Stand(site).withdraw(WITHDRAWN)
    site.engine.dispose()
    secret.write(Path(f"{folder / 'store.sqlite'}.key"), KEY)
    with sinks.running() as sink, browser.launch() as chromium:
        settings = {"SYNDICATE_BASE_URL": address, "SYNDICATE_SMTP_URL": sink.url}
        server = Server(folder, port, **settings)
        try:
            yield Visit(address, folder, chromium, sink)
        finally:
            server.end()


def shoot(page: Page, name: str) -> None:
    """Keep how the whole page looks."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENS / f"{name}.png", full_page=True)
