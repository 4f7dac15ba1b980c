"""axe-core finds nothing on any sort of page, in both languages, light and dark."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from syndicate.alerts.tokens import Keyring
from tests.prove.axe import violations, without_sandbox
from tests.prove.visiting import KEY, PATIENCE, WITHDRAWN, Visit, visiting
from tests.web.pages.reading import PAGES, SUMMARY

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.prove, pytest.mark.timeout(120, method="thread")]

FURTHER = (
    "/search?q=empathy",
    "/search?q=nothingofthekind",
    "/nope",
    f"/summaries/{WITHDRAWN}/",
    f"/embed/summaries/{SUMMARY}/",
    f"/embed/summaries/{WITHDRAWN}/",
    "/embed/topics/empathy/",
    "/embed/nope/",
    "/alerts/?selection=empathy",
    "/alerts/preferences/",
    "/alerts/confirm/nothing/",
)
BOTH = [f"{prefix}{path}" for path in (*PAGES, *FURTHER) for prefix in ("", "/fr")]
ENGLISH = ["/v1/", "/v1/items", "/v1/problems/"]


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    with visiting(tmp_path_factory.mktemp("site")) as found:
        yield found


@pytest.fixture(scope="module")
def page(visit: Visit) -> Iterator[Page]:
    with visit.page() as opened:
        opened.route(re.compile(r"/embed/"), without_sandbox)
        yield opened


@pytest.mark.parametrize("path", [*BOTH, *ENGLISH])
def test_axe_finds_nothing(visit: Visit, page: Page, path: str) -> None:
    visit.trouble.clear()
    page.set_extra_http_headers({"Accept": "text/html"})
    page.goto(path)
    assert violations(page) == []
    assert visit.trouble == []


@pytest.mark.parametrize("language", ["", "/fr"])
def test_axe_finds_nothing_where_alerts_are_asked_for_and_ended(
    visit: Visit, page: Page, language: str
) -> None:
    reader = f"reader{language.strip('/')}@example.org"
    page.goto(f"{language}/alerts/?selection=empathy")
    page.fill("[name=address]", reader)
    page.click("form[method=post] button")
    found = violations(page)
    page.goto(mailed(visit, page, reader, "/confirm/"))
    found += violations(page)
    page.click("button[value=confirm]")
    found += violations(page)
    page.goto(f"{language}/alerts/u/{stopping(visit, reader)}/")
    found += violations(page)
    page.goto(f"{language}/alerts/preferences/")
    page.fill("[name=address]", reader)
    page.click("form[method=post] button")
    found += violations(page)
    page.goto(mailed(visit, page, reader, "/alerts/preferences/"))
    found += violations(page)
    page.click("button[value=pause]")
    found += violations(page)
    page.click("button[value=stop]")
    found += violations(page)
    assert found == []


def stopping(visit: Visit, reader: str) -> str:
    """Return the token at the end of the mails that a reader will get."""
    with closing(sqlite3.connect(visit.folder / "store.sqlite")) as store:
        find = "SELECT key FROM subscription WHERE address = ?"
        (key,) = store.execute(find, (reader,)).fetchone()
    return Keyring([KEY]).make("unsubscribe", key)


def mailed(visit: Visit, page: Page, reader: str, part: str) -> str:
    """Wait for a mail with a link of a sort; return the link."""
    for _ in range(PATIENCE // 100):
        for mail in visit.sink.to(reader):
            for link in mail.links:
                if part in link and not link.endswith(part):
                    return link
        page.wait_for_timeout(100)
    raise AssertionError(f"no mail with {part}: {[m.text for m in visit.sink.mails]}")


def test_axe_finds_what_is_wrong(page: Page) -> None:
    page.set_content("<title>x</title><p>grey on grey</p><input>")
    page.evaluate("document.querySelector('p').style.cssText = 'color: #999; background: #aaa'")
    rules = {one.split(": ")[1] for one in violations(page)}
    assert {"color-contrast", "label", "html-has-lang"} <= rules
