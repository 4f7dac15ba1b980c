"""Where a mail service reports what came back: with a token, as JSON or as the mail itself."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any, Final, cast

import orjson
from flask import Flask, Response, request

from syndicate.alerts.returns import LARGEST, Severity
from syndicate.errors import NotFound
from syndicate.subscribing import returning
from syndicate.web.alerts.desk import Desk

PATH: Final = "/alerts/returns"
_SEVERITIES: Final = ("hard", "soft", "complaint")


def register(app: Flask, desk: Desk) -> None:
    app.add_url_rule(PATH, "alerts returns", _Returns(desk).take, methods=["POST"])


class _Returns:
    """The view. Without SYNDICATE_RETURNS_TOKEN, and with another, there is nothing here."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def take(self) -> Response:
        """Take a report; the same one counts once. What cannot be read is 422, and not to retry."""
        visit, token = self._desk.visit_by_program()
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        right = hmac.compare_digest(given.encode(), (token or "").encode())
        if not (token and right and scheme.lower() == "bearer"):
            raise NotFound("there is nothing at this address")
        request.max_content_length = LARGEST
        data = request.get_data()
        if request.mimetype == "message/rfc822":
            recipients = request.args.getlist("recipient")
            taken: str = returning.take_mail(
                visit.engine, visit.keyring, data, recipients, now=visit.now
            )
            return _answer(200, {"taken": taken})
        report = _report(data)
        if report is None:
            return _answer(422, {"error": "address, event, severity (hard, soft or complaint)"})
        taken = returning.take_report(
            visit.engine,
            visit.keyring,
            report["address"],
            event=report["event"],
            severity=cast("Severity", report["severity"]),
            status=report.get("status", ""),
            now=visit.now,
        )
        return _answer(200, {"taken": taken})


def _report(data: bytes) -> dict[str, str] | None:
    """Read `{"address": …, "event": …, "severity": …, "status": …}`."""
    try:
        found: Any = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(found, dict) or not all(isinstance(v, str) for v in found.values()):
        return None
    if not found.get("address") or not found.get("event"):
        return None
    return found if found.get("severity") in _SEVERITIES else None


def _answer(status: int, content: Mapping[str, str]) -> Response:
    return Response(orjson.dumps(content), status, content_type="application/json")
