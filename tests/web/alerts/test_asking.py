"""From the form to the first alert: asking, confirming, refusing."""

from __future__ import annotations

import gzip
import re
from itertools import product
from urllib.parse import quote

import pytest

from tests.web.alerts.browser import READER, Browser, everything, link


def test_from_the_form_to_the_first_alert(browser: Browser) -> None:
    topic = browser.ask("/topics/empathy/")
    (path,) = re.findall(r'href="(/alerts/[^"]*)"', topic.text)
    page = browser.ask(path)
    assert page.status_code == 200
    assert re.search(r'value="empathy" checked', page.text)
    assert not re.search(r'value="training" checked', page.text)
    asked = browser.sign_up()
    assert "You asked for: Empathy (at once)." in asked.text
    (letter,) = browser.network.work()
    assert browser.alert("too-early") == []
    shown = browser.ask(link(letter, "confirm"))
    assert "Empathy (at once)" in shown.text
    assert browser.alert("still-too-early", number=1) == []
    done = browser.submit(link(letter, "confirm"), act="confirm")
    assert "From now on you get alerts on: Empathy (at once)." in done.text
    (mail,) = browser.alert(number=2)
    assert mail.recipient == READER
    assert "mirror-neurons" in mail.text


@pytest.mark.parametrize(
    ("selection", "ticked", "is_open"),
    [
        ("empathy+training", ["empathy", "training"], True),
        ("kind:meta-analysis", ["kind:meta-analysis"], True),
        ("empathy+kind:meta-analysis", ["empathy+kind:meta-analysis"], False),
        ("empathy+~training", ["empathy+~training"], False),
        ("nothing-of-the-kind", [], False),
        ("", [], False),
    ],
)
def test_what_a_reader_comes_from_is_ticked_and_seen(
    browser: Browser, selection: str, ticked: list[str], *, is_open: bool
) -> None:
    page = browser.ask(f"/alerts/?selection={quote(selection)}").text
    assert re.findall(r'name="selection" value="([^"]+)" checked', page) == ticked
    assert ("<details open>" in page.partition("<summary>")[0]) == is_open


def test_in_french(browser: Browser) -> None:
    page = browser.ask("/fr/alerts/")
    assert page.headers["Content-Language"] == "fr, en"
    assert "Alertes par courriel" in page.text
    assert 'option value="fr" selected' in page.text
    chosen = ["empathy", "training"]
    browser.submit("/fr/alerts/", address=READER, selection=chosen, rhythm="immediate")
    (letter,) = browser.network.work()
    assert letter.message["Subject"].endswith("veuillez confirmer vos alertes")
    assert "  Empathie\u202f; Formation (dès la parution)" in letter.text
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
    assert "<option selected>Europe/Paris" in page.text


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


def test_the_form_comes_compressed_and_what_bears_a_link_does_not(browser: Browser) -> None:
    """The list of time zones is long. Where something secret stands, length must tell nothing."""
    sent = {"Accept-Encoding": "gzip"}
    plain = browser.ask("/alerts/").data
    form = browser.ask("/alerts/", headers=sent)
    assert form.headers["Content-Encoding"] == "gzip"
    assert form.headers.getlist("Vary") == ["Accept-Encoding"]
    assert gzip.decompress(form.data) == plain
    assert len(form.data) < len(plain) / 3
    browser.sign_up()
    (letter,) = browser.network.work()
    assert "Content-Encoding" not in browser.ask(link(letter, "confirm"), headers=sent).headers
