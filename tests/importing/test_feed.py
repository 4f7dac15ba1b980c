"""A whole feed becomes files, once."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from syndicate.definitions import Definitions
from syndicate.editorial import summary, tree
from syndicate.editorial.clashes import claim_of, clashes
from syndicate.editorial.tree import Source
from syndicate.errors import ForeignFeedError
from syndicate.importing.feed import import_feed
from syndicate.importing.report import Report
from syndicate.model import Summary

CORPUS = Path(__file__).parents[1] / "corpus" / "foreign"
FEEDS = sorted(CORPUS.glob("*.xml"))


@pytest.fixture
def run(site: Path, network: Definitions, now: datetime) -> Import:
    return Import(site, network, now)


class Import:
    """Imports files of the corpus, and reads the site back as `check` would."""

    def __init__(self, site: Path, network: Definitions, now: datetime) -> None:
        self.site, self._network, self._now = site, network, now

    def __call__(self, path: Path, **options: object) -> Report:
        return import_feed(
            path.read_bytes(),
            address="https://given.example/dir/feed",
            site=self.site,
            definitions=self._network,
            now=self._now,
            **options,  # type: ignore[arg-type]
        )

    def summaries(self) -> dict[str, Summary]:
        """Return the site's summaries by title; no two files may clash."""
        sources = [source for source in tree.walk(self.site) if isinstance(source, Source)]
        parsed = {
            source.path: summary.parse(
                source.path, tree.load(self.site, source.path), self._network
            )
            for source in sources
        }
        assert clashes(claim_of(path, one) for path, one in parsed.items()) == []
        return {one.summary.title: one.summary for one in parsed.values()}


def files(site: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path.relative_to(site)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in site.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("path", FEEDS, ids=lambda path: path.stem)
def test_every_entry_is_in_a_file_or_in_the_report(path: Path, run: Import) -> None:
    report = run(path)
    assert sum(report.counts.values()) == len(report.lines) > 0
    assert len(run.summaries()) == report.counts["written"] + report.counts["draft"]
    for line in report.lines:
        assert line.path or line.dropped


@pytest.mark.parametrize("path", FEEDS, ids=lambda path: path.stem)
def test_a_second_time_nothing_is_written(path: Path, run: Import) -> None:
    first = run(path)
    before = files(run.site)
    second = run(path)
    assert files(run.site) == before
    assert second.counts["written"] == second.counts["draft"] == 0
    assert second.counts["already here"] == first.counts["written"] + first.counts["draft"]


def test_what_the_rss_feed_becomes(run: Import) -> None:
    report = run(CORPUS / "rss20.xml")
    found = run.summaries()
    research = found["Does rehearsal help “new” therapists? p < .05"]
    assert (research.form, research.kind, research.state(report_time())) == (
        "research",
        "meta-analysis",
        "published",
    )
    assert 'href="https://given.example/more"' in research.implications_html
    assert found["What makes groups work"].draft
    assert found["What makes pairs work"].topics == ("adherence",)
    assert all(one.backfill for one in found.values())
    [french] = [line for line in report.lines if line.outcome == "left out"]
    assert french.title == "La thérapie de groupe"
    assert "French" in french.dropped[0]


def report_time() -> datetime:
    return datetime.fromisoformat("2026-03-04T05:06:00Z")


def test_entries_of_one_month_keep_their_order(run: Import) -> None:
    run(CORPUS / "rss20.xml")
    found = run.summaries()
    older, newer = found["What makes pairs work"], found["What makes groups work"]
    assert (older.published, newer.published) == (
        datetime.fromisoformat("2019-04-01T12:00:00Z"),
        datetime.fromisoformat("2019-04-01T12:01:00Z"),
    )
    assert older.month_only
    assert newer.month_only


def test_an_old_feed_without_dates_tells_them_by_its_addresses(run: Import) -> None:
    run(CORPUS / "rss091.xml")
    months = [one.published for one in run.summaries().values()]
    assert sorted(f"{date:%Y-%m}" for date in months if date) == ["2013-05", "2013-06"]


def test_nothing_of_a_hostile_feed_is_published(run: Import) -> None:
    report = run(CORPUS / "hostile.xml")
    for one in run.summaries().values():
        assert one.draft
        for sign in ("onload", "onerror", "javascript:", "<iframe", "<svg"):
            assert sign not in one.content_html
    assert all(path.startswith("content/summaries/2026/03/") for path in files(run.site))
    dropped = "\n".join(name for line in report.lines for name in line.dropped)
    assert "<svg" in dropped
    assert "<iframe" in dropped
    assert "enclosure file:///etc/passwd" in dropped


def test_a_feed_that_is_not_well_formed_says_so(run: Import) -> None:
    report = run(CORPUS / "broken.xml")
    assert "not well-formed" in report.remarks[0]
    assert report.remarks[0] in report.render_text()


def test_a_trial_run_writes_nothing(run: Import) -> None:
    report = run(CORPUS / "rss20.xml", dry_run=True)
    assert not run.site.exists()
    assert report.counts["written"] == 3
    assert "nothing was written" in report.render_text()


def test_progress_is_told_to_the_end(run: Import) -> None:
    told: list[tuple[int, int]] = []
    run(CORPUS / "rss20.xml", progress=lambda done, total: told.append((done, total)))
    assert told == [(number, 5) for number in range(1, 6)]


def test_what_is_no_feed_writes_nothing(run: Import, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<!doctype html><title>x</title>")
    with pytest.raises(ForeignFeedError, match="web page"):
        run(page)
    assert not run.site.exists()


def test_an_id_that_an_editor_holds_is_left_alone(run: Import) -> None:
    """Even in a file that has errors, and whatever its name."""
    mine = run.site / "content/summaries/2020/05/my-own.md"
    mine.parent.mkdir(parents=True)
    mine.write_text("---\nid: 'https://blog.example/?p=42'\ntitle: [broken\n---\nMine.\n")
    report = run(CORPUS / "rss20.xml")
    assert report.counts["already here"] == 1
    assert mine.read_text().endswith("Mine.\n")
    assert not list(run.site.rglob("does-rehearsal*"))
