from __future__ import annotations

from urllib.parse import quote, unquote_to_bytes

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syndicate.web.published import Published
from tests.web.stand import get
from tests.web.test_published import call


@pytest.fixture
def app(demo_app: Published) -> Published:
    """Return the application that all share who only read."""
    return demo_app


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/topics/%00/", 400),
        ("/topics/empathy%0d%0aSet-Cookie:%20a=b/", 400),
        ("/topics/%1b[2J", 400),
        ("/topics/%ff%fe/", 400),
        ("/topics/%c0%af/", 400),
        ("/topics/%ed%a0%80/", 400),  # a lone surrogate
        ("/feed.atom%00", 400),
        ("/" + "a" * 999, 404),
        ("/" + "a" * 5_000, 414),
        ("/?" + "a" * 5_000, 414),
        ("/../../etc/passwd", 404),
        ("/static/../site.py", 404),
        ("/static/%2e%2e/pages.py", 404),
        ("/summaries/../topics/", 404),
        ("/topics/%E2%80%AEempathy/", 404),
        ("/archive/२०२१/०४/", 404),
        ("/archive/2021/04/before/%D9%A0/", 404),
        ("/archive/2021/04/before/20211399T000000Z/", 404),
        ("/archive/9999/12/", 404),
        ("/archive/0000/01/", 404),
        ("/feed/archive/-1.atom", 404),
        ("/feed/archive/99999999999999999999.atom", 404),
        ("/feed/archive/०१.atom", 404),
        ("/topics/" + "+".join(["empathy"] * 9) + "/feed.atom", 404),
        ("/topics/" + "+".join(["a" * 80] * 8) + "/feed.atom", 404),
        ("/topics/empathy+~empathy/", 404),
        ("/topics/+/", 404),
        ("/topics//feed.atom", 404),
        ("//evil.example/", 404),
        ("//evil.example/topics", 404),
        ("/\\evil.example/topics", 404),
        ("/%2f%2fevil.example/topics", 404),
    ],
)
def test_addresses_that_nobody_should_send(app: Published, path: str, status: int) -> None:
    raw, _, query = path.partition("?")
    environ = {"PATH_INFO": unquote_to_bytes(raw).decode("latin-1"), "QUERY_STRING": query}
    line, headers, _ = call(app, environ)
    assert line.startswith(str(status))
    assert "Location" not in dict(headers)


@pytest.mark.parametrize(
    "path", ["/topics/empathy", "/archive/2021/04", "/feeds", "/kinds/meta-analysis"]
)
def test_redirects_stay_on_this_site(app: Published, path: str) -> None:
    answer = get(app, f"{path}?next=//evil.example")
    assert (answer.status_code, answer.headers["Location"]) == (301, f"{path}/")


def test_a_request_without_a_host(app: Published) -> None:
    status, headers, body = call(app, {"HTTP_HOST": ""})
    assert status == "400 Bad Request"
    assert dict(headers)["X-Content-Type-Options"] == "nosniff"
    assert b"Host" in body


def test_a_large_body_is_not_read(app: Published) -> None:
    for path in ("/", "/feed.atom", "/nope"):
        assert get(app, path, "POST", Content_Length=str(10**9)).status_code in (404, 405, 413)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(max_size=40),
    st.text(st.characters(max_codepoint=255), max_size=40),
    st.sampled_from(
        ["/", "/topics/", "/summaries/", "/feed/archive/", "/kinds/", "/archive/2021/"]
    ),
    st.sampled_from(["GET", "HEAD", "POST", "OPTIONS", "FOO"]),
)
def test_nothing_gives_a_5xx(
    long_app: Published, path: str, query: str, stem: str, method: str
) -> None:
    raw = (stem + path).encode("utf-8", "surrogatepass").decode("latin-1")
    status, headers, _ = call(
        long_app,
        {"PATH_INFO": raw, "QUERY_STRING": quote(query, safe="=&"), "REQUEST_METHOD": method},
    )
    assert status < "5"
    assert ("X-Content-Type-Options", "nosniff") in headers
