"""A subscriber that others wrote, Flask-WebSub, takes part in all of it: from discovery to leaving.

It sends a secret over https only, as 5.1 asks; so feed and hub are served over TLS here.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_websub.subscriber import (
    SQLite3SubscriberStorage,
    SQLite3TempSubscriberStorage,
    Subscriber,
    discover,
)
from werkzeug.serving import make_server

from tests.deliver.hub.conftest import Stand

CERTIFICATE = Path(__file__).parents[2] / "corpus" / "tls" / "127.0.0.1.pem"


@contextmanager
def listening(app: Any, *, port: int = 0, secure: bool = False) -> Iterator[int]:
    """Serve an application on loopback; return its port."""
    context = None
    if secure:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
    server = make_server("127.0.0.1", port, app, threaded=True, ssl_context=context)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Reader:
    """A site that follows feeds with Flask-WebSub, and keeps what it was told."""

    def __init__(self, folder: Path) -> None:
        kept = str(folder / "subscriber.sqlite")
        self.subscriber = Subscriber(
            SQLite3SubscriberStorage(kept), SQLite3TempSubscriberStorage(kept)
        )
        self.app = Flask("a site that follows feeds")
        self.app.register_blueprint(self.subscriber.build_blueprint(url_prefix="/callbacks"))
        self.told: list[tuple[str, bytes]] = []
        self.agreed: list[tuple[str, str]] = []
        self.failed: list[str] = []
        self.subscriber.add_listener(lambda topic, _id, body: self.told.append((topic, body)))
        self.subscriber.add_success_handler(
            lambda topic, _id, mode: self.agreed.append((topic, mode))
        )
        self.subscriber.add_error_handler(lambda _topic, _id, reason: self.failed.append(reason))


@pytest.mark.parametrize("path", ["/feed.atom", "/feed.rss"])
def test_from_discovery_to_leaving(
    stand: Stand, tmp_path: Path, free_port: int, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATE))
    site = stand.network.site
    site.base_url = f"https://127.0.0.1:{free_port}"
    site.publish()
    stand.app.close()
    stand = Stand(stand.network, stand.subscriber)
    reader = Reader(tmp_path)
    topic = f"{site.base_url}{path}"
    with (
        listening(stand.app, port=free_port, secure=True),
        listening(reader.app) as port,
        reader.app.test_request_context(base_url=f"http://127.0.0.1:{port}"),
    ):
        found = discover(topic)
        assert found == {"hub_url": f"{site.base_url}/hub", "topic_url": topic}
        id = reader.subscriber.subscribe(**found, lease_seconds=86_400)
        stand.work(seconds=1)
        assert reader.agreed == [(topic, "subscribe")]
        (row,) = stand.rows()
        assert row.secret  # the library's own: what is not signed with it, it does not believe

        stand.publish("two")
        stand.work()
        assert reader.told == [(topic, site.document(path))]

        reader.subscriber.renew(id)
        stand.work(seconds=1)
        reader.subscriber.unsubscribe(id)
        stand.work(seconds=1)
        assert [mode for _topic, mode in reader.agreed] == ["subscribe", "subscribe", "unsubscribe"]
        stand.publish("three")
        stand.work()
        assert len(reader.told) == 1
    assert reader.failed == stand.rows() == []
    stand.app.close()
