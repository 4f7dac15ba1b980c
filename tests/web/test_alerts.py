"""Alerts on the site, as a browser, a mail program, a scanner and an attacker use it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import Client, TestResponse

from syndicate import config
from syndicate.cli import here
from syndicate.store import engine as store
from syndicate.store import schema
from syndicate.subscribing import signing_up
from syndicate.web import create_app
from tests import readers
from tests.readers import KEY, Network
from tests.sink import Taken

HOME = "https://feeds.network.example"
READER = "reader@example.org"
VISITOR = "192.0.2.1"


class Browser:
    """Asks the application at the network's address; keeps nothing between two requests."""

    def __init__(self, network: Network, **environ: str) -> None:
        url = network.site.engine.url.render_as_string(hide_password=False)
        given = {
            "SYNDICATE_DATABASE_URL": url,
            "SYNDICATE_SECRET_KEY": KEY,
            "SYNDICATE_SMTP_URL": network.sink.url,
        }
        settings = config.load(given | environ, cwd=network.site.folder)
        self.network = network
        self.app = create_app(settings)

    def ask(
        self, path: str, method: str = "GET", *, client: str = VISITOR, **how: Any
    ) -> TestResponse:
        return Client(self.app, use_cookies=False).open(
            path.removeprefix(HOME),
            method=method,
            base_url=HOME,
            environ_overrides={"REMOTE_ADDR": client},
            **how,
        )

    def submit(self, path: str, *, client: str = VISITOR, **fields: object) -> TestResponse:
        return self.ask(path, "POST", client=client, data=fields)

    def sign_up(self, address: str = READER, **fields: object) -> TestResponse:
        given = {"selection": "empathy", "rhythm": "immediate"} | fields
        return self.submit("/alerts/", address=address, **given)

    def subscribe(self, address: str = READER, **fields: object) -> None:
        assert self.sign_up(address, **fields).status_code == 200
        (mail,) = self.network.work()
        answer = self.submit(link(mail, "confirm"), act="confirm")
        assert answer.status_code == 200

    def preferences(self, address: str = READER) -> str:
        """Ask for the link to an address's preferences; return it."""
        assert self.submit("/alerts/preferences/", address=address).status_code == 200
        (mail,) = self.network.work()
        return link(mail, "preferences")

    def alert(self, slug: str = "mirror-neurons", **front: Any) -> list[Taken]:
        """Publish something and return the mails that tell of it."""
        self.network.site.write(slug, **front)
        self.network.site.publish()
        return self.network.work()


def link(mail: Taken, what: str) -> str:
    found = re.search(rf"https://\S+/alerts/{what}/[0-9a-f]{{36}}/", mail.text)
    assert found, mail.text
    return found[0]


def everything(network: Network) -> dict[str, list[str]]:
    """Return all that the store holds."""
    with store.reading(network.site.engine) as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table)).all()))
            for table in schema.metadata.sorted_tables
        }


@pytest.fixture
def network(tmp_path: Path, sqlite_url: str) -> Iterator[Network]:
    with readers.running(tmp_path, sqlite_url, clock=here.now) as found:
        yield found


@pytest.fixture
def browser(network: Network) -> Iterator[Browser]:
    made = Browser(network)
    yield made
    made.app.close()


# Asking and confirming -------------------------------------------------------------------------


def test_from_the_form_to_the_first_alert(browser: Browser) -> None:
    topic = browser.ask("/topics/empathy/")
    (path,) = re.findall(r'href="(/alerts/[^"]*)"', topic.text)
    page = browser.ask(path)
    assert page.status_code == 200
    assert re.search(r'value="empathy" checked', page.text)
    assert not re.search(r'value="training" checked', page.text)
    asked = browser.sign_up()
    assert "You asked for: Empathy; at once." in asked.text
    (letter,) = browser.network.work()
    assert browser.alert("too-early") == []
    shown = browser.ask(link(letter, "confirm"))
    assert "Empathy; at once" in shown.text
    assert browser.alert("still-too-early", number=1) == []
    done = browser.submit(link(letter, "confirm"), act="confirm")
    assert "From now on you get alerts on: Empathy; at once." in done.text
    (mail,) = browser.alert(number=2)
    assert mail.recipient == READER
    assert "mirror-neurons" in mail.text


