"""What does not come along is named."""

from __future__ import annotations

from dataclasses import replace

from syndicate.definitions import Definitions
from tests.importing.entries import DATE, PLAIN, converted, read


def test_all_that_is_lost_is_named(network: Definitions) -> None:
    entry = replace(
        PLAIN,
        title="",
        categories=("Training",),
        content_html=(
            '<p style="color:red" onclick="x()">The <b>office</b> will be closed in July.'
            '<img src="https://x.example/a.png"><script>track()</script></p><!-- note -->'
            '<p><a href="javascript:alert(1)">more</a> '
            '<abbr title="As soon as possible">ASAP</abbr></p><svg/onload=alert(1)>'
        ),
        summary_html="<p>Something else.</p>",
        authors=("sam@blog.example", "Sam Sample", "Sam Sample"),
        enclosures=("https://x.example/talk.mp3",),
        published=None,
        updated=DATE,
    )
    imported = converted(entry, network)
    assert set(imported.dropped) >= {
        "style attribute",
        "onclick attribute",
        '<img "https://x.example/a.png">',
        "<script> and its text",
        "a comment",
        'href "javascript:alert(1)"',
        "title “As soon as possible” of <abbr>",
        "a separate summary text",
        "author “sam@blog.example”: an e-mail address",
        "enclosure https://x.example/talk.mp3",
        "date: that of the last change",
        "title: there is none; its first words serve: “The office will be closed in July. more …”",
    }
    assert any("svg" in name for name in imported.dropped)
    piece = read(imported, network)
    assert piece.authors == ("Sam Sample",)
    for hidden in ("track()", "javascript", "onload", "<svg", "note"):
        assert hidden not in piece.content_html


def test_the_beginning_of_the_content_is_no_separate_summary(network: Definitions) -> None:
    short = "The office will be closed for [&#8230;]"
    assert converted(replace(PLAIN, summary_html=short), network).dropped == (
        "kind 'meta-analysis': there are no practice implications",
    )


def test_a_title_that_is_too_long_is_cut_and_its_end_reported(network: Definitions) -> None:
    imported = converted(replace(PLAIN, title="word " * 70 + "end"), network)
    assert len(read(imported, network).title) <= 300
    assert any(name.startswith("the end of the title") for name in imported.dropped)
