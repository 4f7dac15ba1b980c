"""WordPress's export becomes files, once; a hostile or broken one becomes a clear error."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from syndicate.definitions import Definitions
from syndicate.editorial import summary, tree
from syndicate.errors import ContentError
from syndicate.importing.report import Report
from syndicate.importing.wxr import MAX_BYTES, import_wxr
from syndicate.model import Summary

CORPUS = Path(__file__).parents[1] / "corpus" / "wxr"
HEAD = (
    '<rss xmlns:wp="http://wordpress.org/export/1.2/"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
    "<wp:wxr_version>1.2</wp:wxr_version>"
)


@pytest.fixture
def run(site: Path, network: Definitions, now: datetime) -> Import:
    return Import(site, network, now)


class Import:
    def __init__(self, site: Path, network: Definitions, now: datetime) -> None:
        self.site, self._network, self._now = site, network, now

    def __call__(self, path: Path, **options: object) -> Report:
        return import_wxr(
            path,
            site=self.site,
            definitions=self._network,
            now=self._now,
            **options,  # type: ignore[arg-type]
        )

    def text(self, text: str | bytes) -> Report:
        path = self.site.parent / "export.xml"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return self(path)

    def summary(self, path: str) -> Summary:
        return summary.parse(path, tree.load(self.site, path), self._network).summary


def test_what_an_export_becomes(run: Import) -> None:
    report = run(CORPUS / "blog.xml")
    assert [(line.outcome, line.title) for line in report.lines] == [
        ("written", "Rehearsal & skill"),
        ("draft", "Half done"),
        ("not published", "For members"),
        ("not published", "For nobody"),
    ]
    assert report.remarks == (
        "1 of the type 'attachment': only blog entries are imported",
        "1 of the type 'page': only blog entries are imported",
    )
    written = report.lines[0]
    assert written.dropped == (
        'shortcode [caption id="a1" width="300"]<img src="/a.jpg" /> A room with chairs[/caption]',
        'shortcode [gallery ids="1,2"]',
        "2 comments",
        "custom field 'rating'",
        "category “chairs”: no topic has this name",
        "category “Aside”: no topic has this name",
    )
    assert [line.dropped for line in report.lines[2:]] == [
        ("it has a password",),
        ("it is 'private'",),
    ]


def test_an_entry_is_whole(run: Import) -> None:
    report = run(CORPUS / "blog.xml")
    piece = run.summary(report.lines[0].path)
    assert piece.id == "https://blog.example/?p=42"
    assert piece.published == datetime(2021, 4, 5, 14, tzinfo=UTC)
    assert (piece.authors, piece.kind) == (("Sam Sample",), "meta-analysis")
    assert piece.body_html == (
        "<p>The authors of this invented article asked whether rehearsal helps therapists who are"
        " new to the work.<br>\nThey found that it did [95% CI 0.20, 0.60], in 12 studies.</p>\n"
    )
    assert piece.implications_html == (
        "<p>Those who train therapists can make more room for rehearsal.</p>\n"
    )


def test_a_draft_stays_a_draft_without_a_date(run: Import) -> None:
    report = run(CORPUS / "blog.xml")
    piece = run.summary(report.lines[1].path)
    assert (piece.draft, piece.published) == (True, None)
    assert "This text is not finished" in piece.body_html


def test_a_second_time_nothing_is_written(run: Import) -> None:
    for path in sorted(CORPUS.glob("*.xml")):
        first = run(path)
        second = run(path)
        assert second.counts["already here"] >= first.counts["written"] + first.counts["draft"]
        assert second.counts["written"] == second.counts["draft"] == 0


def test_one_id_and_one_minute_are_given_once(run: Import) -> None:
    report = run(CORPUS / "gutenberg.xml")
    assert [line.outcome for line in report.lines] == ["draft", "draft", "left out"]
    assert "another entry of this source has its id" in report.lines[2].dropped[0]
    first, second = (run.summary(line.path).published for line in report.lines[:2])
    assert (first, second) == (
        datetime(2020, 2, 2, 2, 2, 2, tzinfo=UTC),
        datetime(2020, 2, 2, 2, 3, tzinfo=UTC),
    )
    assert all("'fr-CA'" in line.needs[0] for line in report.lines[:2])


@pytest.mark.parametrize(
    ("text", "line", "cause"),
    [
        (HEAD + "<item><title>a</title>", 1, "no well-formed XML"),
        (HEAD + "\n<item>\n<title>a & b</title></item></channel></rss>", 3, "no well-formed XML"),
        (HEAD + "\n\n<item><title>\x0b</title></item></channel></rss>", 3, "no well-formed XML"),
        (HEAD + "<item>&nbsp;</item></channel></rss>", 0, "no well-formed XML"),
        (b"\xff\xfe\x00", 1, "no well-formed XML"),
        ("", 0, "no well-formed XML"),
        ("hello", 1, "no well-formed XML"),
        ("<rss><channel><item><title>a</title></item></channel></rss>", 0, "no WordPress export"),
        ("<html><body>x</body></html>", 0, "no WordPress export"),
        ('<!DOCTYPE r [<!ENTITY a "b">]>' + HEAD + "</channel></rss>", 1, "it has a DTD"),
        ('<!DOCTYPE r SYSTEM "file:///etc/passwd">' + HEAD + "</channel></rss>", 1, "it has a DTD"),
        (HEAD + "<a>" * 2_000, 1, "no well-formed XML"),
        (
            HEAD + f"<item><content:encoded>{'x' * 11_000_000}</content:encoded></item>",
            1,
            "no well-formed XML",
        ),
    ],
    ids=lambda value: value[-20:] if isinstance(value, str) else None,
)
def test_what_cannot_be_read_is_refused_by_line_and_writes_nothing(
    run: Import, text: str | bytes, line: int, cause: str
) -> None:
    with pytest.raises(ContentError, match=cause) as refused:
        run.text(text)
    [problem] = refused.value.problems
    assert (problem.path, problem.line) == ("export.xml", line)
    assert problem.remedy
    assert not run.site.exists()


def test_laughs_are_not_expanded(run: Import) -> None:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    with pytest.raises(ContentError, match="it has a DTD"):
        run.text(f'<!DOCTYPE l [<!ENTITY l0 "ha">{entities}]>{HEAD}<title>&l8;</title>')


def test_a_file_that_is_not_there_or_too_large_is_refused(run: Import, tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="No such file"):
        run(run.site / "nowhere.xml")
    sparse = tmp_path / "large.xml"
    with sparse.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(ContentError, match="larger than 200,000,000 bytes"):
        run(sparse)


GMT = "<wp:post_date_gmt>{}</wp:post_date_gmt>"


@pytest.mark.parametrize(
    ("inside", "hour"),
    [
        ("<pubDate>Mon, 05 Apr 2021 10:00:00 -0400</pubDate>", 14),
        ("<pubDate>Mon, 05 Apr 2021 10:00:00</pubDate>", 10),
        ("<pubDate>nonsense</pubDate>", None),
        (GMT.format("2021-04-05 14:00:00"), 14),
        (GMT.format("0000-00-00 00:00:00"), None),
    ],
)
def test_dates(run: Import, inside: str, hour: int | None) -> None:
    report = run.text(
        f"{HEAD}<item><title>A title</title><guid>https://x.example/1</guid>{inside}"
        "<content:encoded>Enough text to be described.</content:encoded>"
        "<wp:status>publish</wp:status><wp:post_type>post</wp:post_type></item></channel></rss>"
    )
    expected = None if hour is None else datetime(2021, 4, 5, hour, tzinfo=UTC)
    assert run.summary(report.lines[0].path).published == expected


def test_a_large_export_is_read_as_a_stream(run: Import) -> None:
    entry = (
        "<item><wp:post_type>attachment</wp:post_type><content:encoded>{}</content:encoded></item>"
    )
    text = HEAD + entry.format("x" * 10_000) * 1_000 + "</channel></rss>"
    report = run.text(text)
    assert report.remarks == ("1000 of the type 'attachment': only blog entries are imported",)
    assert not report.lines