def test_in_french(browser: Browser) -> None:
    page = browser.ask("/fr/alerts/")
    assert page.headers["Content-Language"] == "fr, en"
    assert "Alertes par courriel" in page.text
    assert 'option value="fr" selected' in page.text
    browser.submit("/fr/alerts/", address=READER, selection="empathy", rhythm="immediate")
    (letter,) = browser.network.work()
    assert letter.message["Subject"].endswith("veuillez confirmer vos alertes")
    assert "/fr/alerts/confirm/" in letter.text
    assert browser.submit(link(letter, "confirm"), act="confirm").status_code == 200
    (mail,) = browser.alert()
    assert "Les résumés sont offerts en anglais seulement." in mail.text
    assert "/fr/alerts/u/" in mail.text
    assert "Arrêter ces courriels" in browser.ask(link(mail, "u")).text


def test_signing_up_again_adds_to_what_there_is(browser: Browser) -> None:
    browser.subscribe()
    browser.network.forget_letters()
    browser.subscribe(selection="training", rhythm="weekly", zone="Europe/Paris", hour="6")
    page = browser.ask(browser.preferences())
    chosen = re.findall(r'name="selection" value="([^"]+)" checked', page.text)
    assert sorted(chosen) == ["empathy", "training"]
    assert 'value="weekly" checked' in page.text
    assert 'option value="Europe/Paris" selected' in page.text


def test_pressing_the_button_twice_is_once(browser: Browser) -> None:
    browser.sign_up()
    (letter,) = browser.network.work()
    confirm = link(letter, "confirm")
    assert browser.submit(confirm, act="confirm").status_code == 200
    assert browser.submit(confirm, act="confirm").status_code == 200
    assert len(browser.alert()) == 1


def test_a_used_link_brings_nothing_back(browser: Browser) -> None:
    browser.sign_up()
    (letter,) = browser.network.work()
    browser.submit(link(letter, "confirm"), act="confirm")
    (mail,) = browser.alert()
    browser.submit(link(mail, "u"))
    assert browser.submit(link(letter, "confirm"), act="confirm").status_code == 410
    assert browser.alert("two", number=1) == []


def test_this_was_not_me(browser: Browser) -> None:
    browser.sign_up()
    (letter,) = browser.network.work()
    page = browser.submit(link(letter, "confirm"), act="refuse")
    assert page.status_code == 200
    assert READER not in repr(everything(browser.network))
    assert browser.submit(link(letter, "confirm"), act="confirm").status_code == 410
    assert browser.sign_up().text == browser.sign_up("new@example.org").text
    assert [mail.recipient for mail in browser.network.work()] == ["new@example.org"]


def test_what_a_form_lacks_is_said_and_what_it_has_is_kept(browser: Browser) -> None:
    missing = browser.submit("/alerts/", address=READER)
    assert missing.status_code == 422
    assert "Choose what you want to be told of" in missing.text
    assert f'value="{READER}"' in missing.text
    wrong = browser.sign_up("reader@", selection="training", rhythm="weekly")
    assert wrong.status_code == 422
    assert "no mail address" in wrong.text
    assert 'value="training" checked' in wrong.text
    assert 'value="weekly" checked' in wrong.text
    assert browser.sign_up(selection="no-such-topic").status_code == 422
    assert browser.sign_up(zone="Mars/Olympus").status_code == 422
    assert browser.network.work() == []


