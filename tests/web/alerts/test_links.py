"""Links in mails: followed by scanners, forwarded, forged, exchanged."""

from __future__ import annotations

import re

from syndicate.store import engine as store
from tests.deliver.news import CORRECTION, WITHDRAWAL
from tests.web.alerts.browser import HOME, READER, Browser, everything, link


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


def test_links_that_were_used_do_nothing_again(browser: Browser) -> None:
    """Replayed by whoever finds an old mail: after leaving, after erasing, after refusing."""
    browser.sign_up()
    (letter,) = browser.network.work()
    confirm = link(letter, "confirm")
    assert browser.submit(confirm, act="confirm").status_code == 200
    (mail,) = browser.alert()
    preferences = browser.preferences()
    assert browser.submit(preferences, act="erase", sure="yes").status_code == 200
    before = everything(browser.network)
    for url in (confirm, preferences, link(mail, "u")):
        for act in ("confirm", "refuse", "stop", "undo", "resume", "change", "erase", "export"):
            answer = browser.submit(url, act=act, sure="yes", selection="everything")
            assert answer.status_code == 410, (act, url)
            assert READER not in answer.text
    assert everything(browser.network) == before
    assert browser.network.work() == []


def test_a_link_ends_with_its_time(browser: Browser) -> None:
    browser.subscribe()
    preferences = browser.preferences()
    browser.sign_up("slow@example.org")
    (letter,) = browser.network.work()
    with store.recording(browser.network.site.engine) as connection:
        connection.exec_driver_sql("UPDATE letter SET expires_at = '2024-01-01T00:00:00Z'")
    before = everything(browser.network)
    for url, act in ((preferences, "stop"), (link(letter, "confirm"), "confirm")):
        assert browser.ask(url).status_code == 410
        assert browser.submit(url, act=act).status_code == 410
    assert everything(browser.network) == before


def every_kind_of_mail(browser: Browser) -> None:
    """Have one of each sent: to confirm, in both languages and forms, news, what followed, data."""
    browser.sign_up("pending@example.org")
    browser.submit("/fr/alerts/", address="attend@example.org", selection="empathy")
    browser.network.work()
    browser.subscribe()
    browser.subscribe("text@example.org", form="text", selection="everything")
    browser.subscribe("fr@example.org", language="fr", selection="everything")
    for number in range(42):  # a long list is cut, and leads to the archive
        browser.network.site.write(f"one-of-many-{number}", number=number + 10)
    browser.alert("corrected", number=1)
    browser.alert("withdrawn", number=2)
    browser.alert("corrected", number=1, corrections=[CORRECTION])
    browser.alert("withdrawn", number=2, withdrawn=WITHDRAWAL)
    browser.submit(browser.preferences(), act="export")
    browser.network.work()


def test_scanners_that_follow_every_link_change_nothing(browser: Browser) -> None:
    every_kind_of_mail(browser)
    links = {url for mail in browser.network.sink.mails for url in mail.links}
    assert all(url.startswith(f"{HOME}/") for url in links)
    paths = {url.removeprefix(HOME) for url in links}
    assert {re.sub("[0-9a-f]{36}", "TOKEN", path) for path in paths if "/alerts/" in path} == {
        *("/alerts/confirm/TOKEN/", "/fr/alerts/confirm/TOKEN/"),
        *("/alerts/u/TOKEN/", "/fr/alerts/u/TOKEN/"),
        *("/alerts/preferences/TOKEN/", "/alerts/preferences/", "/fr/alerts/preferences/"),
    }
    assert {"/archive/", "/summaries/corrected/", "/summaries/withdrawn/"} <= paths
    before = everything(browser.network)
    for url in sorted(links):
        for method in ("GET", "HEAD", "OPTIONS") * 2:
            assert browser.ask(url, method).status_code in (200, 204, 410), (method, url)
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
