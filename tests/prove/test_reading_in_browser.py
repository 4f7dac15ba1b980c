"""Pages are readable for everybody: keyboard only, no script, 320 px, in the dark, on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.prove.visiting import SCREENS, WITHDRAWN, Visit, shoot, visiting
from tests.web.pages.reading import PAGES, SUMMARY

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.prove, pytest.mark.timeout(120, method="thread")]

MONTH = "/archive/2021/04/whole/"
SHOWN = {
    "home": "/",
    "summary": f"/summaries/{SUMMARY}/",
    "topics": "/topics/",
    "topic": "/topics/empathy/",
    "subscribe": "/subscribe",
    "preview": "/topics/empathy+training/feed/preview/",
    "search": "/search?q=empathy",
    "search-help": "/search",
    "month": "/archive/2021/04/",
    "feeds": "/feeds/",
    "partners": "/partners/",
    "embed": "/embed/topics/empathy/",
    "withdrawn": f"/summaries/{WITHDRAWN}/",
    "error": "/topics/empaty/",
    "alerts": "/alerts/",
}
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
REACHABLE = """() => {
  const all = document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']");
  window.stops = [...all].filter((one) => one.checkVisibility());
  return window.stops.length;
}"""
FOCUS = """() => {
  const it = document.activeElement, style = getComputedStyle(it), at = it.getBoundingClientRect();
  return {name: (it.innerText || it.value || it.name || it.localName).trim(), tag: it.localName,
          place: (window.stops ?? []).indexOf(it),
          ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
          seen: at.width > 0 && at.right > 0 && at.bottom > 0 && at.top < innerHeight};
}"""
HIDDEN = "(all) => all.every((one) => !one.checkVisibility())"


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    with visiting(tmp_path_factory.mktemp("site")) as found:
        yield found


@pytest.fixture(autouse=True)
def _nothing_goes_wrong(visit: Visit) -> Iterator[None]:
    visit.trouble.clear()
    yield
    assert visit.trouble == []


def tab(page: Page) -> dict[str, Any]:
    """Press Tab; return what has the focus then."""
    page.keyboard.press("Tab")
    found: dict[str, Any] = page.evaluate(FOCUS)
    return found


@pytest.mark.parametrize("path", ["/", "/subscribe", "/topics/empathy/", f"/summaries/{SUMMARY}/"])
def test_the_keyboard_reaches_everything_in_order_and_shows_where_it_is(
    visit: Visit, path: str
) -> None:
    with visit.page(viewport={"width": 1280, "height": 900}) as page:
        page.goto(path)
        reachable = page.evaluate(REACHABLE)
        taken = [tab(page) for _ in range(reachable)]
        assert [stop["place"] for stop in taken] == list(range(reachable)), "in the page's order"
        assert taken[0]["name"] == "Skip to the content"
        for stop in taken:
            assert stop["ring"], f"no visible focus: {stop}"
            assert stop["seen"], f"out of sight: {stop}"


def test_the_keyboard_skips_to_the_content_and_chooses_a_feed(visit: Visit) -> None:
    with visit.page(viewport={"width": 1280, "height": 900}) as page:
        page.goto("/subscribe")
        tab(page)
        shoot(page, "skip")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "content"
        assert tab(page)["tag"] == "summary"
        page.keyboard.press("Enter")
        tab(page)
        page.keyboard.press("Space")
        assert page.locator(":checked").count() == 1
        chosen = page.locator(":checked").get_attribute("value")
        page.keyboard.press("Enter")  # sends the form
        page.wait_for_url(f"**/topics/{chosen}/feed/preview/")


def test_without_script_everything_is_there_and_works(visit: Visit) -> None:
    with visit.page(java_script_enabled=False) as page:
        for path in (*PAGES, "/search?q=empathy"):
            page.goto(path)
            assert page.locator("main h1").is_visible()
            for copies in page.locator("[data-copies]").all():
                assert not copies.is_visible(), "a button that would do nothing"
        page.goto("/subscribe")
        address = page.locator("#feed-address")
        assert (address.is_visible(), address.input_value()[-10:]) == (True, "/feed.atom")
        page.locator(".chooser > summary").click()
        page.get_by_label("Empathy").check()
        page.get_by_label("Training").check()
        shoot(page, "no-script")
        page.get_by_role("button", name="Show this feed").click()
        assert page.url.endswith("/topics/empathy+training/feed/preview/")
        assert address.input_value().endswith("/topics/empathy+training/feed.atom")
        page.goto("/")
        page.get_by_role("searchbox").fill("alliance")
        page.get_by_role("button", name="Search").click()
        assert page.locator("main .entry").count() > 0
        page.goto("/topics/anxiety-disorders/")
        page.get_by_label("Kind of research").select_option("meta-analysis")
        page.get_by_role("button", name="Show").click()
        assert page.url.endswith("/topics/anxiety-disorders+kind:meta-analysis/")


def test_nothing_is_wider_than_320_pixels(visit: Visit) -> None:
    with visit.page(viewport={"width": 320, "height": 640}) as page:
        for path in (*PAGES, *SHOWN.values()):
            for prefix in ("", "/fr"):
                page.goto(f"{prefix}{path}")
                page.locator("details").evaluate_all("(all) => all.map((it) => (it.open = true))")
                assert page.evaluate(WIDER) == 0, f"{prefix}{path} is wider than 320 px"


@pytest.mark.parametrize("name", SHOWN)
def test_how_pages_look(visit: Visit, name: str) -> None:
    """Write screenshots to look at: wide, narrow, in the dark and in French."""
    looks: dict[str, dict[str, Any]] = {
        "wide": {"viewport": {"width": 1280, "height": 900}},
        "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
        "320": {"viewport": {"width": 320, "height": 640}},
        "fr": {"viewport": {"width": 800, "height": 900}},
    }
    grounds = {}
    for look, how in looks.items():
        with visit.page(**how) as page:
            page.goto(f"{'/fr' if look == 'fr' else ''}{SHOWN[name]}")
            shoot(page, f"{name}-{look}")
            found = page.evaluate("getComputedStyle(document.body).backgroundColor")
            grounds[look] = sum(map(int, re.findall(r"\d+", found)[:3]))
    assert grounds["dark"] < 150
    assert grounds["wide"] > 600


def test_a_month_is_printed_whole_and_without_what_is_for_screens(visit: Visit) -> None:
    with visit.page(viewport={"width": 794, "height": 1123}) as page:
        page.goto(MONTH)
        SCREENS.mkdir(parents=True, exist_ok=True)
        printed = page.pdf(path=SCREENS / "month.pdf", format="A4", print_background=False)
        pages = len(re.findall(rb"/Type\s*/Page\b", printed))
        assert printed.startswith(b"%PDF-")
        assert 2 <= pages <= 8
        page.emulate_media(media="print", color_scheme="dark")
        shoot(page, "month-print")
        assert page.locator("nav, form, .screen, .skip").evaluate_all(HIDDEN)
        assert page.locator("main article").count() == 2
        assert page.locator("main article .implications").first.is_visible()
        ink = page.evaluate("getComputedStyle(document.body).color")
        assert ink == "rgb(0, 0, 0)", "black on white, in the dark too"
        assert page.evaluate(WIDER) == 0
