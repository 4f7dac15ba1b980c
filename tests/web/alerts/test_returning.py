"""A mail service that reports what came back: taken once, from who has the token."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from werkzeug.test import TestResponse

from syndicate.alerts.returns import LARGEST
from syndicate.web.alerts.returning import PATH
from tests.readers import Network
from tests.web.alerts.browser import READER, Browser, everything

TOKEN = "t" * 32
BOUNCE = {"address": READER, "event": "1", "severity": "hard", "status": "5.1.1 unknown"}


@pytest.fixture
def service(network: Network) -> Iterator[Browser]:
    """Return whoever reports; the network has one reader."""
    network.alerts(inbound="in.pprnet.example")
    made = Browser(network, SYNDICATE_RETURNS_TOKEN=TOKEN)
    made.subscribe()
    yield made
    made.app.close()


def report(service: Browser, content: Any, *, token: str = TOKEN, **how: Any) -> TestResponse:
    data = content if isinstance(content, bytes) else orjson.dumps(content)
    headers = {"Authorization": f"Bearer {token}"}
    how = {"content_type": "application/json"} | how
    return service.ask(how.pop("path", PATH), "POST", data=data, headers=headers, **how)


def standing(service: Browser) -> str:
    return service.network.find(1).standing


def delivery_report(to: str, status: str = "5.1.1") -> bytes:
    return (
        f"To: {to}\nContent-Type: multipart/report; boundary=b\n\n--b\n"
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n"
        f"Action: failed\nStatus: {status}\n\n--b--\n"
    ).encode()


# Who may report ----------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["", "x" * 32, TOKEN[:-1], f"{TOKEN}x", "ü"])
def test_without_the_token_there_is_nothing_here(service: Browser, token: str) -> None:
    before = everything(service.network)
    assert report(service, BOUNCE, token=token).status_code == 404
    assert service.ask(PATH, "POST", data=orjson.dumps(BOUNCE)).status_code == 404
    assert everything(service.network) == before


def test_where_none_is_set_none_is_right(browser: Browser) -> None:
    for token in ("", "None", TOKEN):
        assert report(browser, BOUNCE, token=token).status_code == 404


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_only_a_post_reports(service: Browser, method: str) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    assert service.ask(PATH, method, headers=headers).status_code in (404, 405)


# What it means -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("severity", "becomes"), [("hard", "bounced"), ("soft", "active"), ("complaint", "ended")]
)
def test_a_report_in_json(service: Browser, severity: str, becomes: str) -> None:
    answer = report(service, BOUNCE | {"severity": severity})
    assert (answer.status_code, answer.json) == (200, {"taken": "bounce"})
    assert standing(service) == becomes


def test_the_same_event_counts_once(service: Browser) -> None:
    report(service, BOUNCE | {"severity": "soft"})
    before = everything(service.network)
    for severity in ("soft", "hard", "complaint"):  # replayed, and replayed with another meaning
        assert report(service, BOUNCE | {"severity": severity}).status_code == 200
    assert everything(service.network) == before


def test_whom_nobody_knows_is_no_error(service: Browser) -> None:
    """The service need not try again, and learns no more than it knew."""
    before = everything(service.network)
    for address in ("nobody@example.org", "no address", "reader@", f"{READER}\r\nBcc: x@a.org"):
        answer = report(service, BOUNCE | {"address": address})
        assert (answer.status_code, answer.json) == (200, {"taken": "nothing"})
    assert everything(service.network) == before


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff",
        b"[]",
        b"null",
        b"[" * 5_000,
        {},
        {"address": READER},
        BOUNCE | {"event": ""},
        BOUNCE | {"event": 1},
        BOUNCE | {"severity": "worst"},
        BOUNCE | {"status": None},
        BOUNCE | {"address": [READER]},
    ],
)
def test_what_cannot_be_read_is_told_and_changes_nothing(service: Browser, content: Any) -> None:
    before = everything(service.network)
    answer = report(service, content)
    assert answer.status_code == 422
    assert "severity" in answer.text
    assert everything(service.network) == before


def test_more_than_a_mail_is_not_read(service: Browser) -> None:
    assert report(service, b"x" * (LARGEST + 1)).status_code == 413
    assert standing(service) == "active"


# The mail itself ---------------------------------------------------------------------------------


def test_the_mail_itself_names_its_reader(service: Browser) -> None:
    (mail,) = service.alert()
    data = delivery_report("postmaster@in.pprnet.example")
    how: dict[str, Any] = {
        "content_type": "message/rfc822",
        "query_string": {"recipient": mail.sender},
    }
    for _ in range(2):
        assert report(service, data, **how).json == {"taken": "bounce"}
    assert standing(service) == "bounced"


def test_forged_and_exchanged_return_addresses_mean_nothing(service: Browser) -> None:
    """Who leaves or is given up is named by a token for that very purpose, and by no other."""
    keyring, key = service.network.keyring, service.network.find(1).key
    bounce, leave = (keyring.make(what, key) for what in ("bounce", "unsubscribe"))
    forged = bounce[:-1] + ("0" if bounce[-1] != "0" else "1")
    before = everything(service.network)
    for token in (f"b+{leave}", f"u+{bounce}", f"b+{forged}", f"b+{key}", "b+", READER):
        data = delivery_report(f"{token.partition('@')[0]}@in.pprnet.example")
        answer = report(service, data, content_type="message/rfc822")
        assert (answer.status_code, answer.json) == (200, {"taken": "nothing"})
    assert everything(service.network) == before
    for door in ("u", "confirm", "preferences"):
        assert service.submit(f"/alerts/{door}/{bounce}/", act="stop").status_code == 404
    assert everything(service.network) == before
