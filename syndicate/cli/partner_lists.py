"""`partner list` and `partner ledger`, and a partner as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from syndicate.cli import here

if TYPE_CHECKING:
    from syndicate.model import Quota
    from syndicate.partners import Key, Partner
    from syndicate.receipts import Copy
    from syndicate.store.callbacks import Callback

json_option = click.option("--json", "as_json", is_flag=True, help="For a program.")


@click.command("list")
@json_option
def list_(*, as_json: bool) -> None:
    """Print the partners, their keys and webhooks, and how far their copies have come."""
    from syndicate import receipts as receipts_
    from syndicate.store import callbacks, journal, partners
    from syndicate.store import engine as store

    settings = here.settings()
    with here.store(settings) as engine:
        definitions = here.published(engine, settings)
        with store.reading(engine) as connection:
            found = partners.list_partners(connection)
            copies = receipts_.list_copies(connection, definitions)
            called = {one.partner: one for one in callbacks.list_all(connection)}
            head = journal.get_head(connection).seq
    now = here.now()
    own = {each.id: [copy for copy in copies if copy.partner.id == each.id] for each in found}
    if as_json:
        shown = [
            to_json(each, now)
            | {"webhook": _webhook_json(called.get(each.id))}
            | {"copies": [_copy_json(copy, head) for copy in own[each.id]]}
            for each in found
        ]
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        return
    usual = definitions.network.conditions.partner_quota
    lines = (
        line
        for each in found
        for line in (
            *_lines(each, usual, now),
            *_called(called.get(each.id)),
            *_copies(own[each.id], head),
        )
    )
    click.echo("\n".join(lines) or "There is no partner yet: `syndicate partner add NAME`.")


def _lines(partner: Partner, usual: Quota, now: datetime) -> Iterator[str]:
    quota = partner.quota(usual)
    yield f"{partner.name}{f'  ({partner.contact})' if partner.contact else ''}"
    yield f"  scopes  {partner.scopes}"
    yield f"  terms   {partner.terms_version or 'none accepted'}"
    yield f"  quota   {quota.minute:,} a minute, {quota.day:,} a day"
    if partner.expires:
        verb = "ended" if partner.has_expired(now) else "ends"
        yield f"  {verb:<7} {partner.expires:%Y-%m-%d}"
    for key in partner.keys:
        until = f", until {key.expires:%Y-%m-%d}" if key.expires and not key.revoked else ""
        yield f"  key     {key.id}  {key.state(now)}, since {key.created:%Y-%m-%d}{until}"


def _called(webhook: Callback | None) -> Iterator[str]:
    if webhook:
        at = webhook.ended_at
        ended = f", ended {at:%Y-%m-%d}: it answered 410" if at else ""
        yield f"  webhook {webhook.url}{ended}"


def _copies(copies: list[Copy], head: int) -> Iterator[str]:
    for copy in copies:
        seen = f"{copy.place.at:%Y-%m-%d %H:%M} UTC"
        yield f"  copy    {copy.scope}: change {copy.applied} of {head}, {seen}"


@click.command
@click.argument("name", required=False)
@click.option("--month", metavar="YYYY-MM", help="This month alone.")
@click.option("--csv", "as_csv", is_flag=True, help="For a spreadsheet.")
@json_option
def ledger(name: str | None, month: str | None, *, as_csv: bool, as_json: bool) -> None:
    """Print what the partner NAME, or each, was answered: a line for each day and endpoint."""
    from syndicate import ledgers

    with here.store(here.settings()) as engine:
        found = ledgers.collect(engine, name, month=month)
    if as_json:
        click.echo(json.dumps(ledgers.to_json(found), ensure_ascii=False, indent=2))
    elif as_csv:
        click.echo(ledgers.to_csv(found), nl=False)
    else:
        for row in found:
            size = f"{row.bytes:>15,} bytes"
            click.echo(f"{row.date}  {row.endpoint:<9} {row.requests:>9,} {size}  {row.name}")


def to_json(partner: Partner, now: datetime) -> dict[str, Any]:
    return {
        "name": partner.name,
        "contact": partner.contact,
        "scopes": str(partner.scopes).split(),
        "created": _written(partner.created),
        "expires": _written(partner.expires),
        "terms_version": partner.terms_version,
        "per_minute": partner.per_minute,
        "per_day": partner.per_day,
        "keys": [_key_json(key, now) for key in partner.keys],
    }


def _key_json(key: Key, now: datetime) -> dict[str, Any]:
    dates = {name: _written(getattr(key, name)) for name in ("created", "expires", "revoked")}
    return {"id": key.id, "state": key.state(now), **dates}


def _webhook_json(webhook: Callback | None) -> dict[str, Any] | None:
    if webhook is None:
        return None
    dates = {"created": _written(webhook.created), "ended": _written(webhook.ended_at)}
    return {"url": webhook.url, **dates}


def _copy_json(copy: Copy, head: int) -> dict[str, Any]:
    return {
        "filter": str(copy.scope),
        "seq": copy.applied,
        "behind": head - copy.applied,
        "begun_at": _written(copy.place.begun_at),
        "at": _written(copy.place.at),
    }


def _written(instant: datetime | None) -> str | None:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ") if instant else None
