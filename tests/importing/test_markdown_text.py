"""HTML of the allow-list becomes Markdown, and comes back as the same text."""

from __future__ import annotations

import html

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.editorial import markdown
from syndicate.editorial.sanitize import clean, sanitize
from syndicate.errors import ContentError
from syndicate.importing import markdown_text, markup
from syndicate.importing.inline import simplified


def written(source: str) -> tuple[str, tuple[str, ...]]:
    return markdown_text.render(markup.parse(clean(source)[0]))


def back(source: str) -> str:
    """Return the HTML that the Markdown of `source` renders to."""
    rendered = markdown.render(written(source)[0])
    return sanitize(rendered.body_html + rendered.implications_html)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
        ("bare <b>words</b><p>and a paragraph</p>", "bare **words**\n\nand a paragraph"),
        ("<h1>A</h1><h2>B</h2><h3>C</h3><h4>D #</h4>", "## A\n\n## B\n\n## C\n\n### D \\#"),
        ("<p>one<br>two</p>", "one\\\ntwo"),
        ("<p><br>one<br></p>", "one"),
        ("<p><em>r</em> = <strong>.30</strong></p>", "*r* = **.30**"),
        ("<p><b>Bold.</b> Then</p>", "**Bold.** Then"),
        ("<p><b>Bold.</b>Then</p>", "**Bold**.Then"),
        ("<p><b>Bold. </b>Then</p>", "**Bold.** Then"),
        ("<p>a<i> b </i>c</p>", "a *b* c"),
        ("<p>a <b><i>b </i></b>c</p>", "a ***b*** c"),
        ("<p><em>a</em><em>b</em></p>", "*ab*"),
        ("<p><em>a <em>b</em></em></p>", "*a b*"),
        ("<p><b><i>both</i></b></p>", "***both***"),
        ("<p>x<sup>2</sup> H<sub>2</sub>O 10<sup>a b</sup></p>", "x^2^ H~2~O 10^a\\ b^"),
        ("<p><code>a`b</code> <code>`</code></p>", "``a`b`` `` ` ``"),
        ("<p>He said <q>no</q>.</p>", "He said “no”."),
        ('<p>Go <a href="https://x.example/a?b=1&amp;c=2">there [1]</a>!</p>',
         "Go [there \\[1\\]](https://x.example/a?b=1&c=2)!"),
        ('<p><a href="https://x.example/a_(b)" title="T &quot;q&quot;">x</a></p>',
         '[x](<https://x.example/a_(b)> "T \\"q\\"")'),
        ('<p>Yes!<a href="https://x.example/">x</a></p>', "Yes\\![x](https://x.example/)"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ('<ol start="3"><li>a</li><li>b</li></ol>', "3. a\n4. b"),
        ("<ul><li>a<ul><li>b</li></ul></li></ul>", "- a\n  - b"),
        ("<ul><li><p>a</p><p>b</p></li></ul>", "- a\n\n  b"),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"),
        ("<pre>x\n  ```\n</pre>", "````\nx\n  ```\n````"),
        ("<hr>", "***"),
        ("<table><tr><th>a|b</th><th>c</th></tr><tr><td>1</td></tr></table>",
         "| a\\|b | c |\n| --- | --- |\n| 1 |  |"),
        ("<table><tr><td>1</td><td>2</td></tr></table>",
         "|  |  |\n| --- | --- |\n| 1 | 2 |"),
        ("<p></p><p> </p><ul></ul>", ""),
    ],
)  # fmt: skip
def test_html_is_written_as_an_editor_would(source: str, expected: str) -> None:
    assert written(source) == (expected, ())


@pytest.mark.parametrize(
    "text",
    [
        "1. not a list", "2020) nor this", "- nor this", "+ x", "# nor a heading",
        "> nor a quotation",
        "=== ", "---", "* * *", "***", "| a | b |", ":--|--", "```", "~~~", "    indented",
        "*no* emphasis, _none_ here, snake_case too, a * b, 2*3*4", "`no code`", "[no](link)",
        "![no](image)", "[^1] and [^note]: no footnotes", "<b>no tag</b> <!-- nor --> <https://x.y>",
        "n<b and p < .05 and a<1", "&amp; &copy; &#65; &nosuch; AT&T", "x^2^ and H~2~O",
        "a \\ b \\* c",
        "Yes! [x]", "[95% CI 0.20, 0.60]", "https://x.example/a_b_c", "]]>", "$x$ {y} %z%", "a\\",
    ],
)  # fmt: skip
def test_text_that_looks_like_markdown_stays_text(text: str) -> None:
    source = f"<p>{html.escape(text)}</p><p>one<br>{html.escape(text)}</p>"
    assert written(source)[1] == ()
    [first, second] = markup.parse(back(source))
    assert "".join(markup.text(first).split()) == "".join(text.split())
    assert {element.name for element in markup.elements(first)} == {"p"}
    assert {element.name for element in markup.elements(second)} == {"p", "br"}


