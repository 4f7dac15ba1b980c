from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from syndicate.model import Entry, SafeHtml
from tests.checking import newsboat, reading
from tests.checking.mutation import GOOD, Mutate, cut, spoil, sub, twice

TYPES = {
    "good.atom": "application/atom+xml; charset=utf-8",
    "good.rss": "application/rss+xml; charset=utf-8",
    "good.json": "application/feed+json",
}
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
EMPATHY = Entry(
    id="tag:network.example,2013:summary/k3v9x2m7",
    url="https://network.example/summaries/empathy-and-outcome/",
    title="Empathy and outcome: r = −.42, n < 500",
    published=datetime(2021, 6, 1, 12, tzinfo=UTC),
    updated=datetime(2021, 6, 3, 9, 30, tzinfo=UTC),
    authors=("Example editors", "Zoë Example"),
    categories=("Empathy", "Training and supervision"),
    description="Therapists who were more empathic had better outcomes.",
    content_html=SafeHtml(
        "<p>Therapists who were more <em>empathic</em> had better outcomes, <em>r</em> = −.42 "
        "(p &lt; .05) &amp; more: <code>a[b[0]]> 1</code>. See <em>the article</em>.</p>"
        "<h3>Practice implications</h3><ul><li>Listen<br>well.</li><li>Ask.</li></ul>"
        "<p>Findings</p><p>r</p><p>−.42</p>"
    ),
    lang="en",
    rights="",
    licence_url=LICENCE,
)
MAY = Entry(
    id="https://old.example/?p=17",
    url="https://network.example/summaries/may/",
    title="Announcing the summaries of May",
    published=datetime(2021, 5, 1, 12, tzinfo=UTC),
    updated=datetime(2021, 5, 1, 12, tzinfo=UTC),
    authors=("Example editors",),
    categories=(),
    description="Three new summaries.",
    content_html=SafeHtml(
        "<p>Three new summaries stand in this month's collection. "
        "Write to <em>the editors</em>.</p>"
    ),
    lang="en",
    rights="",
    licence_url=LICENCE,
)
BRIEF_MAY = replace(
    MAY,
    content_html=SafeHtml("<p>Three new summaries stand in this month's collection.</p>"),
)
EXPECTED = {
    "good.atom": (EMPATHY, MAY),
    "good.rss": (
        replace(
            EMPATHY,
            title="Empathy and outcome: r = −.42, n<b & more",
            description="Therapists who were more empathic had better outcomes (p < .05).",
            content_html=SafeHtml(
                "<p>Therapists who were more empathic had better outcomes, r = −.42 (p &lt; .05): "
                "a[b[0]]> 1. See the article.</p>"
            ),
        ),
        BRIEF_MAY,
    ),
    "good.json": (
        replace(
            EMPATHY,
            title="Empathy and outcome: r = −.42, n<b & more",
            content_html=SafeHtml(
                "<p>Therapists who were more empathic had better outcomes, "
                "r = −.42 (p &lt; .05).</p>"
            ),
        ),
        BRIEF_MAY,
    ),
}
ATOM: list[tuple[str, Mutate, str]] = [
    ("not XML", sub("</feed>", ""), "feedparser cannot read it: ValueError('bozo"),
    ("not XML for atoma", sub("</feed>", ""), "atoma cannot read it"),
    ("no content", cut(r"    <content.*?</content>\n"), "cannot read it: AttributeError"),
    ("missing", cut(r"  <entry xml.*?</entry>\n"), "https://old.example/?p=17 is missing"),
    ("never published", sub("p=17", "p=18"), "https://old.example/?p=18 was never published"),
    ("twice", twice(r"  <entry xml.*?</entry>\n"), "https://old.example/?p=17 stands 2 times"),
    ("title", sub("of May", "of June"), "title is 'Announcing the summaries of June'"),
    ("link", sub("/may/", "/june/"), "link is 'https://network.example/summaries/june/'"),
    ("published", sub("2021-06-01T12", "2021-06-01T13"), "published is datetime"),
    ("updated", sub("<updated>2021-05-01T12", "<updated>2021-05-01T13"), "updated is datetime"),
    ("summary", sub("Three new summaries.", "Four."), "summary is 'Four.'"),
    ("text", sub("stand in this", "stood in this"), 'text is "ood in this month'),
    ("less text", sub("month's collection. ", "month."), "text is"),
    ("another author", sub("Zoë Example", "Zoë Other"), "authors are"),
    ("one author less", cut(r"<author><name>Zoë Example</name></author>"), "authors are"),
]


@pytest.mark.parametrize("name", sorted(TYPES))
def test_readers_agree_on_a_good_document(name: str) -> None:
    body = (GOOD / name).read_bytes()
    assert reading.disagreements(body, TYPES[name], EXPECTED[name]) == []


@pytest.mark.parametrize(("what", "mutate", "phrase"), ATOM)
def test_a_difference_is_seen(what: str, mutate: Mutate, phrase: str) -> None:
    found = reading.disagreements(
        spoil("good.atom", mutate), TYPES["good.atom"], EXPECTED["good.atom"]
    )
    assert any(phrase in difference for difference in found), found


def test_read_gives_the_entries_in_the_documents_order() -> None:
    got = reading.read((GOOD / "good.atom").read_bytes(), TYPES["good.atom"])
    assert [entry.id for entry in got] == [EMPATHY.id, MAY.id]


def test_json_is_read_by_atoma_only() -> None:
    assert list(reading.readers(TYPES["good.json"])) == ["atoma"]


if newsboat.program() is not None:

    def test_newsboat_shows_a_correction_and_no_second_entry() -> None:
        before = (GOOD / "good.atom").read_bytes()
        after = before.replace(b"the summaries of May", b"the summaries of May (corrected)")
        got = reading.after_polls([before, after])
        corrected = replace(MAY, title="Announcing the summaries of May (corrected)")
        assert reading.compare((EMPATHY, corrected), got) == []

    def test_newsboat_names_an_author_of_ours() -> None:
        stranger = spoil("good.atom", lambda text: text.replace("Zoë Example", "A. Stranger"))
        found = reading.compare((EMPATHY, MAY), reading.after_polls([stranger]))
        assert any("authors are" in difference for difference in found), found

else:

    def test_newsboat_says_that_it_is_not_installed() -> None:
        with pytest.raises(FileNotFoundError, match="newsboat is not installed"):
            newsboat.poll([b""])
