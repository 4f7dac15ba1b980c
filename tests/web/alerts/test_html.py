"""Every page of the alerts is valid HTML, in both languages."""

from __future__ import annotations

import pytest
from werkzeug.test import TestResponse

from tests.web.alerts.browser import HOME, READER, Browser, link
from tests.web.pages.reading import assert_html, text_of


@pytest.mark.parametrize(
    ("prefix", "told"),
    [
        ("", ["Alerts by e-mail", "One more step", "Stop these mails?", "You have been erased"]),
        (
            "/fr",
            ["Alertes par courriel", "Encore une étape", "Arrêter ces", "Vous avez été"],
        ),
    ],
)
def test_every_page_from_the_form_to_the_end(
    browser: Browser, prefix: str, told: list[str]
) -> None:
    seen: list[TestResponse] = []

    def look(path: str, **fields: object) -> None:
        seen.append(browser.submit(path, **fields) if fields else browser.ask(path))

    wish = {"selection": "empathy", "rhythm": "immediate", "language": prefix.strip("/") or "en"}
    look(f"{prefix}/alerts/")
    look(f"{prefix}/alerts/", address="no address", **wish)
    look(f"{prefix}/alerts/", address=READER, **wish)
    (mail,) = browser.network.work()
    confirm = link(mail, "confirm")
    for act in ({}, {"act": "confirm"}, {}):
        look(confirm, **act)
    (mail,) = browser.alert()
    stop = link(mail, "u")
    for act in ({}, {"act": "stop"}, {"act": "undo"}):
        look(stop, **act)
    look(f"{prefix}/alerts/preferences/")
    look(f"{prefix}/alerts/preferences/", address="no address")
    look(f"{prefix}/alerts/preferences/", address=READER)
    (mail,) = browser.network.work()
    mine = link(mail, "preferences")
    look(mine)
    for act in ("change", "pause", "resume", "export", "erase"):
        look(mine, act=act, **wish)
    look(mine, act="erase", sure="yes")
    look(mine)
    look(f"{prefix}/alerts/u/x/")
    for answer in seen:
        assert_html(answer.text)
        assert f'<html lang="{prefix.strip("/") or "en"}">' in answer.text
    text = " ".join(text_of(answer.text) for answer in seen)
    assert [one for one in told if one not in text] == []
    assert confirm.startswith(f"{HOME}{prefix}/alerts/")
