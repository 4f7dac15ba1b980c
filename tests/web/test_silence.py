"""A PostgreSQL server that falls silent or goes away while readers come: they notice little."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from syndicate.store import engine as store
from syndicate.web import application
from tests import postgres, small
from tests.proxy import Proxy, proxied
from tests.web.served import until
from tests.web.stand import BASE, Stand, get


@pytest.fixture
def proxy(postgresql_url: str) -> Iterator[Proxy]:
    with proxied(postgres.get_address(make_url(postgresql_url))) as made:
        yield made


@pytest.fixture
def stand(
    tmp_path: Path, postgresql_url: str, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Stand]:
    """Publish to the server itself; the application reaches it through the proxy, impatiently."""
    site = small.make(tmp_path / "site", postgresql_url)
    site.base_url = BASE
    site.write("first")
    site.publish()
    through = make_url(postgresql_url).set(host="127.0.0.1", port=proxy.port, query={})
    monkeypatch.setattr(application, "PATIENCE", 0.5)
    monkeypatch.setitem(store._POSTGRESQL, "connect_timeout", 2)  # libpq's least
    environ = {"SYNDICATE_DATABASE_URL": through.render_as_string(hide_password=False)}
    made = Stand(site, environ=environ)
    yield made
    made.close()


class Readers(threading.Thread):
    """Ask for a feed, and for a page that the store alone can deny, until told to end."""

    def __init__(self, stand: Stand) -> None:
        super().__init__()
        self.app = stand.open()
        self.stopped = threading.Event()
        self.feeds: set[int] = set()
        self.pages: list[int] = []

    def run(self) -> None:
        while not self.stopped.wait(0.01):
            self.feeds.add(get(self.app, "/feed.atom").status_code)
            self.pages.append(get(self.app, f"/summaries/none-{len(self.pages)}/").status_code)

    def end(self) -> None:
        self.stopped.set()
        self.join()


@pytest.mark.parametrize("trouble", ["silent", "restarted"])
def test_feeds_go_on_health_says_it_and_it_is_over_by_itself(
    stand: Stand, proxy: Proxy, trouble: str
) -> None:
    readers = Readers(stand)
    app = readers.app
    readers.start()
    until(lambda: 404 in readers.pages)
    (proxy.silence if trouble == "silent" else proxy.stop)()
    until(lambda: app.generations.trouble is not None, seconds=30)
    ready = get(app, "/readyz")
    assert ready.status_code == 503
    assert json.loads(ready.data)["cause"] == "the store cannot be read: see the log"
    assert "the database server does not answer" in str(app.generations.trouble)
    assert get(app, "/healthz").status_code == 200
    assert get(app, "/feed.atom").status_code == 200
    # what is not in memory fails at once, and does not queue up behind the server
    until(lambda: readers.pages[-20:] == [503] * 20, seconds=30)
    stand.site.write("second", number=1)
    stand.site.publish()
    (proxy.speak if trouble == "silent" else proxy.start)()
    until(lambda: app.generations.trouble is None, seconds=30)
    until(lambda: b"summary/second" in get(app, "/feed.atom").data, seconds=30)
    assert get(app, "/readyz").status_code == 200
    until(lambda: readers.pages[-1] == 404, seconds=30)
    readers.end()
    assert readers.feeds == {200}
    assert set(readers.pages) == {404, 503}
