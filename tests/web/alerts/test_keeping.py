"""Ending, changing, pausing, knowing and erasing; and a site that offers no alerts."""

from __future__ import annotations

import json
import re

import pytest

from tests.readers import Network
from tests.web.alerts.browser import READER, Browser, everything, link


@pytest.mark.parametrize("multipart", [True, False])
def test_one_click(browser: Browser, *, multipart: bool) -> None:
    """RFC 8058: no page, no cookie, no redirect; either kind of form."""
    browser.subscribe()
    browser.network.site.write("queued", number=1)
    (mail,) = browser.alert()
    assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = re.findall(r"<(https:[^>]+)>", mail.message["List-Unsubscribe"])[0]
    kind = "multipart/form-data" if multipart else "application/x-www-form-urlencoded"
    browser.network.site.write("not-told", number=2)
    browser.network.site.publish()
    for _ in range(2):
        answer = browser.ask(url, "POST", data={"List-Unsubscribe": "One-Click"}, content_type=kind)
        assert answer.status_code == 200
    assert browser.network.work() == []
    assert "one-click" in repr(everything(browser.network)["consent"])


def test_ended_by_mistake_and_taken_back(browser: Browser) -> None:
    browser.subscribe()
    (mail,) = browser.alert()
    stop = link(mail, "u")
    assert "undo" in browser.submit(stop, act="stop").text
    assert browser.alert("missed", number=1) == []
    assert browser.submit(stop, act="undo").status_code == 200
    assert [m.recipient for m in browser.alert("two", number=2)] == [READER]


def test_preferences_need_a_fresh_link_and_show_no_address(browser: Browser) -> None:
    browser.subscribe()
    page = browser.ask(browser.preferences())
    assert "r•••@e•••.org" in page.text
    assert READER not in page.text
    assert browser.ask("/alerts/preferences/" + "0" * 36 + "/").status_code == 404


def test_changing_what_to_get(browser: Browser) -> None:
    browser.subscribe()
    url = browser.preferences()
    page = browser.submit(url, act="change", selection="training", rhythm="immediate")
    assert "Your choices are saved." in page.text
    assert browser.alert() == []
    assert len(browser.alert("two", number=1, topics=["training"])) == 1
    nothing = browser.submit(url, act="change", rhythm="immediate")
    assert nothing.status_code == 422
    assert len(browser.alert("three", number=2, topics=["training"])) == 1


def test_pausing_and_going_on(browser: Browser) -> None:
    browser.subscribe()
    url = browser.preferences()
    assert "They are paused until" in browser.submit(url, act="pause", days="14").text
    assert browser.alert() == []
    assert "They are paused." in browser.submit(url, act="pause", days="").text
    assert "Your alerts go on." in browser.submit(url, act="resume").text
    assert len(browser.alert("two", number=1)) == 1


def test_stopping(browser: Browser) -> None:
    browser.subscribe()
    url = browser.preferences()
    assert "Your alerts have ended" in browser.submit(url, act="stop").text
    assert browser.alert() == []
    assert browser.ask(url).status_code == 410


def test_what_is_known_is_sent_to_the_address_and_shown_to_nobody(browser: Browser) -> None:
    browser.subscribe()
    browser.alert()
    page = browser.submit(browser.preferences(), act="export")
    assert "A mail is on its way to you" in page.text
    (mail,) = browser.network.work()
    assert mail.recipient == READER
    data = json.loads(re.search(r"^\{.*^\}", mail.text, re.DOTALL | re.MULTILINE)[0])  # type: ignore[index]
    assert data["subscription"]["address"] == READER
    assert [record["act"] for record in data["consent"]] == ["asked", "confirmed"]
    assert data["consent"][1]["detail"]["selections"] == ["empathy"]
    assert [told["op"] for told in data["told"]] == ["publish"]


def test_the_record_of_consent_is_only_added_to(browser: Browser) -> None:
    def record() -> set[str]:
        return set(everything(browser.network)["consent"])

    browser.subscribe()
    (mail,) = browser.alert()
    url = browser.preferences()
    before = record()
    for form in (
        {"act": "change", "selection": "training", "rhythm": "immediate"},
        {"act": "pause"},
        {"act": "resume"},
        {"act": "stop"},
        {"act": "undo"},
        {"act": "erase", "sure": "yes"},
    ):
        to = link(mail, "u") if form["act"] in ("stop", "undo") else url
        browser.submit(to, **form)
        after = record()
        assert before < after, form
        before = after


def test_erased_is_erased_and_stays_unknown(browser: Browser) -> None:
    browser.subscribe()
    browser.alert()
    url = browser.preferences()
    assert browser.submit(url, act="erase").status_code == 422
    assert "You have been erased" in browser.submit(url, act="erase", sure="yes").text
    left = everything(browser.network)
    assert READER not in repr(left)
    assert "reader" not in repr({name: rows for name, rows in left.items() if name != "site"})
    assert left["told"] == left["selected"] == left["delivery"] == []
    browser.sign_up()
    assert browser.network.work() == []
    assert browser.alert("two", number=1) == []


def test_a_site_without_a_relay_or_a_sender_offers_none(network: Network) -> None:
    without = Browser(network, SYNDICATE_SMTP_URL="")
    assert without.ask("/alerts/").status_code == 404
    without.app.close()
    file = network.site.folder / "feeds/network.toml"
    file.write_text(file.read_text().partition("[alerts]")[0])
    network.site.publish()
    browser = Browser(network)
    assert browser.ask("/alerts/").status_code == 404
    assert browser.submit("/alerts/", address=READER, selection="empathy").status_code == 404
    assert "/alerts/" not in browser.ask("/topics/empathy/").text
    browser.app.close()
