"""TLS keeps the name though an address is dialled."""

from __future__ import annotations

import ssl

import pytest

from syndicate.errors import FetchError
from syndicate.outgoing import fetch
from tests.outgoing.stand import CERTIFICATE, PUBLIC, World, moved, sent, serving


def trusting() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(CERTIFICATE))


def secure(names: list[str | None]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)

    def note(_socket: object, name: str | None, _context: object) -> None:
        names.append(name)

    context.sni_callback = note
    return context


def test_tls_keeps_the_name_though_an_address_is_dialled() -> None:
    names: list[str | None] = []
    with serving({"/": sent(b"secret")}, secure(names)) as web:
        world = World(web.port)
        got = fetch("https://feeds.example/", guard=world.guard(tls=trusting))
    assert got.body == b"secret"
    assert names == ["feeds.example"]
    assert world.dialled == [(PUBLIC, 443)]


@pytest.mark.parametrize("name", ["other.example", "93.184.215.14"])
def test_a_certificate_for_another_name_is_refused(name: str) -> None:
    with serving({"/": sent(b"secret")}, secure([])) as web:
        world = World(web.port, {name: [PUBLIC]})
        with pytest.raises(FetchError, match="certificate"):
            fetch(f"https://{name}/", guard=world.guard(tls=trusting))
    assert web.asked == []


def test_a_certificate_that_nobody_vouches_for_is_refused() -> None:
    with serving({"/": sent(b"secret")}, secure([])) as web, pytest.raises(FetchError):
        fetch("https://feeds.example/", guard=World(web.port).guard())


def test_a_redirect_from_https_to_http_is_refused() -> None:
    with serving({"/": moved("http://feeds.example/")}, secure([])) as web:
        guard = World(web.port).guard(tls=trusting)
        with pytest.raises(FetchError, match="from https to http"):
            fetch("https://feeds.example/", guard=guard)
