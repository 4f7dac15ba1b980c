"""What a visit costs, as Chromium counts it over the DevTools protocol: a budget for each page.

Bytes, requests, elements and shifts are exact; a first paint is bounded so generously that only a
page that waits for something breaks it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.prove.visiting import Visit, visiting
from tests.web.pages.reading import SUMMARY

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.prove, pytest.mark.timeout(120, method="thread")]

PAGES = {
    "home": "/",
    "summary": f"/summaries/{SUMMARY}/",
    "topic": "/topics/empathy/",
    "subscribe": "/subscribe",
    "search": "/search?q=empathy",
    "alerts": "/alerts/",
}
BYTES: Final = 50_000  # decoded, without images: what the issue of these pages allows
SENT: Final = 16_000  # the same as it is sent, with its headers: about one round trip and a half
REQUESTS: Final = 6  # the page, two style sheets, a script, an icon
ELEMENTS: Final = 850  # most pages have fewer than 200; the form for alerts names 500 time zones
PAINT: Final = 5_000  # milliseconds: five times what two busy processors took at worst
IMAGES: Final = ("Image", "Other")  # a favicon is "Other"

WATCH = """
window.shift = 0;
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) window.shift += one.value;
}).observe({type: "layout-shift", buffered: true});
"""
MEASURE = """() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => resolve({
  elements: document.querySelectorAll("*").length,
  shift: window.shift ?? 0,
  paint: performance.getEntriesByName("first-contentful-paint")[0].startTime,
}), 200)))"""


@dataclass
class Cost:
    """What the browser received for one page: bytes decoded and sent, by the type of what it is."""

    decoded: int = 0
    sent: int = 0
    asked: list[str] = field(default_factory=list)
    types: dict[str, str] = field(default_factory=dict)

    def begun(self, event: dict[str, Any]) -> None:
        self.asked.append(event["request"]["url"])
        self.types[event["requestId"]] = event.get("type", "")

    def received(self, event: dict[str, Any]) -> None:
        if self.types[event["requestId"]] not in IMAGES:
            self.decoded += event["dataLength"]

    def ended(self, event: dict[str, Any]) -> None:
        if self.types[event["requestId"]] not in IMAGES:
            self.sent += int(event["encodedDataLength"])


def watch(page: Page) -> Cost:
    """Count what a page's next visit costs, from an empty cache."""
    cost, devtools = Cost(), page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.on("Network.requestWillBeSent", cost.begun)
    devtools.on("Network.dataReceived", cost.received)
    devtools.on("Network.loadingFinished", cost.ended)
    return cost


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    with visiting(tmp_path_factory.mktemp("site")) as found:
        yield found


@pytest.mark.parametrize("language", ["", "/fr"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_keeps_to_the_budget(visit: Visit, name: str, language: str) -> None:
    visit.trouble.clear()
    with visit.page(viewport={"width": 390, "height": 844}, locale=language[1:] or "en") as page:
        page.add_init_script(WATCH)
        cost = watch(page)
        page.goto(f"{language}{PAGES[name]}", wait_until="networkidle")
        found = page.evaluate(MEASURE)
    print(f"{name}{language}: {cost.decoded} bytes, {cost.sent} sent, {cost.asked}, {found}")
    assert 5_000 < cost.decoded < BYTES
    assert 1_000 < cost.sent < SENT
    assert 2 <= len(cost.asked) <= REQUESTS
    assert [url for url in cost.asked if not url.startswith(f"{visit.address}/")] == []
    assert 50 < found["elements"] < ELEMENTS
    assert found["shift"] == 0
    assert 0 < found["paint"] < PAINT
    assert visit.trouble == [], "said in the console, or asked elsewhere"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_the_same_without_script(visit: Visit, name: str) -> None:
    """Nothing but the copy button is missing, and the same is asked for but for the script."""
    texts = []
    for script in (True, False):
        with visit.page(java_script_enabled=script) as page:
            page.goto(PAGES[name])
            text = page.locator("body").inner_text()
            texts.append([line for line in text.splitlines() if line.strip() not in ("", "Copy")])
    assert texts[0] == texts[1]
    assert len(texts[0]) > 10


def test_the_budget_notices_what_costs(visit: Visit) -> None:
    """A page that shifts, asks elsewhere and weighs much breaks each of the bounds."""
    with visit.page() as page:
        page.add_init_script(WATCH)
        page.route("**/heavy", lambda route: route.fulfill(body=HEAVY, content_type="text/html"))
        page.goto("/heavy")
        page.wait_for_timeout(300)
        found = page.evaluate(MEASURE)
    assert found["shift"] > 0
    assert found["elements"] > ELEMENTS


HEAVY = (
    "<!doctype html><title>x</title><p>a</p>"
    + "<b>x</b>" * ELEMENTS
    + "<p>last</p><script>setTimeout(() => { const d = document.createElement('div');"
    " d.style.height = '300px'; document.body.prepend(d) }, 100)</script>"
)
