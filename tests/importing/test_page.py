"""A saved page of a month becomes files, once; one of which nothing can be made is an error."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from syndicate.definitions import Definitions
from syndicate.editorial import summary, tree
from syndicate.errors import ContentError
from syndicate.importing import page
from syndicate.importing.page import Known, import_page
from syndicate.importing.report import Report
from syndicate.model import Summary

NOTHING = Known()
CORPUS = Path(__file__).parents[1] / "corpus" / "page"


class Import:
    def __init__(self, site: Path, network: Definitions, now: datetime) -> None:
        self.site, self._network, self._now = site, network, now

    def __call__(self, path: Path, known: Known = NOTHING, *, dry_run: bool = False) -> Report:
        return import_page(
            path,
            site=self.site,
            definitions=self._network,
            now=self._now,
            known=known,
            dry_run=dry_run,
        )

    def text(self, text: str | bytes, **known: str) -> Report:
        path = self.site.parent / "page.html"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return self(path, Known(**known))

    def summaries(self, report: Report) -> list[Summary]:
        return [
            summary.parse(line.path, tree.load(self.site, line.path), self._network).summary
            for line in report.lines
            if line.path
        ]


@pytest.fixture
def run(site: Path, network: Definitions, now: datetime) -> Import:
    return Import(site, network, now)


def test_articles_of_a_month(run: Import) -> None:
    report = run(CORPUS / "articles.html")
    assert report.remarks == (
        "entries were told apart by the elements that hold one each",
        "entries without a date are of 2021-04",
    )
    announcement, research = sorted(run.summaries(report), key=lambda one: one.form)
    assert research.title == "Does rehearsal help?"
    assert research.published == datetime(2021, 4, 5, 14, tzinfo=UTC)
    assert (research.topics, research.kind) == (("training",), "meta-analysis")
    assert research.authors == ("Sam Sample",)
    assert research.citation is not None
    assert research.citation.doi == "10.1234/a.1"
    assert 'href="https://blog.example/guide/"' in research.implications_html
    assert "&lt; 0.30" in research.body_html
    assert "alert" not in research.content_html
    assert research.backfill
    assert "imported from https://blog.example/2021/04/rehearsal/" in (
        run.site / next(line.path for line in report.lines if "rehearsal" in line.title)
    ).read_text("utf-8")
    assert announcement.title == "The office is closed"
    assert announcement.month_only
    assert announcement.published == datetime(2021, 4, 1, 12, tzinfo=UTC)
    assert "Training" not in announcement.body_html


def test_headings_of_a_month(run: Import) -> None:
    report = run(CORPUS / "headings.html")
    assert report.remarks[0] == "entries were told apart by their headings, <h2>"
    # the older first: a blog's page begins with the newest
    assert [line.title for line in report.lines] == [
        "Drop-Out, and what to do about it",
        "Group Psychotherapy: who stays?",
    ]
    second, first = run.summaries(report)
    assert first.citation is not None
    assert "Text that stands bare" in first.body_html
    assert "belongs to none" not in first.body_html
    assert "Let patients choose" in second.implications_html
    assert "Older entries" not in second.content_html
    assert {one.published.strftime("%Y-%m") for one in (first, second) if one.published} == {
        "2019-05"
    }
    assert {line.outcome for line in report.lines} == {"draft"}  # no kind is named anywhere


def test_a_page_is_imported_once(run: Import) -> None:
    run(CORPUS / "articles.html")
    again = run(CORPUS / "articles.html")
    assert {line.outcome for line in again.lines} == {"already here"}


def test_an_entry_on_two_pages_is_one(run: Import) -> None:
    """A blog shows it on the page of its month and on those of its categories."""
    text = (CORPUS / "articles.html").read_text("utf-8")
    run(CORPUS / "articles.html")
    other = run.text(text.replace('/2021/04/">\n<script>', '/category/training/">\n<script>'))
    assert {line.outcome for line in other.lines if line.title == "Does rehearsal help?"} == {
        "already here"
    }


def test_a_trial_run_writes_nothing(run: Import) -> None:
    report = run(CORPUS / "headings.html", dry_run=True)
    assert len(report.lines) == 2
    assert not (run.site / "content").exists()


ONE = "<h2>{0}</h2><p>This is a text of some words about what was found in {0}.</p>"


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        (("<meta charset=iso-8859-1>" + ONE.format("Café")).encode("latin-1"), "Café"),
        (ONE.format("Café").encode("utf-8-sig"), "Café"),
        (ONE.format("Café").encode(), "Café"),
        (ONE.format("Café").encode("cp1252"), "Café"),
        (("<meta charset=no-such>" + ONE.format("Café")).encode(), "Café"),
    ],
)
def test_letters_come_through(run: Import, raw: bytes, title: str) -> None:
    report = run.text(raw + ONE.format("Other").encode())
    assert [line.title for line in report.lines] == [title, "Other"]


@pytest.mark.parametrize(
    ("head", "known", "month"),
    [
        ("<title>Blog: March, 2020</title>", {}, "2020-03"),
        ("<title>Blog</title>", {"address": "https://blog.example/2018/11/"}, "2018-11"),
        ("<title>March 2020</title>", {"month": "2017-02"}, "2017-02"),
    ],
)
def test_the_month_of_a_page(run: Import, head: str, known: dict[str, str], month: str) -> None:
    report = run.text(f"{head}{ONE.format('A')}{ONE.format('B')}", **known)
    published = [one.published for one in run.summaries(report)]
    assert {date.strftime("%Y-%m") for date in published if date} == {month}


def test_without_a_month_entries_are_drafts_that_say_so(run: Import) -> None:
    report = run.text(ONE.format("A") + ONE.format("B"))
    assert all("published" in line.needs for line in report.lines)


def test_one_entry_alone(run: Import) -> None:
    report = run.text(
        "<article><h1>Alone</h1><time datetime='2021-04-05'></time>"
        "<p>This is a text of some words about what was found here.</p></article>"
    )
    (found,) = run.summaries(report)
    assert (found.title, found.published) == ("Alone", datetime(2021, 4, 5, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", "this is no page"),
        (b"<p>Only a paragraph.</p>", "no entries are to be seen"),
        (b"\x00\x01\x02", "no entries are to be seen"),
    ],
)
def test_what_is_no_such_page(run: Import, raw: bytes, told: str) -> None:
    with pytest.raises(ContentError, match=told):
        run.text(raw)
    assert not (run.site / "content").exists()


def test_a_page_from_anybody_does_no_harm(run: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = "<div>" * 50_000 + ONE.format("Deep") + ONE.format("Deeper")
    hostile = "<h2><img src=x onerror=alert(1)>T</h2><p onclick=alert(1)>Some words of a text.</p>"
    report = run.text(f"{hostile}{hostile.replace('T<', 'U<')}")
    assert [line.title for line in report.lines] == ["T", "U"]
    for found in run.summaries(report):
        assert "alert" not in found.content_html
    with pytest.raises(ContentError, match="cannot be read to its end"):
        run.text(deep)
    monkeypatch.setattr(page, "MAX_BYTES", 10)
    with pytest.raises(ContentError, match="larger than 10 bytes"):
        run.text("<p>More than ten bytes.</p>")
