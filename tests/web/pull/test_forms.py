"""The forms of an answer: conditional, without a body, as a page."""

from __future__ import annotations

import gzip
import zlib

import pytest

from syndicate.web.published import Published
from tests.web.pull.contract import Ask, contract

ID = "tag:pprnet.example,2013:summary/v9ffcqu9"


SLUG = "expressing-emotion-in-therapy"


OF_NOBODY = [path for path in contract()["paths"] if "{" not in path and "/me" not in path]
EVERY = [*OF_NOBODY, f"/v1/items/{ID}"]  # test_known.py has what needs a key


@pytest.fixture
def app(demo_app: Published) -> Published:
    """Return the application that all share who only read."""
    return demo_app


@pytest.mark.parametrize("path", EVERY)
def test_conditional_requests(ask: Ask, path: str) -> None:
    plain, packed = ask(path), ask(path, Accept_Encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    stream = zlib.decompressobj(31)
    stream.decompress(packed.data)
    assert stream.eof
    assert stream.unused_data == b""
    assert plain.headers["Content-Language"] == "en"
    assert plain.headers["ETag"][0] == '"'
    for tag in (plain.headers["ETag"], packed.headers["ETag"], "*"):
        unmodified = ask(path, If_None_Match=tag)
        assert (unmodified.status_code, unmodified.data) == (304, b"")
        assert unmodified.headers["ETag"]
        assert "Authorization" in unmodified.headers["Vary"]
    since = ask(path, If_Modified_Since=plain.headers["Last-Modified"])
    assert since.status_code == 304


@pytest.mark.parametrize("path", EVERY)
def test_head_and_options(ask: Ask, path: str) -> None:
    full, head = ask(path), ask(path, "HEAD")
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == full.headers["Content-Length"] == str(len(full.data))
    options = ask(path, "OPTIONS")
    assert options.status_code == 204
    assert options.headers["Allow"] == "GET, HEAD, OPTIONS"
    refused = ask(path, "POST")
    assert (refused.status_code, refused.json["code"]) == (405, "method-not-allowed")


@pytest.mark.parametrize(
    "path", [path for path in EVERY if path not in ("/v1/changes.atom", "/v1/snapshot")]
)
def test_a_browser_gets_a_page(ask: Ask, path: str) -> None:
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    page = ask(path, Accept=browser)
    assert page.content_type == "text/html; charset=utf-8"
    assert b"<h1>" in page.data
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert page.headers["ETag"] != ask(path).headers["ETag"]
    for accept in ("*/*", "application/json", "image/png", "application/json, text/html;q=0.5"):
        assert ask(path, Accept=accept).is_json
