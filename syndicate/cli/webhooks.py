"""`webhook list`, `rotate`, `remove` and `replay`; `partner add --webhook` makes one."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from syndicate.cli import here

if TYPE_CHECKING:
    from syndicate.store.callbacks import Callback


@click.group
def group() -> None:
    """Each is a partner's, and is called within seconds of a change by `worker` or `serve`."""


@group.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def list_(*, as_json: bool) -> None:
    """List the partners' webhooks and what became of their calls; no secret is shown."""
    from syndicate.store import callbacks
    from syndicate.store import engine as store

    with here.store(here.settings()) as engine, store.reading(engine) as connection:
        counts = callbacks.count_calls(connection)
        found = [_shown(one, counts.get(one.id, {})) for one in callbacks.list_all(connection)]
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for one in found:
        waits = one["queued"] + one["sending"]
        ended = f" · ended {one['ended']}: it answered 410" if one["ended"] else ""
        click.echo(f"{one['partner']} · {one['url']} · planned up to change {one['seq']}{ended}")
        click.echo(f"  {one['sent']} sent, {waits} waiting, {one['failed']} failed")


def _shown(one: Callback, counts: Any) -> dict[str, Any]:  # noqa: ANN401 - state: number
    states = ("sent", "queued", "sending", "failed", "skipped")
    dates = {
        "created": one.created,
        "two_secrets_until": one.former_until,
        "rests_until": one.rests_until,
        "ended": one.ended_at,
    }
    return {
        "partner": one.name,
        "url": one.url,
        "seq": one.seq,
        **{name: date.isoformat() if date else None for name, date in dates.items()},
        **{state: counts.get(state, 0) for state in states},
    }


@group.command
@click.argument("partner")
@click.option(
    "--overlap", default=7, show_default=True, type=click.IntRange(0, 365), metavar="DAYS",
    help="How long the secret before signs too.",
)  # fmt: skip
def rotate(partner: str, overlap: int) -> None:
    """Make another secret for the webhook of PARTNER and print it; both sign in the overlap."""
    from syndicate.webhooks import registering

    with here.store(here.settings()) as engine:
        lasting = timedelta(days=overlap)
        secret = registering.rotate(engine, partner, now=here.now(), overlap=lasting)
    told = f"The one before signs for {overlap} more days." if overlap else "It alone signs now."
    click.echo(f"Another secret for the webhook of {partner}. {told}", err=True)
    click.echo(secret)


@group.command
@click.argument("partner")
def remove(partner: str) -> None:
    """Remove the webhook of PARTNER, whose keys stay; what still waits for it is dropped."""
    from syndicate.webhooks import registering

    with here.store(here.settings()) as engine:
        registering.remove(engine, partner)
    click.echo(f"Removed the webhook of {partner}.")


@group.command
@click.argument("partner")
@click.option("--since", type=click.IntRange(0), metavar="SEQ", help="What changed after this.")
def replay(partner: str, since: int | None) -> None:
    """Call PARTNER again for what failed for good; a webhook that ended is called again.

    With --since for what has changed after that number, whether it was told or not.
    """
    from syndicate.webhooks import registering

    with here.store(here.settings()) as engine:
        count = registering.replay(engine, partner, now=here.now(), since=since)
    click.echo(f"{count} {'call is' if count == 1 else 'calls are'} due again.")
