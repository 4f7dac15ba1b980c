from __future__ import annotations

import pytest

from tests.checking import fragment

GOOD = [
    "<p>Text</p>",
    "<p>a &lt; b &amp; c &#8722; &#x2212; &nbsp; 5 > 4 − 😀 ]]&gt;</p>",
    "<p>r<sup>2</sup><br>and<br/><a href='https://a.example/?x&amp;y' rel=\"nofollow\">b</a></p>",
    '<blockquote cite="https://a.example/"><p>Text <q>q</q></p></blockquote>',
    '<ol start="3"><li>One</li><li><p>Two</p><ul><li>Three</li></ul></li></ol>',
    "<dl><dt>Term</dt><dd><p>Text</p></dd></dl>",
    "<table>\n<tbody>\n<tr>\n<td>1</td>\n</tr>\n</tbody>\n</table>",
    '<p><a href="mailto:a@b.example">Write</a></p>',
]
BAD = [
    ("", "has no text"),
    ("<p> <br></p>", "has no text"),
    ("<p>a < b</p>", "cannot be read at '< b"),
    ("<p>a & b</p>", "'&', which is not a character reference"),
    ("<p>&copy 1</p>", "'&copy', which is not a character reference"),
    ("<p>&unknown;</p>", "'&unknown;', which is not a character reference"),
    ("<p>&#0;</p>", "&#0;, which is no character of HTML"),
    ("<p>&#128;</p>", "&#128;, which is no character of HTML"),
    ("<p>&#xFDD0;</p>", "&#xFDD0;, which is no character of HTML"),
    ("<P>a</P>", "cannot be read at '<P>"),
    ("<p>a<!-- b --></p>", "cannot be read at '<!--"),
    ("<p title=a>a</p>", "cannot be read at '<p title=a>"),
    ("<p>a", "leaves <p> open"),
    ("a</p>", "closes <p>, which is not the open element"),
    ("<p><em>a</p></em>", "closes <p>, which is not the open element"),
    ("<p/>a", "closes <p/> in its own tag"),
    ("<div>a</div>", "<div>, which is not on the allow-list"),
    ("<script>a</script>", "<script>, which is not on the allow-list"),
    ('<img src="https://a.example/">a', "<img>, which is not on the allow-list"),
    ("<h2>a</h2>", "<h2>, which is not on the allow-list"),
    ("<p><p>a</p></p>", "the block <p> in <p>, which a parser would close"),
    ("<p><ul><li>a</li></ul></p>", "the block <ul> in <p>"),
    ("<em><p>a</p></em>", "the block <p> in <em>"),
    ("<li>a</li>", "<li> in <nothing>"),
    ("<p><td>a</td></p>", "<td> in <p>"),
    ("<ul><p>a</p></ul>", "<p> directly in the structure <ul>"),
    ("<ul>a<li>b</li></ul>", "text directly in <ul>"),
    (
        '<p><a href="https://a.example/"><em><a href="https://b.example/">a</a></em></a></p>',
        "a link in",
    ),
    ("<p><a>a</a></p>", "<a> without href"),
    ('<p class="a">a</p>', "the attribute class on <p>"),
    ('<p onclick="a()">a</p>', "the attribute onclick on <p>"),
    ('<p style="a">a</p>', "the attribute style on <p>"),
    ('<p><a href="https://a.example/" href="https://a.example/">a</a></p>', "href twice on <a>"),
    ('<p><a href="/a">a</a></p>', "href='/a': not an absolute"),
    ('<p><a href="//a.example/">a</a></p>', "href='//a.example/': not an absolute"),
    ('<p><a href="javascript:123">a</a></p>', "href='javascript:123': not an absolute"),
    ('<p><a href="java&#115;cript:1">a</a></p>', "href='javascript:1': not an absolute"),
    ('<p><a href="https://a.example/ b">a</a></p>', "not an absolute"),
    ('<p><a href="mailto:a@b.example?cc=c@d.example">a</a></p>', "not an absolute"),
    ('<blockquote cite="a.html">a</blockquote>', "cite='a.html': not an absolute"),
]


@pytest.mark.parametrize("html", GOOD)
def test_good_html_has_no_problems(html: str) -> None:
    assert list(fragment.problems(html)) == []


@pytest.mark.parametrize(("html", "phrase"), BAD)
def test_bad_html_is_caught(html: str, phrase: str) -> None:
    found = list(fragment.problems(html))
    assert any(phrase in problem for problem in found), found


def test_text_has_a_gap_between_blocks_and_none_in_phrasing() -> None:
    html = "<p>H<sub>2</sub>O &amp; <em>r</em> &lt; .5</p><ul><li>a<br>b</li><li>c</li></ul>"
    assert fragment.text(html) == "H2O & r < .5 a b c"
