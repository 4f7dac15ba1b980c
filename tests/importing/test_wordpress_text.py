from __future__ import annotations

import time

import pytest

from syndicate.importing.wordpress_text import to_html


@pytest.mark.parametrize(
    ("stored", "html"),
    [
        ("One.\n\nTwo.", "<p>One.</p>\n<p>Two.</p>"),
        ("One\r\ntwo.\r\n\r\n\r\n", "<p>One<br>two.</p>"),
        ("<p>One.</p>\n<p>Two.</p>", "<p>One.</p>\n<p>Two.</p>"),
        ("<h2>A</h2>\ntext", "<h2>A</h2>\n<p>text</p>"),
        ("text<ul>\n<li>a</li>\n<li>b</li>\n</ul>more",
         "<p>text</p>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n<p>more</p>"),
        ("<pre>a\n\nb</pre>", "<pre>a\n\nb</pre>"),
        ("<strong>a</strong>\n\nb", "<p><strong>a</strong></p>\n<p>b</p>"),
        ('<!-- wp:paragraph {"a":1} -->\n<p>a</p>\n<!-- /wp:paragraph -->', "<p>a</p>"),
        ("", ""),
    ],
)  # fmt: skip
def test_blank_lines_make_paragraphs(stored: str, html: str) -> None:
    found, dropped = to_html(stored)
    assert [line for line in found.split("\n") if line] == [x for x in html.split("\n") if x]
    assert dropped == ()


@pytest.mark.parametrize(
    ("stored", "html", "dropped"),
    [
        ('[caption id="a"]<img src="x"> A room[/caption]\n\nText',
         "<p>Text</p>", ('shortcode [caption id="a"]<img src="x"> A room[/caption]',)),
        ("a [embed]https://x.example/[/embed] b",
         "<p>a  b</p>", ("shortcode [embed]https://x.example/[/embed]",)),
        ("[gallery]", "", ("shortcode [gallery]",)),
        ('a [contact-form to="x@y.example"] b',
         "<p>a  b</p>", ('shortcode [contact-form to="x@y.example"]',)),
        ("[box]kept[/box] and [box]kept too[/box]",
         "<p>kept and kept too</p>", ("shortcode [box]", "shortcode [box]")),
    ],
)  # fmt: skip
def test_shortcodes_are_taken_out_and_named(
    stored: str, html: str, dropped: tuple[str, ...]
) -> None:
    found, names = to_html(stored)
    assert (found.strip(), names) == (html, dropped)


@pytest.mark.parametrize("text", ["[sic]", "[95% CI 0.20, 0.60]", "[1]", "[p = .03]", "a[i]"])
def test_brackets_of_prose_stay(text: str) -> None:
    assert to_html(text) == (f"<p>{text}</p>", ())


@pytest.mark.parametrize(
    "text",
    ["[caption]" * 20_000, "[" * 100_000, "<pre>" * 20_000, "<!--" * 20_000, "\n \n" * 50_000,
     "[a][/a]" * 20_000, "<p " * 30_000, "[a b=" * 20_000, "[caption] [/" * 8_000,
     "".join(f"[/a{number}]" for number in range(20_000)), "x" * 1_000_000],
    ids=lambda text: text[:9].strip(),
)  # fmt: skip
def test_hostile_text_takes_no_time(text: str) -> None:
    start = time.monotonic()
    to_html(text)
    assert time.monotonic() - start < 5
