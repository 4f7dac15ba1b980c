"""Whether everything is there that mails need: a relay, a worker, a name that receivers trust."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from syndicate.config import Settings
from syndicate.doctor.diagnosis import Diagnosis
from syndicate.model import Alerts
from syndicate.store import deliveries, holding, journal, lanes, site
from syndicate.store.engine import Connection

Ask = Callable[[str], Sequence[str]]
"""Returns the TXT records of a name; none where there are none. OSError: nobody answered."""

LATE: Final = timedelta(minutes=15)
_CLOCK: Final = timedelta(minutes=1)
_PLACE: Final = "alerts"


def examine(
    connection: Connection, settings: Settings, *, now: datetime, ask: Ask | None
) -> Iterator[Diagnosis]:
    """Yield what is found of alerts, where the published definitions offer any."""
    values = site.get_values(connection)
    if site.BASE_URL not in values:
        return
    alerts = site.get_definitions(connection).network.alerts
    if alerts is None:
        yield Diagnosis(place=_PLACE, message="this network writes no mails")
        return
    yield _relay(settings, alerts)
    yield from _queue(connection, now)
    yield from _clock(connection, now)
    if ask is not None:
        yield from _names(alerts, ask)


def _relay(settings: Settings, alerts: Alerts) -> Diagnosis:
    if settings.smtp_url is None:
        return Diagnosis(
            place=_PLACE,
            verdict="warning",
            message="no relay is named: the site offers no alerts",
            remedy="set SYNDICATE_SMTP_URL",
        )
    if alerts.dkim_selector and settings.dkim_key_file is None:
        return Diagnosis(
            place=_PLACE,
            verdict="error",
            message="network.toml has a dkim_selector, but there is no key to sign with",
            remedy="set SYNDICATE_DKIM_KEY_FILE, or take the selector out if the relay signs",
        )
    signed = "signed here" if alerts.dkim_selector else "to be signed by the relay"
    return Diagnosis(place=_PLACE, message=f"mails come from {alerts.sender}, {signed}")


def _queue(connection: Connection, now: datetime) -> Iterator[Diagnosis]:
    if hold := holding.find(connection):
        yield Diagnosis(
            place=_PLACE,
            verdict="warning",
            message=f"alerts are held: {hold.why}",
            remedy="`syndicate alerts release` shows what is due, and asks",
        )
    resting = lanes.list_resting(connection, now)
    for lane, reply in resting:
        yield Diagnosis(
            place=_PLACE,
            verdict="warning",
            message=f"{lane or 'the relay'} takes no mail at present: {reply}",
            remedy="it is tried again by itself" if lane else "check SYNDICATE_SMTP_URL",
        )
    oldest = deliveries.find_oldest_due(connection, now)
    if oldest and oldest < now - LATE and not hold and not resting:
        yield Diagnosis(
            place=_PLACE,
            verdict="error",
            message=f"a mail has been due since {oldest:%Y-%m-%dT%H:%M:%SZ}",
            remedy="keep `syndicate worker` running, or `syndicate serve` with SYNDICATE_SMTP_URL",
        )


def _clock(connection: Connection, now: datetime) -> Iterator[Diagnosis]:
    """See whether something was done at a time that has not come yet."""
    known = (journal.get_head(connection).published_at, deliveries.find_last_sent(connection))
    newest = max((at for at in known if at), default=now)
    if newest > now + _CLOCK:
        yield Diagnosis(
            place="clock",
            verdict="error",
            message=f"it shows {now:%Y-%m-%dT%H:%M:%SZ}, but something was done at {newest}",
            remedy="set this machine's clock, and let it follow a time server",
        )


# What receivers find in the name system ---------------------------------------------------------


def _names(alerts: Alerts, ask: Ask) -> Iterator[Diagnosis]:
    domain = alerts.sender.rpartition("@")[2]
    wanted = [
        ("SPF", domain, "v=spf1", f"a TXT record of {domain}: v=spf1 and the relay's addresses"),
        (
            "DMARC",
            f"_dmarc.{domain}",
            "v=DMARC1",
            f"a TXT record of _dmarc.{domain}: v=DMARC1; p=none; rua=mailto:…",
        ),
    ]
    if alerts.dkim_selector:
        name = f"{alerts.dkim_selector}._domainkey.{domain}"
        wanted.append(("DKIM", name, "p=", f"a TXT record of {name} with the public key"))
    for what, name, mark, remedy in wanted:
        try:
            found = [text for text in ask(name) if mark.lower() in text.lower()]
        except OSError as error:
            yield Diagnosis(
                place=what, verdict="warning", message=f"no name server told of {name}: {error}"
            )
            continue
        if len(found) == 1:
            yield Diagnosis(place=what, message=f"{name}: {found[0][:80]}")
        else:
            yield Diagnosis(
                place=what,
                verdict="error",
                message=f"{name} has {len(found) or 'no'} such records: mails may be refused",
                remedy=f"have one: {remedy}",
            )
