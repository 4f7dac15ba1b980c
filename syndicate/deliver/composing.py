"""Makes the mails of claimed deliveries: what each tells is decided now, when it goes out.

So a summary that was withdrawn, or a reader who left, between planning and sending is seen.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Final

from syndicate import mailbox
from syndicate.alerts import bulletin, correspondence, mail
from syndicate.alerts.bulletin import Bulletin
from syndicate.alerts.mail import Draft, Filling, Sender, Template
from syndicate.alerts.news import Skipped
from syndicate.alerts.subscription import Subscription
from syndicate.alerts.tokens import Keyring, Purpose
from syndicate.deliver.desk import Desk, Message, silence
from syndicate.deliver.knowledge import Knowledge
from syndicate.deliver.signing import Signer
from syndicate.deliver.smtp import Envelope
from syndicate.model import Alerts
from syndicate.store import letters
from syndicate.store.deliveries import Delivery
from syndicate.store.engine import Connection
from syndicate.store.letters import Letter

_TEMPLATES: Final = 200
_PURPOSES: Final[Mapping[letters.Purpose, Purpose]] = {
    "confirm": "confirm",
    "preferences": "preferences",
    "export": "preferences",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A mail that can be handed over. `left_out` are changes that it does not tell, and why."""

    delivery: Delivery
    envelope: Envelope
    message: bytes
    left_out: Mapping[Skipped, Collection[int]]
    reader: Subscription | None = None  # None: a letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """A delivery that has nothing to tell: it is skipped, not sent."""

    delivery: Delivery
    reason: Skipped
    left_out: Mapping[Skipped, Collection[int]]


class Composer:
    """Makes mails; what many get is rendered once. For one thread."""

    def __init__(
        self, keyring: Keyring, knowledge: Knowledge, signer: Signer | None = None
    ) -> None:
        self.keyring = keyring
        self._signer = signer
        self.knowledge = knowledge
        self._templates: OrderedDict[Hashable, Template] = OrderedDict()

    def compose(
        self, connection: Connection, claimed: Sequence[Delivery], now: datetime
    ) -> Iterator[Composed | Nothing]:
        """Yield the mail of each delivery; the store is asked once for all of them."""
        alerts = [one for one in claimed if one.channel == "alert"]
        if alerts:
            desk = Desk(connection, self.knowledge, alerts)
            for one in alerts:
                yield self._alert(desk, one, now)
        asked = [one for one in claimed if one.channel == "letter"]
        found = letters.get_many(connection, [one.recipient for one in asked]) if asked else {}
        for one in asked:
            letter = found.get(one.recipient)
            if letter is None or not letter.is_open(now):
                yield Nothing(delivery=one, reason="ended", left_out={})
            else:
                yield self._letter(one, letter, now)

    def _alert(self, desk: Desk, delivery: Delivery, now: datetime) -> Composed | Nothing:
        reader = desk.readers.get(delivery.recipient)
        silent = silence(reader, now)
        if reader is None or silent:
            return Nothing(delivery=delivery, reason=silent or "ended", left_out={})
        message = desk.message(delivery, reader)
        if not message.lines:
            reason: Skipped = next(iter(message.left_out), "ended")
            return Nothing(delivery=delivery, reason=reason, left_out=message.left_out)
        return self._composed(
            delivery,
            to=reader.address,
            key=reader.key,
            purpose="unsubscribe",
            template=self._bulletin(message, reader),
            now=now,
            left_out=message.left_out,
            reader=reader,
        )

    def _bulletin(self, message: Message, reader: Subscription) -> Template:
        wish = reader.wish
        made = Bulletin(
            lines=message.lines,
            selections=wish.selections,
            rhythm=wish.schedule.rhythm,
            language=wish.language,
            form=wish.form,
        )
        same = (message.versions, made.selections, made.rhythm, made.language, made.form)
        return self._template(same, lambda: bulletin.draft(made, self.knowledge.definitions))

    def _letter(self, delivery: Delivery, letter: Letter, now: datetime) -> Composed:
        def write() -> Draft:
            return correspondence.draft(
                letter.purpose,
                letter.language,
                self.knowledge.definitions,
                wish=letter.wish,
                data=letter.data,
            )

        return self._composed(
            delivery,
            to=letter.address,
            key=letter.key,
            purpose=_PURPOSES[letter.purpose],
            template=self._template((letter.purpose, letter.language, letter.wish), write)
            if not letter.data
            else mail.template(write(), self._sender),
            now=now,
        )

    # What all mails have in common -----------------------------------------------------------

    def _template(self, same: Hashable, write: Callable[[], Draft]) -> Template:
        """Return the template of what is the same; the definitions decide on how it looks."""
        key = (self.knowledge.version, same)
        if key not in self._templates:
            self._templates[key] = mail.template(write(), self._sender)
            if len(self._templates) > _TEMPLATES:
                self._templates.popitem(last=False)
        self._templates.move_to_end(key)
        return self._templates[key]

    @property
    def _alerts(self) -> Alerts:
        alerts = self.knowledge.alerts
        assert alerts is not None
        return alerts

    @property
    def _sender(self) -> Sender:
        alerts = self._alerts
        return Sender(
            name=alerts.name,
            address=mailbox.parse(alerts.sender),
            reply_to=mailbox.parse(alerts.reply_to),
        )

    def _composed(
        self,
        delivery: Delivery,
        *,
        to: str,
        key: str,
        purpose: Purpose,
        template: Template,
        now: datetime,
        left_out: Mapping[Skipped, Collection[int]] | None = None,
        reader: Subscription | None = None,
    ) -> Composed:
        recipient = mailbox.written(to)
        alerts = self._alerts
        host = alerts.sender.rpartition("@")[2]
        unique = self.keyring.short("message", f"{key} {delivery.issue}")
        filling = Filling(
            to=recipient,
            date=_written(now),
            message_id=f"<{delivery.channel}.{delivery.issue}.{unique}@{host}>",
            token=self.keyring.make(purpose, key),
        )
        returns = alerts.sender
        if alerts.inbound:
            returns = f"b+{self.keyring.make('bounce', key)}@{alerts.inbound}"
        return Composed(
            delivery=delivery,
            envelope=Envelope(
                sender=returns,
                recipient=str(recipient),
                utf8=recipient.needs_utf8,
            ),
            message=self._signed(template.fill(filling), host),
            left_out=left_out or {},
            reader=reader,
        )

    def _signed(self, message: bytes, domain: str) -> bytes:
        selector = self._alerts.dkim_selector
        if self._signer is None or not selector:
            return message
        return self._signer.sign(message, domain=domain, selector=selector)


@lru_cache(maxsize=8)
def _written(now: datetime) -> str:
    return format_datetime(now)
