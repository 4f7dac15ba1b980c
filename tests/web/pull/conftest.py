"""Requests to `/v1`, each answer held against the contract that is served."""

from __future__ import annotations

import pytest
from werkzeug.test import TestResponse

from syndicate.web.published import Published
from syndicate.web.pull import keys
from tests.web.pull.contract import Ask, hold_against_contract
from tests.web.pull.counter import Counter
from tests.web.stand import Stand, get


@pytest.fixture
def ask(app: Published) -> Ask:
    """Return what asks the application, and holds every JSON answer against the contract."""

    def asking(path: str, method: str = "GET", **headers: str) -> TestResponse:
        answer = get(app, path, method, **headers)
        if method == "GET":
            hold_against_contract(answer, path)
        return answer

    return asking


@pytest.fixture
def counter(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> Counter:
    monkeypatch.setattr(keys, "FRESH", 0.0)
    return Counter(stand, stand.open(), monkeypatch)