def test_other_nonsense_in_a_form_gets_the_usual(browser: Browser) -> None:
    fields = ("hour", "weekday", "day", "rhythm", "form", "language")
    values = ("", "99", "-1", "1e3", "٣", "x" * 5_000, "\r\nBcc: x")
    for number, (field, value) in enumerate(product(fields, values)):
        answer = browser.sign_up(
            f"reader-{number}@a.org", client=f"192.0.2.{number}", **{field: value}
        )
        assert answer.status_code == 200, (field, value)
    assert len(browser.network.work()) == len(fields) * len(values)


# What nobody learns, and nobody can do -----------------------------------------------------------


def test_known_unknown_suppressed_and_role_addresses_get_the_same_answer(
    browser: Browser,
) -> None:
    browser.subscribe("known@example.org")
    browser.sign_up("refused@example.org")
    (letter,) = browser.network.work()
    browser.submit(link(letter, "confirm"), act="refuse")
    addresses = ("known@example.org", "new@example.org", "refused@example.org", "abuse@example.org")
    for path, fields in (
        ("/alerts/", {"selection": "empathy"}),
        ("/alerts/preferences/", {}),
    ):
        answers = [browser.submit(path, address=a, **fields) for a in addresses]
        assert len({(a.status_code, a.text, tuple(a.headers)) for a in answers}) == 1
    mails = browser.network.work()
    assert sorted(mail.recipient for mail in mails) == [
        "known@example.org",  # the link to its preferences
        "new@example.org",
    ]


def test_one_mail_for_one_victim_whoever_asks(browser: Browser) -> None:
    for number in range(60):
        spelling = READER.replace("r", "R", number % 3)
        answer = browser.sign_up(spelling, client=f"198.51.100.{number}")
        assert answer.status_code == 200
    assert len(browser.network.work()) == 1


def test_who_asks_too_often_is_told_so_whatever_the_address(browser: Browser) -> None:
    for number in range(signing_up.CLIENT_PER_DAY):
        assert browser.sign_up(f"reader-{number}@example.org").status_code == 200
    refused = browser.sign_up("reader-99@example.org")
    assert refused.status_code == 429
    assert browser.sign_up("reader-99@example.org", client="2001:db8:1::1").status_code == 200
    for number in range(2, 2 + signing_up.CLIENT_PER_DAY):
        answer = browser.sign_up(f"six-{number}@example.org", client=f"2001:db8:1::{number:x}")
    assert answer.status_code == 429  # a /64 is one client
    assert READER not in refused.text


def test_who_fills_in_what_nobody_sees_gets_the_usual_answer_and_no_mail(browser: Browser) -> None:
    answer = browser.sign_up(website="https://spam.example")
    assert answer.text == browser.sign_up("person@example.org").text
    assert [mail.recipient for mail in browser.network.work()] == ["person@example.org"]


def test_nothing_that_a_visitor_writes_is_in_the_mail(browser: Browser) -> None:
    browser.sign_up("buy-now@example.org", selection="empathy", note="Buy now: http://spam.example")
    (letter,) = browser.network.work()
    assert "spam" not in letter.text
    assert letter.html == ""


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


# Ending ----------------------------------------------------------------------------------------


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


def test_a_forwarded_mail_shows_its_finder_nothing(browser: Browser) -> None:
    browser.subscribe()
    (mail,) = browser.alert()
    page = browser.ask(link(mail, "u"))
    assert "r•••@e•••.org" in page.text
    assert READER not in page.text
    assert "Empathy" not in page.text.partition("<main")[2]


def test_ended_by_mistake_and_taken_back(browser: Browser) -> None:
    browser.subscribe()
    (mail,) = browser.alert()
    stop = link(mail, "u")
    assert "undo" in browser.submit(stop, act="stop").text
    assert browser.alert("missed", number=1) == []
    assert browser.submit(stop, act="undo").status_code == 200
    assert [m.recipient for m in browser.alert("two", number=2)] == [READER]


# Keeping ---------------------------------------------------------------------------------------


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


# Where there are none --------------------------------------------------------------------------


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
