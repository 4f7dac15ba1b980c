"""What a change to a published summary may not be, each with its place and remedy."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from tests.sites import START, Site, written

BODY = "It found r = 0.30 and more.\n\n## Practice implications\n\nAsk early.\n"
TOLD = [{"date": "2024-01-01T12:30:00Z", "note": "The first."}]


@pytest.fixture
def published(small_site: Site) -> Site:
    small_site.write("one", body=BODY, corrections=TOLD)
    assert small_site.publish().problems == ()
    return small_site


@pytest.mark.parametrize(
    ("change", "message", "remedy"),
    [
        ({"draft": True}, "cannot become a draft", "syndicate withdraw one"),
        ({"published": START + timedelta(minutes=5)}, "never changes", "2024-01-01T12:00:00Z"),
        ({"corrections": None}, "is no longer here", "put it back"),
        (
            {"corrections": [*TOLD, {"date": "2024-01-01T12:20:00Z", "note": "Late."}]},
            "older than what readers have",
            "after 2024-01-01T12:30:00Z",
        ),
        (
            {"corrections": [*TOLD, {"date": "2030-01-01T12:20:00Z", "note": "Early."}]},
            "lies in the future",
            "or earlier",
        ),
        ({"withdrawn": {"date": "2030-01-01T00:00:00Z", "reason": "error"}}, "in the future", ""),
        ({"minor_edits": [{"date": "2030-01-01T00:00:00Z", "note": "N."}]}, "in the future", ""),
        ({"title": "Another title"}, "the title has changed", "minor_edits"),
        (
            {"citation": {"text": "Roe, R. (2021). Other."}},
            "the citation has changed",
            "minor_edits",
        ),
        (
            {"findings": [{"label": "it", "measure": "r", "value": "0.30"}]},
            "a finding has changed",
            "minor_edits",
        ),
        ({"body": BODY.replace("0.30", "0.310")}, "the number 0.310 has come", "minor_edits"),
        ({"body": BODY.replace("more", "six more")}, "the number six has come", "minor_edits"),
        ({"body": BODY.replace("r = 0.30", "it")}, "the number 0.3 has gone", "minor_edits"),
    ],
)
def test_refused(published: Site, change: dict[str, Any], message: str, remedy: str) -> None:
    before = published.stored()
    path = published.write("one", **{"body": BODY, "corrections": TOLD} | change)
    outcome = published.publish()
    (problem,) = outcome.problems
    assert problem.path == path
    assert problem.line > 0
    assert message in problem.message
    assert remedy in problem.remedy
    assert published.stored() == before


def test_the_id_of_a_file_stays(published: Site) -> None:
    """A withdrawn one too: its address goes on telling of the same summary."""
    path = published.folder / published.write("one", body=BODY, corrections=TOLD)
    text = path.read_text(encoding="utf-8")
    assert text.count('/one"') == 1
    path.write_text(text.replace('/one"', '/other"'), encoding="utf-8")
    (problem,) = published.publish().problems
    assert "the id of a published summary never changes" in problem.message
    assert "/one" in problem.remedy
    withdrawn = {"date": written(published.now), "reason": "error"}
    published.write("one", body=BODY, corrections=TOLD, withdrawn=withdrawn)
    assert published.publish().problems == ()
    path.write_text(text.replace('/one"', '/other"'), encoding="utf-8")
    (problem,) = published.publish().problems
    assert "this address belongs to a withdrawn summary" in problem.message
    assert "choose another file name" in problem.remedy


def test_a_number_is_reported_where_it_stands(published: Site) -> None:
    changed = BODY.replace("Ask early", "Ask within 3 weeks")
    path = published.write("one", body=changed, corrections=TOLD)
    (problem,) = published.publish().problems
    lines = (published.folder / path).read_text().splitlines()
    assert "Ask within 3 weeks" in lines[problem.line - 1]


def test_a_number_in_words_is_the_number(published: Site) -> None:
    published.write("one", body=BODY.replace("more", "ten more"), corrections=TOLD, minor_edits=[
        {"date": written(published.now), "note": "A count."}
    ])  # fmt: skip
    assert published.publish().problems == ()
    published.write("one", body=BODY.replace("more", "10 more"), corrections=TOLD, minor_edits=[
        {"date": written(published.now - timedelta(minutes=1)), "note": "A count."}
    ])  # fmt: skip
    assert published.publish().problems == ()


@pytest.mark.parametrize("key", ["minor_edits", "corrections"])
def test_an_explanation_lets_it_pass(published: Site, key: str) -> None:
    told = {"date": written(published.now), "note": "A slip."}
    entries = [*TOLD, told] if key == "corrections" else [told]
    published.write("one", body=BODY, **{"corrections": TOLD, key: entries, "title": "New title"})
    outcome = published.publish()
    assert outcome.problems == ()
    assert [c.op for c in outcome.changes] == ["correct" if key == "corrections" else "edit"]


def test_a_withdrawn_summary_comes_back_only_with_a_newer_correction(published: Site) -> None:
    withdrawn = {"date": written(published.now), "reason": "error"}
    published.write("one", body=BODY, corrections=TOLD, withdrawn=withdrawn)
    published.publish()
    published.write("one", body=BODY, corrections=TOLD)
    (problem,) = published.publish().problems
    assert "syndicate restore one" in problem.remedy
    told = [*TOLD, {"date": written(published.now), "note": "It is back."}]
    published.write("one", body=BODY, corrections=told)
    outcome = published.publish()
    assert [c.op for c in outcome.changes] == ["restore"]


def test_what_came_back_and_was_withdrawn_again_since_the_last_publish(published: Site) -> None:
    """As where a backup of the store is put back under files that went on."""
    first, back, again = (published.now + timedelta(seconds=n) for n in (0, 10, 20))
    withdrawn = {"date": written(first), "reason": "error"}
    published.write("one", body=BODY, corrections=TOLD, withdrawn=withdrawn)
    assert published.publish().problems == ()
    withdrawn = {"date": written(again), "reason": "error"}
    published.write("one", body=BODY, corrections=TOLD, withdrawn=withdrawn)
    (problem,) = published.publish().problems
    assert "the date of a withdrawal never changes" in problem.message
    told = [*TOLD, {"date": written(back), "note": "It is back."}]
    published.write("one", body=BODY, corrections=told, withdrawn=withdrawn)
    assert published.publish().problems == ()
    (tombstone,) = re.findall(rb"<[^<]*deleted-entry [^>]*>", published.document("/feed.atom"))
    assert f'when="{written(again)}"'.encode() in tombstone


def test_a_file_that_was_withdrawn_before_the_store_began_is_known_as_withdrawn(
    small_site: Site,
) -> None:
    small_site.write("one", withdrawn={"date": written(small_site.now), "reason": "error"})
    outcome = small_site.publish()
    assert [c.op for c in outcome.changes] == ["withdraw"]
    assert b"deleted-entry" in small_site.document("/feed.atom")
    small_site.remove("one")
    assert small_site.publish().problems == ()
