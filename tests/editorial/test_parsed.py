"""The third reader of HTML: what it takes for a tree, and that it loses nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.editorial.parsed import parse, tokens


def _outline(html: str) -> str:
    marks = {"start": "<{}>", "end": "</{}>", "text": "{}"}
    return "".join(marks[event.kind].format(event.name) for event in parse(html)[0])


@pytest.mark.parametrize(
    ("html", "outline"),
    [
        ("<p>a<p>b", "<p>a</p><p>b</p>"),
        ("<p>a<ul><li>b<li>c</ul>", "<p>a</p><ul><li>b</li><li>c</li></ul>"),
        ("<ul><li><p>a<li>b</ul>", "<ul><li><p>a</p></li><li>b</li></ul>"),
        ("<dl><dt>a<dd>b<dt>c</dl>", "<dl><dt>a</dt><dd>b</dd><dt>c</dt></dl>"),
        (
            "<table><thead><tr><th>a<tbody><tr><td>b<td>c</table>",
            "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>b</td><td>c</td></tr></tbody></table>",
        ),
        ("<table><tr><td>a</table>", "<table><tbody><tr><td>a</td></tr></tbody></table>"),
        ("<BR>a<hr/>", "<br>a<hr>"),
        ("<blockquote><p>a</blockquote>", "<blockquote><p>a</p></blockquote>"),
        ("a < b &amp; c &lt; d", "a < b & c < d"),
        ("<pre>\na\n</pre>", "<pre>a\n</pre>"),
        ("<pre>\n</pre>", "<pre></pre>"),
    ],
)
def test_optional_tags_are_read_as_html_reads_them(html: str, outline: str) -> None:
    assert _outline(html) == outline
    assert parse(html)[1] == []
    assert _outline(outline.replace("&", "&amp;").replace("< ", "&lt; ")) == outline


def test_attributes_are_decoded_and_sorted() -> None:
    (start, *_), problems = parse(
        """<a TITLE='x "y"' href=https://x.example/?a&amp;b hreflang>x</a>"""
    )
    assert start.attributes == (
        ("href", "https://x.example/?a&b"),
        ("hreflang", ""),
        ("title", 'x "y"'),
    )
    assert problems == []


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        ("a\n</p>", [2]),
        ("<em>\n<strong></em>\n</strong>", [2, 3]),
        ("a\n\n<!-- b -->\n<?c?>\n<!d>\n</ e>\n<f", [3, 4, 5, 6, 7]),
        ('<p title="a>b</p>', [1, 1]),
        ('<p title="a"id=b>c</p>', [1, 1]),
    ],
)
def test_what_is_no_tree_is_told_by_line(html: str, lines: list[int]) -> None:
    assert [problem.line for problem in parse(html)[1]] == lines


@given(st.text(st.sampled_from("<>/!?-=\"'&;#ax \n\té")))
def test_every_sign_is_in_some_token(html: str) -> None:
    plain = html.replace("&", "+")  # references are decoded
    kinds = [event for event in tokens(plain) if event.kind in {"text", "other"}]
    assert all(event.name in plain for event in kinds)
    assert sum(event.name.count("é") for event in kinds) <= plain.count("é")
    events, _ = parse(plain)
    starts = sum(event.kind == "start" for event in events)
    assert sum(event.kind == "end" for event in events) == starts
