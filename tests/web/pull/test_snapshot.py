"""The snapshot comes in parts, and each says where it ends."""

from __future__ import annotations

import re

import orjson
import pytest

from syndicate.web.published import Published
from syndicate.web.pull import snapshot
from tests.web.pull.contract import Ask
from tests.web.pull.test_changes import follow

_NEXT = re.compile(r'<http://127.0.0.1:8000([^>]+)>; rel="next"')


@pytest.fixture
def app(demo_app: Published, monkeypatch: pytest.MonkeyPatch) -> Published:
    """Return the shared application; a part of its snapshot has one record."""
    monkeypatch.setattr(snapshot, "PART", 1)
    monkeypatch.setattr(snapshot, "_AT_ONCE", 1)
    return demo_app


@pytest.mark.parametrize("query", ["", "topic=empathy,depression-and-depressive-symptoms"])
def test_whoever_stops_after_any_part_gets_the_rest_as_changes(ask: Ask, query: str) -> None:
    everything, _ = follow(ask, f"&{query}")
    held: dict[str, str] = {}
    address = f"/v1/snapshot?{query}"
    parts = 0
    while address:
        answer = ask(address)
        part = [orjson.loads(line) for line in answer.data.splitlines()]
        held |= {one["id"]: one["content_hash"] for one in part}
        rest, _ = follow(ask, f"&{query}", since=answer.headers["Cursor"])
        assert not held.keys() & rest.keys()
        assert held | rest == everything
        parts += 1
        following = _NEXT.search(answer.headers["Link"])
        address = following[1] if following else ""
    assert parts == len(everything) > 1
