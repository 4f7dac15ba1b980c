from __future__ import annotations

import json

import bibtexparser
import pytest
import rispy

from syndicate.web.published import Published
from tests.web.pages.reading import SUMMARY
from tests.web.stand import Stand, get

CITE = f"/summaries/{SUMMARY}/cite"


@pytest.mark.parametrize(
    ("style", "media_type"),
    [
        ("ris", "application/x-research-info-systems; charset=utf-8"),
        ("bib", "application/x-bibtex; charset=utf-8"),
        ("json", "application/vnd.citationstyles.csl+json"),
    ],
)
def test_a_reference_comes_as_a_file(app: Published, style: str, media_type: str) -> None:
    for what, name in (("article", f"{SUMMARY}-article"), ("summary", SUMMARY)):
        answer = get(app, f"{CITE}/{what}.{style}")
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == media_type
        disposition = answer.headers["Content-Disposition"]
        assert disposition == f'attachment; filename="{name}.{style}"'
        again = get(app, f"{CITE}/{what}.{style}", If_None_Match=answer.headers["ETag"])
        assert again.status_code == 304


def test_the_article_and_the_summary_are_two(app: Published) -> None:
    (article,) = rispy.loads(get(app, f"{CITE}/article.ris").text)
    assert article["title"].startswith("Mindfulness and empathy among counseling")
    assert (article["secondary_title"], article["volume"]) == ("Mindfulness", "11")
    (summary,) = json.loads(get(app, f"{CITE}/summary.json").text)
    assert summary["URL"] == f"http://127.0.0.1:8000/summaries/{SUMMARY}/"
    (entry,) = bibtexparser.parse_string(get(app, f"{CITE}/summary.bib").text).entries
    assert entry.key == SUMMARY


@pytest.mark.parametrize(
    "path",
    [
        f"{CITE}/article.txt",
        f"{CITE}/journal.ris",
        "/summaries/nope/cite/article.ris",
        "/summaries/april-2021-updated-handbook/cite/article.ris",
    ],
)
def test_what_there_is_no_reference_of(app: Published, path: str) -> None:
    assert get(app, path).status_code == 404


def test_what_was_withdrawn_is_cited_no_more(stand: Stand) -> None:
    stand.withdraw(SUMMARY)
    assert get(stand.open(), f"{CITE}/summary.ris").status_code == 410
