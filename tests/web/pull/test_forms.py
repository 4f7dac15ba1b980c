"""The forms of an answer: conditional, without a body, as a page."""

from __future__ import annotations

import gzip
import re
import shlex
import zlib

import pytest
from lxml import html

from syndicate.web.published import Published
from syndicate.web.pull import snapshot
from tests.web.pull.contract import Ask, contract
from tests.web.stand import BASE

ID = "tag:pprnet.example,2013:summary/v9ffcqu9"


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
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
    page = ask(path, Accept=BROWSER)
    assert page.content_type == "text/html; charset=utf-8"
    assert b"<h1>" in page.data
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert page.headers["ETag"] != ask(path).headers["ETag"]
    for accept in ("*/*", "application/json", "image/png", "application/json, text/html;q=0.5"):
        assert ask(path, Accept=accept).is_json


def read_figures(page: bytes) -> dict[str, str]:
    names, values = (html.fromstring(page).xpath(f"//main//{tag}") for tag in ("dt", "dd"))
    pairs = zip(names, values, strict=True)
    return {name.text_content(): value.text_content().strip() for name, value in pairs}


@pytest.mark.parametrize("query", ["", "?not_topic=empathy"])
def test_a_browser_is_told_what_a_snapshot_is(
    ask: Ask, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "PART", 1)
    monkeypatch.setattr(snapshot, "_AT_ONCE", 2)
    page = ask(f"/v1/snapshot{query}", Accept=BROWSER)
    assert page.content_type == "text/html; charset=utf-8"
    assert "Programs get the records themselves" in page.text
    told = read_figures(page.data)
    state = ask(f"/v1/state{query}").json
    assert (told["seq"], told["live_count"]) == (str(state["seq"]), str(state["live_count"]))
    *_, address = shlex.split(told["first part"])
    assert address == told["address"]
    sizes = []
    while address:
        part = ask(address.removeprefix(BASE), Accept="application/x-ndjson")
        assert part.content_type == "application/x-ndjson"
        assert part.headers["ETag"] != page.headers["ETag"]
        sizes.append(len(part.data.splitlines()))
        following = re.search(r'<([^>]*)>; rel="next"', part.headers["Link"])
        address = following[1] if following else ""
    assert len(sizes) > 1
    assert (told["parts"], told["live_count"]) == (str(len(sizes)), str(sum(sizes)))
    assert ask(f"/v1/snapshot{query}", Accept="*/*").content_type == "application/x-ndjson"
