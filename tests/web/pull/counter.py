"""An application that is asked with keys, and what is known of those who ask."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from syndicate import granting, partners
from syndicate.granting import Granted, Terms
from syndicate.web.published import Published
from syndicate.web.pull.access import Access
from tests.web.pull.contract import hold_against_contract
from tests.web.stand import Stand, get

NOW = datetime.now(UTC).replace(microsecond=0)


@dataclass
class Counter:
    """The stand's application, asked with keys. What it knows of keys is never old here."""

    stand: Stand
    app: Published
    monkeypatch: pytest.MonkeyPatch

    def add(self, name: str = "Care", **agreed: Any) -> Granted:
        agreed = {"terms_version": "1"} | agreed
        return granting.add(self.stand.site.engine, name, Terms(**agreed), now=NOW)

    def change(self, name: str, **fields: Any) -> None:
        granting.update(self.stand.site.engine, name, lambda old: replace(old, **fields))

    def scoped(self, *words: str, name: str = "Care") -> str:
        scopes = partners.parse_scopes(words, self.stand.site.definitions)
        return self.add(name, scopes=scopes).text

    def ask(self, path: str, key: str | None = None, **headers: str) -> TestResponse:
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        answer = get(self.app, path, **headers)
        hold_against_contract(answer, path)
        return answer

    def code(self, path: str, key: str | None = None, **headers: str) -> tuple[int, str]:
        answer = self.ask(path, key, **headers)
        return answer.status_code, answer.json.get("code", "") if answer.is_json else ""

    def conditions(self, old: str, new: str) -> None:
        """Edit network.toml and publish."""
        self.stand.edit("network.toml", lambda text: text.replace(old, new, 1))
        assert self.stand.site.publish().problems == ()
        assert self.app.generations.look()


def access_of(counter: Counter) -> Access:
    """Return what admits to the application."""
    flask = counter.app._rest
    assert isinstance(flask, Flask)
    finish = next(f for f in flask.after_request_funcs[None] if f.__name__ == "finish")
    found: Access = finish.__self__  # type: ignore[union-attr]
    return found


def books(counter: Counter) -> None:
    """Write what was gathered, as happens about once a second."""
    close = counter.app._at_end
    assert close.__self__.flush()  # type: ignore[attr-defined]


def fail(*_: object, **__: object) -> None:
    raise RuntimeError("unforeseen")
