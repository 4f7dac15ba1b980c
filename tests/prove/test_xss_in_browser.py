"""Hostile payloads through each of our doors into a real browser: nothing runs, nothing is asked.

Our own corpus always; more with SYNDICATE_XSS_CORPUS=FILE (JSON lines: source, id, kind, payload).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from syndicate.editorial import markdown
from syndicate.editorial.policy import ELEMENTS
from syndicate.editorial.sanitize import clean, sanitize
from syndicate.errors import ContentError
from tests.prove.browser import Browser, NoBrowser, load_payloads, open_browser

pytestmark = [pytest.mark.prove, pytest.mark.timeout(900)]

CORPUS = Path(__file__).parent.parent / "corpus" / "xss"
PAYLOADS = load_payloads(CORPUS)


def _cleaned(payload: str) -> str:
    return clean(payload)[0]


def _rendered(payload: str) -> str:
    rendered = markdown.render(payload)
    return sanitize(rendered.body_html) + sanitize(rendered.implications_html)


DOORS: dict[str, Callable[[str], str]] = {
    "clean": _cleaned,
    "sanitize": sanitize,
    "markdown": _rendered,
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    allowed = {element: list(attributes) for element, attributes in ELEMENTS.items()}
    try:
        with open_browser(allowed) as opened:
            yield opened
    except NoBrowser as error:
        pytest.fail(str(error))


def test_nothing_runs_that_came_through_our_doors(browser: Browser) -> None:
    made_by: dict[str, list[str]] = defaultdict(list)
    passed: Counter[str] = Counter()
    for payload in PAYLOADS:
        for door, through in DOORS.items():
            try:
                html = through(payload["payload"])
            except ContentError:
                continue
            made_by[html].append(f"{door} {payload['source']} {payload['id']}")
            passed[door] += 1
    print(f"{len(PAYLOADS)} payloads; let through: {dict(passed)}; distinct: {len(made_by)}")

    hits = {html: hit for html in made_by if (hit := browser.examine(html))}
    assert not hits, "\n".join(f"{made_by[html]}\n  {html}\n  {hit}" for html, hit in hits.items())
    assert passed["clean"] > 0.9 * len(PAYLOADS), "clean refuses what it should take apart"


def test_the_browser_catches_what_nothing_sanitised(browser: Browser) -> None:
    ours = [p for p in PAYLOADS if p["id"].startswith(("markup/", "handlers/", "mutation/"))]
    hits = {p["id"]: browser.examine(p["payload"], patience=30) for p in ours}
    ran = sum(any(hit.startswith("ran ") for hit in found) for found in hits.values())
    asked = sum(any(hit.startswith("requested ") for hit in found) for found in hits.values())
    caught = sum(map(bool, hits.values()))
    print(f"control of {len(ours)}: {caught} caught, of which {ran} ran and {asked} asked")
    print("not caught:", [name for name, found in hits.items() if not found])
    assert ran > len(ours) / 3
    assert asked > len(ours) / 5
    assert caught > 0.8 * len(ours)


@pytest.mark.parametrize(
    ("html", "hit"),
    [
        ("<img src=x onerror=alert(1)>", "ran alert"),
        ('<a href="javascript:alert(1)">x</a>', "ran alert"),
        ("<p onmouseover=alert(1)>x</p>", "ran alert"),
        ("<script>]</script>", "ran error"),
        ('<a href="javascript:123">x</a>', "scheme javascript:"),
        ('<a href="//x.example/">x</a>', "not absolute"),
        ('<img src="https://x.example/y.png">', "requested https://x.example/y.png"),
        ('<p style="color:red">x</p>', "attribute style"),
        ('<p>x<noscript><p title="</noscript><p onclick=alert(1)>x">', "DOMParser: <NOSCRIPT>"),
        ("<!-- x -->", "#comment"),
    ],
)
def test_the_browser_names_each_kind_of_hit(browser: Browser, html: str, hit: str) -> None:
    assert any(hit in found for found in browser.examine(html, patience=30))


def test_the_browser_finds_nothing_in_plain_html(browser: Browser) -> None:
    html = '<p>p &lt; .05 <a href="https://x.example/">x</a> <a href="mailto:a@x.example">y</a></p>'
    assert browser.examine(html, patience=30) == []
