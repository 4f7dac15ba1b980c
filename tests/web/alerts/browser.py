"""Whoever asks the site for alerts: a browser, a mail program, a scanner, an attacker."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import select
from werkzeug.test import Client, TestResponse

from syndicate import config
from syndicate.store import engine as store
from syndicate.store import schema
from syndicate.web import create_app
from tests.readers import KEY, Network
from tests.sink import Taken

HOME = "https://feeds.network.example"


READER = "reader@example.org"


VISITOR = "192.0.2.1"


class Browser:
    """Asks the application at the network's address; keeps nothing between two requests."""

    def __init__(self, network: Network, **environ: str) -> None:
        url = network.site.engine.url.render_as_string(hide_password=False)
        given = {
            "SYNDICATE_DATABASE_URL": url,
            "SYNDICATE_SECRET_KEY": KEY,
            "SYNDICATE_SMTP_URL": network.sink.url,
        }
        settings = config.load(given | environ, cwd=network.site.folder)
        self.network = network
        self.app = create_app(settings)

    def ask(
        self, path: str, method: str = "GET", *, client: str = VISITOR, **how: Any
    ) -> TestResponse:
        return Client(self.app, use_cookies=False).open(
            path.removeprefix(HOME),
            method=method,
            base_url=HOME,
            environ_overrides={"REMOTE_ADDR": client},
            **how,
        )

    def submit(self, path: str, *, client: str = VISITOR, **fields: object) -> TestResponse:
        return self.ask(path, "POST", client=client, data=fields)

    def sign_up(self, address: str = READER, **fields: object) -> TestResponse:
        given: dict[str, Any] = {"selection": "empathy", "rhythm": "immediate"} | fields
        return self.submit("/alerts/", address=address, **given)

    def subscribe(self, address: str = READER, **fields: object) -> None:
        assert self.sign_up(address, **fields).status_code == 200
        (mail,) = self.network.work()
        answer = self.submit(link(mail, "confirm"), act="confirm")
        assert answer.status_code == 200

    def preferences(self, address: str = READER) -> str:
        """Ask for the link to an address's preferences; return it."""
        assert self.submit("/alerts/preferences/", address=address).status_code == 200
        (mail,) = self.network.work()
        return link(mail, "preferences")

    def alert(self, slug: str = "mirror-neurons", **front: Any) -> list[Taken]:
        """Publish something and return the mails that tell of it."""
        self.network.site.write(slug, **front)
        self.network.site.publish()
        return self.network.work()


def link(mail: Taken, what: str) -> str:
    found = re.search(rf"https://\S+/alerts/{what}/[0-9a-f]{{36}}/", mail.text)
    assert found, mail.text
    return found[0]


def everything(network: Network) -> dict[str, list[str]]:
    """Return all that the store holds."""
    with store.reading(network.site.engine) as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table)).all()))
            for table in schema.metadata.sorted_tables
        }
