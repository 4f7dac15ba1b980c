"""Mails as a mail program shows them: nothing sticks out of a small screen, axe finds nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from syndicate.alerts.subscription import Language
from tests import readers
from tests.deliver.news import CORRECTION, WITHDRAWAL, publish
from tests.prove import browser
from tests.prove.test_accessibility_in_browser import violations
from tests.prove.visiting import shoot

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.prove, pytest.mark.timeout(120, method="thread")]
READERS: dict[Language, str] = {"en": "somebody-with-a-long-name", "fr": "quelqu-un-au-nom-long"}
KINDS = ("new", "corrected", "withdrawn")
OF_PAGES = (": landmark-one-main: ", ": region: ")  # a mail is shown within a page that has them
LONG = {
    "title": "Transference-focused, mentalization-based and emotion-focused psychotherapy",
    "citation": {
        "text": "Doe, J. (2020). On it. A Journal, 1.",
        "doi": "10.1016/j.averylongjournalname.2019.101810.supplement.one",
    },
}


@pytest.fixture(scope="module")
def mails(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the HTML of each kind of mail in each language, by name."""
    folder = tmp_path_factory.mktemp("network")
    made: dict[str, str] = {}
    with readers.running(folder, f"sqlite:///{folder / 'store.sqlite'}") as network:
        for language, name in READERS.items():
            network.subscribe(f"{name}@psychotherapy-research.example.org", language=language)

        def tell(what: str, **front: Any) -> None:
            publish(network, "one", **{**LONG, **front})
            for mail in network.work():
                made[f"{what}-{mail.message['Content-Language']}"] = mail.html

        network.site.write("two", number=1, topics=["empathy", "training", "therapist-factors"])
        tell("new")
        tell("corrected", corrections=[CORRECTION])
        tell("withdrawn", corrections=[CORRECTION], withdrawn={**WITHDRAWAL, "replaced_by": "two"})
    return made


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser.launch() as started:
        yield started


@pytest.mark.parametrize("width", [320, 700])
@pytest.mark.parametrize("name", [f"{kind}-{code}" for kind in KINDS for code in READERS])
def test_a_mail_can_be_read(
    mails: dict[str, str], chromium: Browser, name: str, width: int
) -> None:
    with chromium.new_page(viewport={"width": width, "height": 600}) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.set_content(mails[name])
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            shoot(page, f"mail-{name}-{width}-{scheme}")
        assert [v for v in violations(page) if not any(one in v for one in OF_PAGES)] == []
        assert asked == []  # it loads nothing, so nobody is tracked


def test_the_screens_are_of_every_kind(mails: dict[str, str]) -> None:
    assert len(mails) == 6
    assert all("<!doctype html>" in html for html in mails.values())
    assert [name for name, html in mails.items() if "src=" in html] == []
