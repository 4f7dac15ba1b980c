"""axe-core: what makes a page hard for somebody who cannot see it, or not well."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
# What stands in a frame is looked at by itself: no script, so not axe either, runs in our frames.
RUN = """(rules) => axe.run(document, {iframes: false, resultTypes: ["violations"],
  rules: Object.fromEntries(rules.map((rule) => [rule, {enabled: false}]))})"""


def without_sandbox(route: Route) -> None:
    """Let axe run where our policy lets no script run at all: it would wait for ever."""
    if route.request.frame.parent_frame:
        route.continue_()
        return
    answer = route.fetch()
    headers = {n: v for n, v in answer.headers.items() if n != "content-security-policy"}
    route.fulfill(response=answer, headers=headers)


def violations(page: Page, *without: str) -> list[str]:
    """Return what axe-core finds with all unfolded, light and dark: rule, help, the elements.

    `without` are rules that do not hold for what is looked at.
    """
    found = []
    page.evaluate(AXE)
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        result: dict[str, Any] = page.evaluate(RUN, without)
        assert result["testEngine"]["name"] == "axe-core"
        for one in result["violations"]:
            nodes = [node["html"][:200] for node in one["nodes"]]
            found.append(f"{scheme}: {one['id']}: {one['help']}: {nodes}")
    return found
