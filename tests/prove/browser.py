"""A headless Chromium that is shown HTML and tells everything it did with it.

It answers its own one address from memory and aborts every other request, so nothing leaves the
machine. Each piece of HTML is parsed as a served page, by `innerHTML` (once more from what that
serialises to, which is how mutations show) and by DOMParser, and every element gets the events
that a reader could cause.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium
    from playwright.sync_api import Dialog, Page, Route

ADDRESS = "http://127.0.0.1/proof/"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

# Runs before any script of any document and frame. `ran` is answered in Python.
HOOKS = """
for (const name of ["alert", "confirm", "prompt", "print", "open"])
  window[name] = () => { window.ran(name) };
window.addEventListener("error", (event) => {
  if (event instanceof ErrorEvent) window.ran("error " + event.message);
}, true);
window.addEventListener("unhandledrejection", () => window.ran("rejection"));
// A reader may follow what the list allows; here nobody goes there.
window.addEventListener("click", (event) => {
  const link = event.composedPath().find((node) => node.localName === "a" && node.href);
  if (link && /^(https?|mailto):/.test(link.href)) event.preventDefault();
}, true);
"""

EXAMINE = r"""
async ([html, allowed, patience]) => {
  const found = new Set();
  const schemes = new Set(["https:", "http:", "mailto:"]);
  const look = (root, mode) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ALL);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      if (node.nodeType === Node.TEXT_NODE) continue;
      if (node.nodeType !== Node.ELEMENT_NODE) { found.add(`${mode}: ${node.nodeName}`); continue; }
      const attributes = allowed[node.localName];
      if (!attributes || node.namespaceURI !== "http://www.w3.org/1999/xhtml")
        found.add(`${mode}: <${node.nodeName}>`);
      if (node.content) look(node.content, mode);
      for (const {name, value} of node.attributes) {
        if (/^on/i.test(name)) found.add(`${mode}: handler ${name}`);
        if (!(attributes || []).includes(name)) found.add(`${mode}: attribute ${name}`);
        if (["href", "cite", "src", "action", "formaction", "data", "poster"].includes(name)) {
          let url = null;
          try { url = new URL(value) } catch { found.add(`${mode}: not absolute: ${value}`) }
          if (url && !schemes.has(url.protocol)) found.add(`${mode}: scheme ${url.protocol}`);
        }
      }
    }
  };
  const excite = (root) => {
    for (const element of root.querySelectorAll("*")) {
      for (const type of ["mouseover", "mouseenter", "pointerenter", "focus", "toggle", "copy",
                          "animationstart", "animationend", "keydown", "wheel", "load", "error"])
        element.dispatchEvent(new Event(type, {bubbles: true, cancelable: true}));
      if (element.click) element.click();
      else element.dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true}));
    }
  };
  for (const element of [document.documentElement, document.body])
    for (const {name} of element.attributes) found.add(`page: <${element.localName} ${name}>`);
  if (document.head.children.length) found.add("page: something in <head>");
  look(document.body, "page");
  excite(document.body);

  const first = document.body.appendChild(document.createElement("div"));
  first.innerHTML = html;
  look(first, "innerHTML");
  const second = document.body.appendChild(document.createElement("div"));
  second.innerHTML = first.innerHTML;
  look(second, "innerHTML twice");
  excite(first);

  const parsed = new DOMParser().parseFromString(html, "text/html");
  if (parsed.head.children.length) found.add("DOMParser: something in <head>");
  look(parsed.body, "DOMParser");
  const third = document.body.appendChild(document.createElement("div"));
  third.append(...document.importNode(parsed.body, true).childNodes);
  excite(third);
  await new Promise((resolve) => setTimeout(resolve, patience));
  return [...found];
}
"""


class NoBrowser(Exception):
    """There is nothing to prove with; the text is the remedy."""


class Browser:
    """One page of one Chromium."""

    def __init__(self, page: Page, allowed: Mapping[str, list[str]]) -> None:
        self._page = page
        self._allowed = allowed
        self._served = ""
        self._number = 0
        self._happened: list[str] = []
        page.expose_function("ran", lambda what: self._happened.append(f"ran {what}"))
        page.add_init_script(HOOKS)
        page.route("**/*", self._answer)
        page.on("dialog", self._dismiss)
        page.on("popup", lambda popup: self._happened.append(f"popup {popup.url}"))

    def examine(self, html: str, *, patience: int = 1) -> list[str]:
        """Return what the browser ran, requested or found in `html` outside the list; [] is safe.

        `patience` is how long to wait for what does not happen at once, in milliseconds.
        """
        from playwright.sync_api import Error

        self._happened.clear()
        self._number += 1
        self._served = html
        try:
            self._page.goto(f"{ADDRESS}{self._number}", wait_until="load", timeout=10_000)
            found = self._page.evaluate(EXAMINE, [html, self._allowed, patience])
        except Error as error:  # the page went elsewhere while it was looked at
            found = [f"the page did not stay: {error.message.splitlines()[0]}"]
        return [*self._happened, *found]

    def _answer(self, route: Route) -> None:
        request = route.request
        wanted = f"{ADDRESS}{self._number}"
        if request.url == wanted and request.is_navigation_request():
            page = f"<!doctype html><body>{self._served}"
            route.fulfill(body=page, content_type="text/html; charset=utf-8")
        else:
            self._happened.append(f"requested {request.url[:100]}")
            route.abort()

    def _dismiss(self, dialog: Dialog) -> None:
        self._happened.append(f"ran {dialog.type}")
        dialog.dismiss()


def find_program() -> str | None:
    """Return an installed Chromium."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def launch() -> Iterator[Chromium]:
    """Start Chromium, or raise NoBrowser."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise NoBrowser("playwright is missing: `make prove` installs the group `prove`") from error
    with sync_playwright() as playwright:
        program = find_program() or playwright.chromium.executable_path
        if not Path(program).exists():
            raise NoBrowser(f"no Chromium: install a package that has one of {', '.join(NAMES)}")
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def open_browser(allowed: Mapping[str, list[str]]) -> Iterator[Browser]:
    """Start Chromium, or raise NoBrowser; `allowed` maps each element to its attributes."""
    with launch() as browser:
        yield Browser(browser.new_page(), allowed)


def load_payloads(folder: Path) -> list[dict[str, str]]:
    """Return our own corpus and that of SYNDICATE_XSS_CORPUS: source, id, kind, payload."""
    files = sorted(folder.glob("*.jsonl"))
    if extra := os.environ.get("SYNDICATE_XSS_CORPUS"):
        files.append(Path(extra))
    lines = [line for file in files for line in file.read_text("utf-8").split("\n") if line]
    return [json.loads(line) for line in lines]
