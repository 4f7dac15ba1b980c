from __future__ import annotations

import json

from syndicate.importing.report import Line, Report

REPORT = Report(
    source="feed.xml",
    remarks=("the feed is not well-formed: oh",),
    lines=(
        Line(outcome="written", title="A", id="urn:a", path="content/summaries/2021/04/a.md"),
        Line(
            outcome="draft",
            title="B",
            id="urn:b",
            path="content/summaries/2021/04/b.md",
            needs=("kind", "citation"),
            dropped=('<img "x">', "a comment"),
        ),
        Line(outcome="already here", title="C", id="urn:c"),
        Line(outcome="left out", title="", id="urn:d", dropped=("the text looks French",)),
    ),
)


def test_the_text_says_the_numbers_and_then_the_news() -> None:
    assert (
        REPORT.render_text()
        == """\
feed.xml: 4 entries
  the feed is not well-formed: oh
      1 written
      1 written as drafts: each needs an editor
      1 already here, left alone
      1 left out
content/summaries/2021/04/a.md: written
content/summaries/2021/04/b.md: draft
    needs: kind; citation
    lost or guessed: <img "x">
    lost or guessed: a comment
urn:d: left out
    lost or guessed: the text looks French"""
    )


def test_the_json_says_all_of_it() -> None:
    told = json.loads(json.dumps(REPORT.to_json()))
    assert told["counts"] == {
        "written": 1,
        "draft": 1,
        "already here": 1,
        "left out": 1,
        "not published": 0,
    }
    assert [entry["id"] for entry in told["entries"]] == ["urn:a", "urn:b", "urn:c", "urn:d"]
    assert told["entries"][1]["needs"] == ["kind", "citation"]
    assert (told["source"], told["dry_run"]) == ("feed.xml", False)
    assert told["remarks"] == list(REPORT.remarks)
