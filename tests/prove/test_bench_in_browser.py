"""The editor's bench in a browser: axe-core finds nothing, and a save is shown at once."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from syndicate.cli.previewing import Site as Files
from syndicate.web import bench
from syndicate.web.bench import views
from tests import small
from tests.prove import browser
from tests.prove.axe import violations, without_sandbox
from tests.prove.visiting import shoot
from tests.sites import Site
from tests.web.bench.test_bench import DRAFT

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.prove, pytest.mark.timeout(120, method="thread")]

# A mail is shown within the page of a mail program, which has its landmarks.
IN_MAILS = ("landmark-one-main", "region")
FINISHED, BEGUN, WRONG = "finished", "begun", "wrong"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("site")
    made = small.make(folder / "site", f"sqlite:///{folder / 'store.sqlite'}")
    made.write(FINISHED, form="research")
    made.write_text(BEGUN, DRAFT)
    made.write(WRONG, number=2, topics=["empaty"])
    return made


@pytest.fixture(scope="module")
def page(site: Site) -> Iterator[Page]:
    """Serve the bench as `preview` does, and open a window in front of it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    found = Files(site.folder, f"http://127.0.0.1:{port}")
    app = views.make(bench.Files(listed=found.listed, read=found.read, stamp=found.stamp))
    stop, ready = threading.Event(), threading.Event()
    how = {"host": "127.0.0.1", "port": port, "stop": stop, "ready": ready.set}
    thread = threading.Thread(target=bench.serve, args=(app,), kwargs=how, daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        with browser.launch() as chromium:
            opened = chromium.new_page(base_url=f"http://127.0.0.1:{port}")
            opened.route(re.compile(r"/(feed|mail)/"), without_sandbox)
            yield opened
    finally:
        stop.set()
        thread.join(10)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        *(f"/bench/{{{slug}}}" for slug in (FINISHED, BEGUN, WRONG)),
        f"/bench/{{{FINISHED}}}?language=fr",
        *(f"/{pane}/{{{FINISHED}}}" for pane in ("page", "feed/atom", "feed/rss", "mail")),
        *(f"/{pane}/{{{FINISHED}}}?language=fr" for pane in ("page", "mail")),
    ],
)
def test_axe_finds_nothing(site: Site, page: Page, path: str) -> None:
    answer = page.goto(
        path.format_map({slug: site.path(slug) for slug in (FINISHED, BEGUN, WRONG)})
    )
    assert answer is not None
    assert answer.ok
    assert violations(page, *(IN_MAILS if path.startswith("/mail/") else ())) == []


@pytest.mark.parametrize("width", [320, 1280])
def test_a_save_is_shown_at_once(site: Site, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"/bench/{site.path(FINISHED)}")
    title = page.frame_locator("iframe[title=Page]").locator("h1")
    assert title.inner_text() == f"What is known of {FINISHED}"
    shoot(page, f"bench-{width}")
    site.write(FINISHED, form="research", title="Another title")
    page.frame_locator("iframe[title=Page]").get_by_role("heading", name="Another title").wait_for()
    site.write(FINISHED, form="research")
    page.goto(f"/bench/{site.path(BEGUN)}")
    shoot(page, f"bench-begun-{width}")
    wider = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wider) == 0
