from __future__ import annotations

import pytest

from syndicate.web.hosts import Hosts, is_loopback, split
from tests.web.stand import Stand, get

PUBLIC = "https://feeds.example.org"


@pytest.mark.parametrize(
    ("host", "name", "port"),
    [
        ("Feeds.Example.org", "feeds.example.org", ""),
        ("feeds.example.org:8000", "feeds.example.org", "8000"),
        ("[::1]", "::1", ""),
        ("[::1]:8000", "::1", "8000"),
        ("[::1", "", ""),
        ("", "", ""),
    ],
)
def test_split(host: str, name: str, port: str) -> None:
    assert split(host) == (name, port)


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "127.9.9.9", "::1"])
def test_loopback(name: str) -> None:
    assert is_loopback(name)


@pytest.mark.parametrize(
    "name", ["localhost.evil.example", "127.0.0.1.evil.example", "128.0.0.1", "127.1", "", "::2"]
)
def test_not_loopback(name: str) -> None:
    assert not is_loopback(name)


@pytest.mark.parametrize(
    ("host", "answered"),
    [
        ("feeds.example.org", True),
        ("FEEDS.example.org:443", True),
        ("feeds.example.org:80", True),
        ("feeds.example.org:8000", True),  # the port that is listened on
        ("feeds.example.org:22", False),
        ("www.example.org", True),
        ("evil.example", False),
        ("feeds.example.org.evil.example", False),
        ("feeds.example.org@evil.example", False),
        ("feeds.example.org,evil.example", False),
        ("127.0.0.1:8000", False),
        ("localhost", False),
        ("", False),
        (":80", False),
    ],
)
def test_a_public_installation_answers_its_own_names(host: str, *, answered: bool) -> None:
    hosts = Hosts([PUBLIC], ["www.example.org"], port=8000)
    assert hosts.answers(host) is answered
    assert (host in hosts.known) is answered


@pytest.mark.parametrize("host", ["localhost:1", "127.0.0.1:8123", "127.3.2.1", "[::1]:99"])
def test_bound_to_loopback_every_loopback_name_is_answered(host: str) -> None:
    assert Hosts([PUBLIC], loopback=True).answers(host)
    assert Hosts(["http://localhost:8000"]).answers(host)
    assert not Hosts([PUBLIC], loopback=True).answers("evil.example")
    assert not Hosts([PUBLIC], loopback=True).answers("localhost:port")


def test_what_is_remembered_is_bounded() -> None:
    hosts = Hosts([PUBLIC], loopback=True)
    assert all(hosts.answers(f"127.0.0.1:{port}") for port in range(1, 2000))
    assert len(hosts.known) <= 256


def test_other_hosts_get_nothing_but_health(stand: Stand) -> None:
    stand.environ = {"SYNDICATE_BASE_URL": PUBLIC}
    stand.site.base_url = PUBLIC
    stand.edit("network.toml", lambda text: f'{text}\n[http]\nhosts = ["old.example.org"]\n')
    stand.site.publish()
    app = stand.open(host="0.0.0.0", port=8000)
    for path in ("/feed.atom", "/", "/nope", "/feed/", "/static/site.css", "/metrics"):
        for host in ("evil.example", "localhost", "127.0.0.1:8000"):
            refused = get(app, path, Host=host)
            assert refused.status_code == 421
            assert b"evil" not in refused.data
    for path in ("/healthz", "/readyz"):
        assert get(app, path, Host="10.1.2.3:9").status_code == 200
    assert get(app, "/feed.atom", Host="old.example.org").status_code == 200


def test_no_header_of_a_request_changes_an_address(stand: Stand) -> None:
    """Host, ports and forwarded headers: the bytes are the same, so no cache can be poisoned."""
    stand.environ = {"SYNDICATE_BASE_URL": PUBLIC}
    stand.site.base_url = PUBLIC
    stand.site.publish()
    app = stand.open(host="127.0.0.1", port=8000)
    forwarded = {
        "X_Forwarded_Host": "evil.example",
        "X_Forwarded_Proto": "http",
        "X_Forwarded_Prefix": "/evil",
        "Forwarded": "host=evil.example",
        "X_Original_URL": "/evil",
    }
    for path in ("/feed.atom", "/topics/empathy+training/feed.rss", "/topics/", "/nope", "/feed/"):
        usual = get(app, path, Host="feeds.example.org")
        for host in ("feeds.example.org:443", "localhost:8000", "127.0.0.1", "[::1]:8000"):
            answer = get(app, path, Host=host, **forwarded)
            assert answer.data == usual.data
            assert list(answer.headers) == list(usual.headers)
    assert b"https://feeds.example.org/topics/empathy/" in get(app, "/topics/empathy/").data
