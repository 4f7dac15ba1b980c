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
        key, first = either.run("partner", "add", "Care", "--webhook", url).stdout.split()
        assert key.startswith("sk_")
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
        assert (shown["partner"], shown["url"], shown["sent"]) == ("Care", url, 1)
        until = datetime.fromisoformat(shown["two_secrets_until"]) - datetime.now(UTC)
        assert until.days == 6
        assert first not in json.dumps(shown)
        told = either.run("webhook", "replay", "Care", "--since", "0").stdout
        assert told == "1 call is due again.\n"
        either.run("worker", "--once")
        assert server.asked[1].headers["webhook-id"] == asked.headers["webhook-id"]
    assert either.run("webhook", "remove", "Care").stdout == "Removed the webhook of Care.\n"
    assert listed(either) == []


def test_what_is_refused(either: Terminal) -> None:
    either.run("db", "upgrade")
    for url in ("ftp://care.example/", "https://me@care.example/", "care.example"):
        either.run("partner", "add", "Care", "--webhook", url, status=1)
    either.run("partner", "add", "Care")  # none of these had added it
    none = either.run("webhook", "rotate", "Care", status=1)
    assert "Care has no webhook; `syndicate partner update 'Care' --webhook URL`" in none.stderr
    missing = either.run("webhook", "remove", "Nobody", status=1)
    assert "there are: Care" in missing.stderr
    either.run("partner", "update", "Care", "--webhook", "https://care.example/hook")
    ahead = either.run("webhook", "replay", "Care", "--since", "9", status=1)
    assert "the newest is 0" in ahead.stderr


def test_the_partner_shows_it_and_revoking_ends_it(either: Terminal) -> None:
    either.run("db", "upgrade")
    url = "https://care.example/hook?key=7"
    made = json.loads(either.run("partner", "add", "Care", "--webhook", url, "--json").stdout)
    assert made["webhook_secret"].startswith("whsec_")
    assert f"  webhook {url}\n" in either.run("partner", "list").stdout
    other = url.replace("key=7", "key=8")
    moved = either.run("partner", "update", "Care", "--webhook", other)
    assert moved.stdout == "Changed Care.\n"  # the secret stays, and is not shown again
    (shown,) = json.loads(either.run("partner", "list", "--json").stdout)
    assert shown["webhook"] == {"url": other, "created": shown["created"], "ended": None}
    assert made["webhook_secret"] not in json.dumps(shown)
    either.run("partner", "revoke", "Care")
    assert listed(either) == []
    (shown,) = json.loads(either.run("partner", "list", "--json").stdout)
    assert shown["webhook"] is None
    again = either.run("partner", "update", "Care", "--webhook", url)
    assert again.stdout.startswith("whsec_")
    assert again.stdout.strip() != made["webhook_secret"]


def test_a_network_that_calls_nobody(either: Terminal) -> None:
    either.run("db", "upgrade")
    either.run("partner", "add", "Care", "--webhook", "https://care.example/hook")
    file = either.site.folder / "feeds/network.toml"
    file.write_text(f"{file.read_text('utf-8')}\n[webhooks]\nenabled = false\n", "utf-8")
    either.site.write("first")
    either.run("publish")
    refused = either.run("partner", "add", "Other", "--webhook", "https://o.example/", status=1)
    assert "this network calls nobody; set enabled = true in [webhooks]" in refused.stderr
    alone = either.run("worker", "--once", status=1)
    assert "no mail relay is named" in alone.stderr  # and there is nothing else to do
