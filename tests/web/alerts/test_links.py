"""Links in mails: followed by scanners, forwarded, forged, exchanged."""

from __future__ import annotations

from tests.web.alerts.browser import READER, Browser, everything, link


def test_links_of_one_purpose_open_no_other_door(browser: Browser) -> None:
    browser.sign_up()
    (letter,) = browser.network.work()
    confirm = link(letter, "confirm")
    browser.submit(confirm, act="confirm")
    (mail,) = browser.alert()
    stop, preferences = link(mail, "u"), browser.preferences()
    before = everything(browser.network)
    for path in (confirm, stop, preferences):
        token = path.rstrip("/").rpartition("/")[2]
        for door in ("confirm", "u", "preferences"):
            if f"/{door}/" not in path:
                for act in ("confirm", "stop", "erase", "undo"):
                    answer = browser.submit(f"/alerts/{door}/{token}/", act=act, sure="yes")
                    assert answer.status_code == 404
    forged = stop[:-2] + ("0" if stop[-2] != "0" else "1") + "/"
    assert browser.submit(forged).status_code == 404
    assert browser.ask("/alerts/u/x/").status_code == 404
    assert everything(browser.network) == before


def test_scanners_that_follow_every_link_change_nothing(browser: Browser) -> None:
    browser.sign_up("pending@example.org")
    browser.network.work()
    browser.subscribe()
    browser.subscribe("text@example.org", form="text")
    browser.alert()
    browser.submit("/alerts/preferences/", address=READER)
    browser.network.work()
    links = [url for mail in browser.network.sink.mails for url in mail.links]
    assert {url.split("/")[4] for url in links if "/alerts/" in url} == {
        "confirm",
        "preferences",
        "u",
    }
    before = everything(browser.network)
    for url in links:
        for method in ("GET", "HEAD", "OPTIONS", "GET", "HEAD", "OPTIONS"):
            assert browser.ask(url, method).status_code in (200, 204)
    assert everything(browser.network) == before
    assert browser.network.work() == []


def test_pages_of_links_are_private(browser: Browser) -> None:
    browser.sign_up()
    (letter,) = browser.network.work()
    for path in ("/alerts/", link(letter, "confirm"), "/alerts/u/x/"):
        answer = browser.ask(path)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert "form-action 'self'" in answer.headers["Content-Security-Policy"]
        assert "Set-Cookie" not in answer.headers
        assert "ETag" not in answer.headers


def test_a_forwarded_mail_shows_its_finder_nothing(browser: Browser) -> None:
    browser.subscribe()
    (mail,) = browser.alert()
    page = browser.ask(link(mail, "u"))
    assert "r•••@e•••.org" in page.text
    assert READER not in page.text
    assert "Empathy" not in page.text.partition("<main")[2]
