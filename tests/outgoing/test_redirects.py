"""Redirects are judged like first addresses, and have an end."""

from __future__ import annotations

import pytest

from syndicate.errors import FetchError
from syndicate.outgoing import fetch
from tests.outgoing.stand import PUBLIC, World, moved, sent, serving


def test_redirects_are_followed_and_each_is_judged() -> None:
    with serving({"/a": moved("/b"), "/b": moved("http://inside.example/")}) as web:
        world = World(web.port, {"feeds.example": [PUBLIC], "inside.example": ["10.0.0.1"]})
        with pytest.raises(FetchError, match=r"inside.example/ is at 10\.0\.0\.1"):
            fetch("http://feeds.example/a", guard=world.guard())
    assert [address for address, _ in world.dialled] == [PUBLIC, PUBLIC]


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "http://me@feeds.example/", "http://feeds.example:22/", "gopher://x/"],
)
def test_a_redirect_leads_to_nothing_that_could_not_be_asked_for(location: str) -> None:
    with serving({"/": moved(location)}) as web, pytest.raises(FetchError):
        fetch("http://feeds.example/", guard=World(web.port).guard())
    assert len(web.asked) == 1


def test_redirects_have_an_end() -> None:
    with serving({f"/{n}": moved(f"/{n + 1}") for n in range(9)} | {"/3": sent(b"3")}) as web:
        guard = World(web.port).guard()
        assert fetch("http://feeds.example/0", guard=guard).url == "http://feeds.example/3"
        web.answers["/3"] = moved("/4")
        with pytest.raises(FetchError, match="after 3 redirects"):
            fetch("http://feeds.example/0", guard=guard)
    assert len(web.asked) == 8


def test_credentials_do_not_follow_a_redirect_to_another_origin() -> None:
    with serving(
        {"/a": moved("/b"), "/b": moved("http://other.example/c"), "/c": sent(b"")}
    ) as web:
        world = World(web.port, {"feeds.example": [PUBLIC], "other.example": ["1.1.1.1"]})
        fetch(
            "http://feeds.example/a", guard=world.guard(), headers={"Authorization": "Bearer key"}
        )
    assert ["authorization" in asked.headers for asked in web.asked] == [True, True, False]
