"""The mails that somebody asked for on the site: short, plain, with nothing a visitor wrote."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from syndicate import addresses
from syndicate.alerts import wording
from syndicate.alerts.labels import listed
from syndicate.alerts.mail import TOKEN, Draft
from syndicate.alerts.subscription import Language, Wish
from syndicate.alerts.templates import render
from syndicate.definitions import Definitions

Purpose = Literal["confirm", "preferences", "export"]

_LINKS: dict[Purpose, Callable[[str], str]] = {
    "confirm": addresses.confirm,
    "preferences": addresses.preferences,
    "export": addresses.preferences,
}


def draft(
    purpose: Purpose,
    language: Language,
    definitions: Definitions,
    *,
    wish: Wish | None = None,
    data: str = "",
) -> Draft:
    """Write the mail; a confirmation says what will be subscribed, an export holds the data."""
    network = definitions.network
    assert network.alerts is not None
    context = {
        "network": network,
        "alerts": network.alerts,
        "home": definitions.absolute(addresses.in_language(addresses.HOME, language)),
        "link": definitions.absolute(addresses.in_language(_LINKS[purpose](TOKEN), language)),
        "wish": describe(wish, definitions, language) if wish else "",
        "data": data,
    }
    subject, _, text = render(f"{purpose}.{language}.txt", context).partition("\n")
    return Draft(subject=subject, text=text.lstrip("\n"), html=None, language=language)


def describe(wish: Wish, definitions: Definitions, language: Language) -> str:
    """Say what somebody asks for: `Empathy; Training (monthly)`."""
    named = listed(wish.selections, definitions, language)
    return f"{named} ({wording.RHYTHMS[language][wish.schedule.rhythm]})"
