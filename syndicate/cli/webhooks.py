"""`webhook add`, `list`, `rotate`, `remove` and `replay`."""

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
    """Each is called, signed, within seconds of a change; `worker` or `serve` makes the calls."""


@group.command
@click.argument("name")
@click.argument("url")
def add(name: str, url: str) -> None:
    """Register the callback URL under NAME and print the secret that signs its calls.

    It hears of what changes from now on. Give the secret to whoever runs the callback.
    """
    from syndicate.webhooks import registering

    with here.store(here.settings()) as engine:
        made = registering.add(engine, name, url, now=here.now())
    click.echo(f"Added {made.name}. Calls are signed with this secret:", err=True)
    click.echo(made.secret)


@group.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def list_(*, as_json: bool) -> None:
    """List the webhooks and what became of their calls; no secret is shown."""
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
        click.echo(f"{one['name']} · {one['url']} · planned up to change {one['seq']}{ended}")
        click.echo(f"  {one['sent']} sent, {waits} waiting, {one['failed']} failed")


def _shown(one: Callback, counts: Any) -> dict[str, Any]:  # noqa: ANN401 - state: number
    states = ("sent", "queued", "sending", "failed", "skipped")
    return {
        "name": one.name,
        "url": one.url,
        "seq": one.seq,
        "created": one.created.isoformat(),
        "two_secrets_until": one.former_until.isoformat() if one.former_until else None,
        "ended": one.ended_at.isoformat() if one.ended_at else None,
    } | {state: counts.get(state, 0) for state in states}


@group.command
@click.argument("name")
@click.option(
    "--overlap", default=7, show_default=True, type=click.IntRange(0, 365), metavar="DAYS",
    help="How long the secret before signs too.",
)  # fmt: skip
def rotate(name: str, overlap: int) -> None:
    """Make another secret for the webhook NAME and print it; both sign during the overlap."""
    from syndicate.webhooks import registering

    with here.store(here.settings()) as engine:
        made = registering.rotate(engine, name, now=here.now(), overlap=timedelta(days=overlap))
    told = f"The one before signs for {overlap} more days." if overlap else "It alone signs now."
    click.echo(f"Another secret for {made.name}. {told}", err=True)
    click.echo(made.secret)


@group.command
@click.argument("name")
def remove(name: str) -> None:
    """Remove the webhook NAME; what still waits for it is dropped."""
    from syndicate.webhooks import registering

    with here.store(here.settings()) as engine:
        registering.remove(engine, name)
    click.echo(f"Removed {name}.")


@group.command
@click.argument("name")
@click.option("--since", type=click.IntRange(0), metavar="SEQ", help="Every change after this one.")
def replay(name: str, since: int | None) -> None:
    """Call the webhook NAME again for what failed for good; one that ended is called again.

    With --since for every change after that number, whether it was told or not.
    """
    from syndicate.webhooks import registering

    with here.store(here.settings()) as engine:
        count = registering.replay(engine, name, now=here.now(), since=since)
    click.echo(f"{count} {'call is' if count == 1 else 'calls are'} due again.")