@pytest.mark.parametrize(
    ("source", "expected", "lost"),
    [
        ('<p><abbr title="Cognitive therapy">CT</abbr></p>', "CT",
         "title “Cognitive therapy” of <abbr>"),
        ("<dl><dt>CT</dt><dd>Cognitive</dd></dl>", "**CT**\n\nCognitive",
         "<dl> (written as paragraphs)"),
        ("<table><caption>Sizes</caption><tr><td>1</td></tr></table>",
         "Sizes\n\n|  |\n| --- |\n| 1 |", "<caption> (written as a paragraph)"),
        ('<table><tr><td colspan="2">1</td></tr></table>', "|  |\n| --- |\n| 1 |",
         "colspan “2” of <td>"),
        ('<ol type="a"><li>x</li></ol>', "1. x", "type “a” of <ol>"),
        ('<p><q cite="https://x.example/">a</q></p>', "“a”", "cite “https://x.example/” of <q>"),
        ("<p><cite>Book</cite></p>", "*Book*", "<cite> (written as emphasis)"),
        ("<p>0<em><code>x</code></em>0</p>", "0x0", "emphasis and links in “0x0”"),
    ],
)  # fmt: skip
def test_what_markdown_cannot_say_is_named(source: str, expected: str, lost: str) -> None:
    assert written(source) == (expected, (lost,))


# The law ---------------------------------------------------------------------------------------

SIGNS = [*"*_[]()<>&`~^|#+-=.!\"'\\:1", "1. ", "- ", "&amp;", "[^1]", "![", "](", "```", "<b>", " "]
WORDS = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=5
)
TEXT = (
    st.lists(WORDS | st.sampled_from(SIGNS), min_size=1, max_size=5).map("".join).map(html.escape)
)


def wrapped(inner: st.SearchStrategy[str], forms: list[str]) -> st.SearchStrategy[str]:
    joined = st.lists(inner, min_size=1, max_size=3).map("".join)
    return st.tuples(joined, st.sampled_from(forms)).map(lambda pair: pair[1].replace("…", pair[0]))


INLINE = st.recursive(
    TEXT | st.just("<br>"),
    lambda inner: wrapped(
        inner,
        [f"<{name}>…</{name}>" for name in ("em", "strong", "sup", "sub", "cite", "q", "abbr")]
        + ["<code>…</code>", '<a href="https://x.example/a_(b)?c=1&amp;d=2" title="t">…</a>'],
    ),
    max_leaves=5,
)
BLOCK = st.recursive(
    wrapped(INLINE, ["<p>…</p>", "<h3>…</h3>", "<h4>…</h4>", "…", "<pre>…</pre>", "<hr>"]),
    lambda inner: wrapped(
        inner,
        [
            "<blockquote>…</blockquote>",
            "<ul><li>…</li><li>z</li></ul>",
            '<ol start="4"><li>…</li></ol>',
            "<table><tr><th>…</th><td>a|b</td></tr><tr><td>…</td></tr></table>",
            "<dl><dt>…</dt><dd>…</dd></dl>",
        ],
    ),
    max_leaves=6,
)


@settings(max_examples=150)
@given(source=st.lists(BLOCK, min_size=1, max_size=3).map("".join))
def test_whatever_its_shape_html_keeps_its_text(source: str) -> None:
    try:
        safe, _ = clean(source)
    except ContentError:  # nested too deep: nothing to convert
        return
    blocks = markup.parse(safe)
    rendered = markdown.render(markdown_text.render(blocks)[0])
    html_back = sanitize(rendered.body_html + rendered.implications_html)
    texts = (markup.text(simplified(block)) for block in blocks)
    assert "".join("".join(map(markup.text, markup.parse(html_back))).split()) == "".join(
        "".join(texts).split()
    )


PLAIN = st.recursive(
    st.text("abcXYZ ,", min_size=1, max_size=8),
    lambda inner: wrapped(inner, [f"x <{n}>x …</{n}> x" for n in ("em", "strong", "sup")]),
    max_leaves=4,
)


@settings(max_examples=100)
@given(
    source=wrapped(
        PLAIN, ["<p>x …</p>", "<ul><li>x …</li></ul>", "<blockquote><p>x …</p></blockquote>"]
    )
)
def test_html_that_markdown_can_say_keeps_its_elements(source: str) -> None:
    """Beside letters, spaces and commas, every sign is seen as one: nothing is named as lost."""
    _, lost = written(source)
    assert lost == ()
    blocks = markup.parse(clean(source)[0])
    [block] = markup.parse(back(source))
    assert block.name == blocks[0].name
