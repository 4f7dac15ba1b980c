"""Nothing that another site sends is believed; what it is hashed by is kept as it was sent."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.editorial.sanitize import sanitize
from syndicate.errors import OriginError
from syndicate.mirror import intake
from syndicate.mirror.intake import Damaged, TakenIn

CORPUS = Path(__file__).parents[1] / "corpus" / "xss"


def sent(**fields: Any) -> dict[str, Any]:
    record = {"id": "tag:x.example,2024:a", "content_hash": "sha-256:0", "seq": 7} | fields
    if "content_html" in record and "content_sha256" not in record:
        html = record["content_html"]
        record["content_sha256"] = hashlib.sha256(html.encode()).hexdigest()
    return record


def take(record: dict[str, Any]) -> TakenIn:
    return intake.take_in(record, source=intake.identify(record)[1])


def kept(record: dict[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = orjson.loads(take(record).held.record)
    return fields


def test_a_sound_record_is_kept_as_it_is() -> None:
    record = sent(
        title="A < B &  🙂",
        url="https://x.example/a/",
        published="2024-01-01T12:00:00Z",
        content_html="<p>a &lt; b, <em>c</em> 🙂</p>",
        findings=[{"estimate": "0.50", "deep": {"n": 12, "none": None, "true": True}}],
        unknown_field=["of", {"a": "later version"}],
    )
    taken = take(record)
    assert orjson.loads(taken.held.record) == record
    assert taken.dropped == ()
    assert (taken.held.id, taken.held.seq, taken.held.title) == (record["id"], 7, record["title"])


def test_what_is_not_safe_is_dropped_named_and_marked_in_the_record() -> None:
    record = sent(
        content_html='<p onclick="x()">a<script>alert(1)</script></p>',
        implications_html='<a href="javascript:alert(1)">b</a>',
        url="javascript:alert(1)",
        logo={"html": "<img src=x onerror=alert(1)>", "image_url": "data:x"},
        title="a\u202eb\0c",
    )
    taken = take(record)
    fields = orjson.loads(taken.held.record)
    text = json.dumps({n: v for n, v in fields.items() if n != "cleaned"})
    assert not any(word in text for word in ("alert", "onclick", "onerror", "javascript", "data:"))
    assert (fields["content_html"], fields["url"], fields["title"]) == ("<p>a</p>", "", "abc")
    assert fields["content_hash"] == "sha-256:0"
    assert fields["content_sha256"] == record["content_sha256"]
    assert fields["cleaned"] == list(taken.dropped)
    assert "<script> and its text" in taken.dropped


def test_markup_that_cannot_be_made_safe_becomes_its_text() -> None:
    record = sent(content_html="<p>" + "<em>" * 5_000, content_text="First & last.\n\nSecond.")
    assert kept(record)["content_html"] == "<p>First &amp; last.</p><p>Second.</p>"


def sendable(text: str) -> str:
    """Return text as JSON in UTF-8 can carry it."""
    return text.encode("utf-8", "replace").decode()


def payloads() -> list[str]:
    lines = [line for path in CORPUS.glob("*.jsonl") for line in path.read_text().splitlines()]
    return [sendable(json.loads(line)["payload"]) for line in lines]


def test_every_known_payload_comes_out_as_our_own_sanitiser_would_have_it() -> None:
    found = payloads()
    assert len(found) > 100
    for html in found:
        fields = kept(sent(content_html=html, content_text="text"))
        assert sanitize(fields["content_html"]) == fields["content_html"], html


@given(st.text(), st.text())
def test_whatever_is_sent_what_is_kept_is_safe(html: str, title: str) -> None:
    record = sent(
        content_html=sendable(html),
        title=sendable(title),
    )
    fields = kept(record)
    assert sanitize(fields["content_html"]) == fields["content_html"]
    assert "\0" not in fields["title"]


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"id": 7, "content_hash": "h"},
        {"id": "", "content_hash": "h"},
        {"id": "a\tb", "content_hash": "h"},
        {"id": "a\nb", "content_hash": "h"},
        {"id": "x" * 1_001, "content_hash": "h"},
        {"id": "a"},
        {"id": "a", "content_hash": "with space"},
        {"id": "a", "content_hash": "tab\t"},
        {"id": "a", "content_hash": None},
    ],
)
def test_what_has_no_proper_id_or_hash_is_refused(record: dict[str, Any]) -> None:
    with pytest.raises(OriginError, match="nothing of this answer was taken in"):
        take(record)


def test_what_is_too_large_or_too_deep_is_refused() -> None:
    with pytest.raises(OriginError, match="larger than"):
        take(sent(content_text="x" * intake.MOST_BYTES))
    deep: Any = "x"
    for _ in range(40):
        deep = [deep]
    with pytest.raises(OriginError, match="nested too deeply"):
        take(sent(deep=deep))


def test_content_that_is_not_what_its_checksum_says_is_not_taken_in() -> None:
    with pytest.raises(Damaged):
        take(sent(content_html="<p>a</p>", content_sha256="0" * 64))


def test_a_record_of_two_hundred_kilobytes() -> None:
    html = "<p>" + "A long sentence with an end. " * 7_000 + "</p>"
    assert len(html) > 200_000
    assert kept(sent(content_html=html))["content_html"] == html
