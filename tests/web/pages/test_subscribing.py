from __future__ import annotations

import html
import re
from urllib.parse import quote

import pytest
from lxml import etree

from syndicate.web.published import Published
from tests.web.pages.reading import links, text_of
from tests.web.stand import Stand, get

BASE = "http://127.0.0.1:8000"


def address(page: str) -> str:
    found = re.search(r'<input id="feed-address" type="url" value="([^"]+)" readonly', page)
    assert found
    return html.unescape(found[1])


@pytest.mark.parametrize(
    ("path", "stem"),
    [
        ("/subscribe", "/feed"),
        ("/feed/preview/", "/feed"),
        ("/topics/empathy/", "/topics/empathy/feed"),
        ("/topics/empathy+training/", "/topics/empathy+training/feed"),
        ("/topics/empathy/feed/preview/", "/topics/empathy/feed"),
        ("/kinds/meta-analysis/feed/preview/", "/kinds/meta-analysis/feed"),
        ("/feeds/depression-and-anxiety/feed/preview/", "/feeds/depression-and-anxiety/feed"),
    ],
)
def test_the_address_comes_first_then_readers_then_formats(
    app: Published, path: str, stem: str
) -> None:
    for prefix in ("", "/fr"):
        page = get(app, prefix + path).text
        own = f"{BASE}{stem}.atom"
        assert address(page) == own
        offered = html.unescape(page)
        assert f"https://www.inoreader.com/?add_feed={quote(own, safe='')}" in offered
        assert f"https://feedly.com/i/subscription/feed%2F{quote(own, safe='')}" in offered
        assert {f"{stem}.rss", f"{stem}.json"} <= links(page)
        places = [page.index(mark) for mark in ('id="feed-address"', "inoreader", f"{stem}.rss")]
        panel = page.index('class="panel"')
        assert panel < places[0] < places[1]
        assert page.index(f'{stem}.rss"', places[1]) > places[1]


def test_the_readers_are_those_of_the_network(stand: Stand) -> None:
    added = '\n[[reader]]\nname = "Ours <&>"\naddress = "https://read.example/?u={feed}&x=1"\n'
    stand.edit("network.toml", lambda text: text[: text.index("[[reader]]")] + added)
    assert stand.site.publish().problems == ()
    page = get(stand.open(), "/subscribe").text
    assert "Ours &lt;&amp;&gt;</a>" in page
    encoded = quote(f"{BASE}/feed.atom", safe="")
    assert f'href="https://read.example/?u={encoded}&amp;x=1"' in page
    assert "Feedly" not in page


def test_without_readers_there_is_the_address(stand: Stand) -> None:
    stand.edit("network.toml", lambda text: text[: text.index("[[reader]]")])
    stand.site.publish()
    page = get(stand.open(), "/subscribe").text
    assert address(page) == f"{BASE}/feed.atom"
    assert "Open in:" not in page


def test_a_choice_leads_to_its_feed(app: Published) -> None:
    chosen = "topic=training&topic=empathy&kind=meta-analysis&feed="
    answer = get(app, f"/choose?{chosen}")
    expected = "/topics/empathy+training+kind:meta-analysis/feed/preview/"
    assert (answer.status_code, answer.headers["Location"]) == (301, expected)
    page = get(app, expected).text
    checked = re.findall(r'value="([^"]+)" checked', page)
    assert checked == ["empathy", "training", "meta-analysis"]
    assert get(app, "/fr/choose?feed=").headers["Location"] == "/fr/subscribe"


def test_a_preview_shows_what_the_feed_holds(stand: Stand) -> None:
    stand.withdraw("alliance-predicts-outcome")
    app = stand.open()
    for stem in ("/feed", "/topics/adherence/feed", "/topics/adherence+training/feed"):
        feed = etree.fromstring(get(app, f"{stem}.atom").data)
        space = {"a": "http://www.w3.org/2005/Atom"}
        expected = [str(title.text) for title in feed.iterfind("a:entry/a:title", space)]
        assert expected
        page = get(app, f"{stem}/preview/").text
        found = re.findall(r'<strong lang="en">([^<]+)</strong>', page)
        assert [html.unescape(title) for title in found] == expected
    assert "Withdrawn: The alliance predicts outcome" in page  # a notice is an entry
    assert page.count('<details class="received" open>') == 1


def test_a_preview_of_nothing(app: Published) -> None:
    page = get(app, "/topics/termination/feed/preview/").text
    assert "Nothing has been published here yet." in text_of(page)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/topics/training+empathy/feed/preview/", "/topics/empathy+training/feed/preview/"),
        ("/topics/adherance/feed/preview/", "/topics/adherence/feed/preview/"),
        ("/topics/kind:meta-analysis/feed/preview/", "/kinds/meta-analysis/feed/preview/"),
        ("/topics/training+empathy/opml", "/topics/empathy+training/opml"),
    ],
)
def test_each_feed_has_one_preview(app: Published, path: str, expected: str) -> None:
    answer = get(app, path)
    assert (answer.status_code, answer.headers["Location"]) == (301, expected)
    assert get(app, "/topics/empathi/feed/preview/").status_code == 404


def test_chosen_topics_come_as_a_list_of_feeds(app: Published) -> None:
    path = "/topics/empathy+training+kind:meta-analysis+~adherence/opml"
    answer = get(app, path)
    assert answer.headers["Content-Type"] == "text/x-opml; charset=utf-8"
    outline = etree.fromstring(answer.data)
    found = [one.get("xmlUrl") for one in outline.iter("outline") if one.get("xmlUrl")]
    assert found == [
        f"{BASE}/topics/empathy/feed.atom",
        f"{BASE}/topics/training/feed.atom",
        f"{BASE}/kinds/meta-analysis/feed.atom",
    ]
    assert get(app, path, If_None_Match=answer.headers["ETag"]).status_code == 304
    assert "/topics/empathy+training/opml" in links(
        get(app, "/topics/empathy+training/feed/preview/").text
    )
