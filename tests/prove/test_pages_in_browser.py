"""What readers do with the pages, in a browser: subscribe, copy, filter, search."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.prove.visiting import Visit, shoot, visiting
from tests.web.pages.reading import PAGES

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.prove, pytest.mark.timeout(120, method="thread")]


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    with visiting(tmp_path_factory.mktemp("site")) as found:
        yield found


@pytest.fixture
def page(visit: Visit) -> Iterator[Page]:
    """Return a window; nothing may have gone wrong behind its pages."""
    visit.trouble.clear()
    with visit.page(viewport={"width": 1280, "height": 900}) as opened:
        yield opened
    assert visit.trouble == []


def titles(page: Page) -> list[str]:
    return page.locator("main .entry :is(h2, h3) a").all_inner_texts()


def test_nothing_goes_wrong_behind_any_page(page: Page) -> None:
    """No request to another origin, no error, nothing that the policy refused."""
    for path in (*PAGES, "/search?q=empathy"):
        for prefix in ("", "/fr"):
            answer = page.goto(f"{prefix}{path}")
            assert answer is not None
            assert "script-src 'self'" in answer.headers["content-security-policy"]
            assert "unsafe" not in answer.headers["content-security-policy"]


def test_the_watch_sees_what_goes_wrong(visit: Visit) -> None:
    visit.trouble.clear()
    with visit.page() as page:
        page.goto("/")
        page.evaluate("document.head.append(document.createElement('style'))")
        page.evaluate("document.querySelector('head style').textContent = 'p { color: red }'")
        page.evaluate("fetch('https://elsewhere.example/x').catch(() => 0)")
        page.evaluate("{ const i = new Image(); i.src = 'https://other.example/y.png' }")
        page.wait_for_timeout(300)
    trouble = "\n".join(visit.trouble)
    assert "style-src 'self'" in trouble
    assert "img-src 'self'" in trouble
    visit.trouble.clear()


def test_a_reader_subscribes_on_a_topics_page_by_its_panel(visit: Visit, page: Page) -> None:
    page.goto("/topics/empathy/")
    page.locator("main").get_by_role("link", name="Subscribe", exact=True).click()
    assert page.url.endswith("/topics/empathy/#subscribe")
    panel = page.locator("#subscribe")
    address = panel.get_by_label("Address of the feed, for any reader").input_value()
    assert address == f"{visit.address}/topics/empathy/feed.atom"
    order = panel.locator("input, a").evaluate_all("all => all.map((e) => e.href || e.value)")
    assert order[0] == address, "the address comes first"
    assert "feedly.com" in order[1]
    assert panel.get_by_role("link", name="Get the summaries by e-mail").get_attribute("href")
    panel.get_by_role("link", name="What subscribers see").click()
    assert page.locator(".received").count() > 0


def test_the_copy_button_copies(visit: Visit) -> None:
    with visit.context(permissions=["clipboard-read", "clipboard-write"]) as context:
        page = context.new_page()
        page.goto("/topics/empathy/")
        button = page.get_by_role("button", name="Copy")
        button.click()
        page.get_by_role("button", name="Copied").wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == f"{visit.address}/topics/empathy/feed.atom"
        button.wait_for()  # the label comes back


def test_a_choice_of_topics_shows_its_feed_at_once(visit: Visit, page: Page) -> None:
    page.goto("/subscribe")
    address = page.get_by_label("Address of the feed, for any reader")
    assert address.input_value() == f"{visit.address}/feed.atom"
    assert not page.locator("[data-opml]").is_visible()
    page.get_by_text("Only some topics or kinds of research").click()
    page.get_by_label("Training").check()
    page.get_by_label("Empathy").check()
    assert address.input_value() == f"{visit.address}/topics/empathy+training/feed.atom"
    page.get_by_label("Meta-analysis", exact=True).check()
    chosen = "/topics/empathy+training+kind:meta-analysis/feed"
    assert address.input_value() == f"{visit.address}{chosen}.atom"
    shoot(page, "chooser")
    feedly = page.get_by_role("link", name="Feedly").get_attribute("href") or ""
    assert "empathy%2Btraining%2Bkind%3Ameta-analysis" in feedly
    answer = page.request.get(address.input_value())
    assert (answer.status, "<feed" in answer.text()) == (200, True)
    opml = page.get_by_role("link", name="These as a list of single feeds").get_attribute("href")
    listed = page.request.get(opml or "").text()
    assert [listed.count(f"/{slug}/feed.atom") for slug in ("empathy", "training")] == [1, 1]
    page.get_by_role("link", name="Get the summaries by e-mail").click()
    assert page.locator("[name=selection]:checked").input_value() == chosen[8:-5]
    page.go_back()
    assert address.input_value() == f"{visit.address}{chosen}.atom", "whoever comes back has it yet"
    page.get_by_role("button", name="Show this feed").click()
    assert page.url == f"{visit.address}{chosen}/preview/"
    assert address.input_value() == f"{visit.address}{chosen}.atom"


def test_a_list_is_filtered_by_topic_and_kind(page: Page) -> None:
    page.goto("/kinds/meta-analysis/")
    before = titles(page)
    form = page.locator("form.narrow")
    form.get_by_label("Topic").select_option("anxiety-disorders")
    form.get_by_role("button", name="Show").click()
    assert page.url.endswith("/topics/anxiety-disorders+kind:meta-analysis/")
    after = titles(page)
    assert after
    assert set(after) < set(before)
    shoot(page, "filtered")
    form.get_by_label("Kind of research").select_option("")
    form.get_by_role("button", name="Show").click()
    assert page.url.endswith("/topics/anxiety-disorders/")
    assert set(after) <= set(titles(page))


def test_a_search_finds_and_can_be_followed(visit: Visit, page: Page) -> None:
    page.goto("/fr/")
    page.get_by_role("searchbox").fill("empathy -depression")
    page.get_by_role("searchbox").press("Enter")
    assert page.url.startswith(f"{visit.address}/fr/search?q=empathy")
    assert page.get_by_role("searchbox").input_value() == "empathy -depression"
    found = titles(page)
    assert any("empathy" in title.lower() for title in found)
    feed = page.locator("#feed-address").input_value()
    answer = page.request.get(feed)
    assert answer.status == 200
    assert all(title in answer.text() for title in found)
    page.goto("/search?q=nothingofthekind")
    assert page.get_by_role("status").inner_text() == "0 summaries found"
