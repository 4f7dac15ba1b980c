"""The commands that register webhooks, and the worker that calls them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook

from tests.cli.conftest import Terminal
from tests.outgoing.stand import sent, serving


def listed(terminal: Terminal) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(terminal.run("webhook", "list", "--json").stdout)
    return found


def test_from_adding_to_removing(either: Terminal) -> None:
    either.run("db", "upgrade")
    either.environ["SYNDICATE_ALLOW_LOOPBACK"] = "1"
    with serving({"/hook": sent(b"")}) as server:
        url = f"http://127.0.0.1:{server.port}/hook"
        first = either.run("webhook", "add", "Care", url).stdout.strip()
        second = either.run("webhook", "rotate", "Care").stdout.strip()
        refused = either.run("webhook", "rotate", "Care", status=1)
        assert "Care has two secrets until" in refused.stderr
        either.site.write("first")
        either.run("publish")
        either.run("worker", "--once")  # needs no relay where there are webhooks
        (asked,) = server.asked
        for secret in (first, second):  # the library's clock is the program's: it verifies
            Webhook(secret).verify(asked.body.decode(), asked.headers)
        assert "1 sent, 0 waiting, 0 failed" in either.run("webhook", "list").stdout
        (shown,) = listed(either)
        assert (shown["name"], shown["url"], shown["sent"]) == ("Care", url, 1)
        until = datetime.fromisoformat(shown["two_secrets_until"]) - datetime.now(UTC)
        assert until.days == 6
        assert first not in json.dumps(shown)
        told = either.run("webhook", "replay", "Care", "--since", "0").stdout
        assert told == "1 call is due again.\n"
        either.run("worker", "--once")
        assert server.asked[1].headers["webhook-id"] == asked.headers["webhook-id"]
    assert either.run("webhook", "remove", "Care").stdout == "Removed Care.\n"
    assert listed(either) == []


def test_what_is_refused(either: Terminal) -> None:
    either.run("db", "upgrade")
    either.run("webhook", "add", "Care", "https://care.example/hook")
    taken = either.run("webhook", "add", "care", "https://care.example/hook", status=1)
    assert "there is a webhook 'care' already" in taken.stderr
    for url in ("ftp://care.example/", "https://me@care.example/", "care.example"):
        either.run("webhook", "add", "Other", url, status=1)
    missing = either.run("webhook", "remove", "Nobody", status=1)
    assert "there are: Care" in missing.stderr
    ahead = either.run("webhook", "replay", "Care", "--since", "9", status=1)
    assert "the newest is 0" in ahead.stderr
