"""Ten thousand sign-ups for one victim: one mail, however they come, and three in a month."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from syndicate.cli import here
from syndicate.errors import TooMany
from syndicate.subscribing.signing_up import ALL_PER_MINUTE
from tests import readers
from tests.web.alerts.browser import Browser

pytestmark = [pytest.mark.prove, pytest.mark.timeout(1800)]
SIGN_UPS = 10_000
VICTIM = "victim@example.org"


def spelling(number: int) -> str:
    """Return the address with some of its letters in upper case: a thousand spellings."""
    marks = f"{number % 1024:010b}"
    flips = dict(zip((n for n, c in enumerate(VICTIM) if c.isalpha()), marks, strict=False))
    return "".join(c.upper() if flips.get(n) == "1" else c for n, c in enumerate(VICTIM))


def client(number: int) -> str:
    return f"2001:db8:{number:x}::1"


def test_as_fast_as_they_can_at_the_form(tmp_path: Path, sqlite_url: str) -> None:
    with readers.running(tmp_path, sqlite_url, clock=here.now) as network:
        browser = Browser(network)
        answers: Counter[int] = Counter()
        for number in range(SIGN_UPS):
            answer = browser.sign_up(spelling(number), client=client(number))
            answers[answer.status_code] += 1
            if number % 500 == 0:
                network.work()
        network.work()
        browser.app.close()
        assert [mail.recipient.lower() for mail in network.sink.mails] == [VICTIM]
    print(f"answers: {dict(answers)}")
    assert set(answers) == {200, 429}
    assert answers[200] >= ALL_PER_MINUTE


@pytest.mark.parametrize(("within", "mails"), [(timedelta(hours=3), 1), (timedelta(days=29), 3)])
def test_slowly_enough_to_be_let_in(
    within: timedelta, mails: int, tmp_path: Path, database_url: str
) -> None:
    pause = within / SIGN_UPS
    refused = 0
    with readers.running(tmp_path, database_url) as network:
        for number in range(SIGN_UPS):
            try:
                network.sign_up(spelling(number), client=client(number))
            except TooMany:
                refused += 1
            network.wait(seconds=pause.total_seconds())
            if number % 100 == 0:
                network.work()
        network.work()
        assert len(network.sink.mails) == mails
        assert {mail.recipient.lower() for mail in network.sink.mails} == {VICTIM}
    assert refused == 0
