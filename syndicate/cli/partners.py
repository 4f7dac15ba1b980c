"""`partner add`, `update`, `rotate` and `revoke`; what only prints stands in partner_lists.py."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

import click

from syndicate.cli import here
from syndicate.cli.partner_lists import json_option, ledger, list_, to_json
from syndicate.cli.receipts import receipts

if TYPE_CHECKING:
    from syndicate.definitions import Definitions
    from syndicate.granting import Granted
    from syndicate.partners import Partner
    from syndicate.store.engine import Connection

_contact = click.option("--contact", help="Whom to write to: an address or a name.")
_scope = click.option(
    "--scope",
    "scopes",
    multiple=True,
    help="read, full-text, state or topics:SLUG[,SLUG]; repeat it. All rights, if none is named.",
)
_expires = click.option(
    "--expires", type=click.DateTime(["%Y-%m-%d"]), help="The day (UTC) on which it all ends."
)
_terms = click.option("--terms", help="The version of the licence's terms that was accepted.")
_webhook = click.option("--webhook", metavar="URL", help="Where it is called on a change.")
_per_minute = click.option("--per-minute", type=click.IntRange(1, 1_000_000), help="Requests.")
_per_day = click.option("--per-day", type=click.IntRange(1, 100_000_000), help="Requests.")


@click.group
def group() -> None:
    """Show a key once, when it is made: it is kept as a digest, and cannot be had again."""


for command in (list_, receipts, ledger):
    group.add_command(command)

# Giving and taking ------------------------------------------------------------------------------


@group.command
@click.argument("name")
@_contact
@_scope
@_expires
@_terms
@click.option("--no-terms", is_flag=True, help="None were accepted yet: the key must wait.")
@_per_minute
@_per_day
@_webhook
@json_option
def add(
    name: str,
    *,
    no_terms: bool,
    webhook: str | None,
    as_json: bool,
    **agreed: Any,  # noqa: ANN401 - options
) -> None:
    """Add the partner NAME and print its first key, once.

    Without --terms the partner has accepted the terms that are in force. With --webhook the secret
    that signs its calls is printed too, on a line of its own after the key.
    """
    from syndicate import granting

    settings = here.settings()
    with here.store(settings) as engine:
        definitions = here.published(engine, settings)
        options = _agreed(definitions, agreed)
        if not no_terms:
            options.setdefault("terms_version", definitions.network.licence.terms_version)
        calling = _Calling(webhook, definitions)
        terms = granting.Terms(**options)
        made = granting.add(engine, name, terms, now=here.now(), also=calling.attach)
    _show_key(made, f"Added {made.partner.name}.", as_json=as_json, secret=calling.secret)


@group.command
@click.argument("name")
@_contact
@_scope
@_expires
@click.option("--never-expires", is_flag=True, help="Take an --expires back.")
@_terms
@_per_minute
@_per_day
@_webhook
@click.option("--forget-idle", type=click.IntRange(0), metavar="DAYS", help="See `receipts`.")
def update(
    name: str,
    *,
    never_expires: bool,
    webhook: str | None,
    forget_idle: int | None,
    **agreed: Any,  # noqa: ANN401 - options
) -> None:
    """Change what was agreed with the partner NAME; its keys stay.

    --webhook moves its webhook, which keeps its secret; where it had none, the secret of the new
    one is printed. --forget-idle forgets copies that have sent no cursor for so many days.
    """
    from syndicate import granting

    settings = here.settings()
    with here.store(settings) as engine:
        definitions = here.published(engine, settings)
        options = _agreed(definitions, agreed)
        if never_expires:
            options["expires"] = None
        calling = _Calling(webhook, definitions)
        granting.update(
            engine, name, lambda partner: replace(partner, **options), also=calling.attach
        )
        if forget_idle is not None:
            before = here.now() - timedelta(days=forget_idle)
            count = granting.forget_idle(engine, name, before=before)
            click.echo(f"{count} {'copy' if count == 1 else 'copies'} forgotten.")
    click.echo(f"Changed {name}.", err=bool(calling.secret))
    if calling.secret:
        click.echo(_SIGNED, err=True)
        click.echo(calling.secret)


@group.command
@click.argument("name")
@click.option(
    "--overlap", default=7, show_default=True, type=click.IntRange(0, 365), metavar="DAYS",
    help="How long the key before goes on working.",
)  # fmt: skip
@json_option
def rotate(name: str, overlap: int, *, as_json: bool) -> None:
    """Make another key for the partner NAME and print it, once.

    Two keys work at a time: a third is refused until one of them is revoked or has ended.
    """
    from syndicate import granting

    with here.store(here.settings()) as engine:
        lasting = timedelta(days=overlap)
        made = granting.rotate(engine, name, now=here.now(), overlap=lasting)
    told = f"The key before works for {overlap} more days." if overlap else "It alone works now."
    _show_key(made, f"Another key for {made.partner.name}. {told}", as_json=as_json)


@group.command
@click.argument("name")
@click.option("--key", "key_id", metavar="ID", help="This key alone, by its id or whole.")
def revoke(name: str, key_id: str | None) -> None:
    """Revoke the keys of the partner NAME for good, and with all of them its webhook.

    Every process refuses them within seconds. `rotate` makes a new key.
    """
    from syndicate import granting

    if key_id is not None:  # a key that was found somewhere, whole: its secret is not repeated
        key_id = key_id.removeprefix("sk_").partition("_")[0]
    with here.store(here.settings()) as engine:
        revoked = granting.revoke(engine, name, now=here.now(), key_id=key_id)
    ids = ", ".join(key.id for key in revoked)
    click.echo(f"Revoked: {ids}" if ids else "None of these keys worked any more.")


_SIGNED = "Its calls are signed with this secret; give it to whoever runs the webhook:"


class _Calling:
    """The webhook that was asked for, if any, and its secret once it is made."""

    def __init__(self, url: str | None, definitions: Definitions) -> None:
        from syndicate.webhooks import registering

        self._url = registering.check(url, definitions) if url else None
        self.secret = ""

    def attach(self, connection: Connection, partner: Partner) -> None:
        from syndicate.webhooks import registering

        if self._url:
            made = registering.attach(connection, partner, self._url, now=here.now())
            self.secret = made.secret if made else ""


def _agreed(definitions: Definitions, given: dict[str, Any]) -> dict[str, Any]:
    """Return the options that were given, as fields of a partner."""
    from syndicate import partners

    found = {name: value for name, value in given.items() if value not in (None, ())}
    if "scopes" in found:
        found["scopes"] = partners.parse_scopes(found["scopes"], definitions)
    if "expires" in found:
        found["expires"] = found["expires"].replace(tzinfo=UTC)
    if "terms" in found:
        found["terms_version"] = found.pop("terms")
    return found


def _show_key(made: Granted, told: str, *, as_json: bool, secret: str = "") -> None:
    """Print a key, and the secret of a webhook, to stdout; what there is to say to stderr."""
    if as_json:
        found = to_json(made.partner, here.now()) | {"key": made.text, "key_id": made.key.id}
        found |= {"webhook_secret": secret} if secret else {}
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    click.echo(f"{told} Keep the key: it is shown this once.", err=True)
    click.echo(made.text)
    if secret:
        click.echo(_SIGNED, err=True)
        click.echo(secret)
