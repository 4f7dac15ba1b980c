"""`alerts audit`, `alerts release`, `alerts inbound` and `alerts allow`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

import click

from syndicate.cli import here
from syndicate.cli.progress import counting

if TYPE_CHECKING:
    from syndicate.deliver.audit import Audit

_TRY_AGAIN: Final = 75  # EX_TEMPFAIL of sysexits.h: a mail system keeps the mail and comes back


@click.group
def group() -> None:
    """`syndicate worker` sends them; docs/operators.md says how alerts work."""


@group.command
@click.option("--since", default=0, show_default=True, help="Changes after this one only.")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
@click.pass_context
def audit(ctx: click.Context, since: int, *, as_json: bool) -> None:
    """Prove for each change that everybody it concerns was told, was skipped, or waits.

    Reckons anew who it concerned. Exit status 1 where something does not meet.
    """
    from syndicate.deliver import audit as audit_

    settings = here.settings()
    with here.store(settings) as engine, counting("changes") as count:
        found = audit_.audit(engine, since=since, progress=count.reach)
    click.echo(json.dumps(asdict(found), indent=2) if as_json else _told(found))
    ctx.exit(1 if found.faults else 0)


def _told(found: Audit) -> str:
    reasons = ", ".join(f"{number:,} {reason}" for reason, number in sorted(found.skipped.items()))
    return "\n".join(
        [
            f"{found.changes:,} announced changes",
            f"{found.sent:,} sent",
            f"{found.pending:,} pending",
            f"{found.failed:,} failed: every attempt was refused",
            f"{sum(found.skipped.values()):,} skipped{f': {reasons}' if reasons else ''}",
            *found.faults,
            "nothing is missing" if not found.faults else f"{len(found.faults):,} faults",
        ]
    )


@group.command
@click.option("--send", "answer", flag_value="send", help="Send what is due, come what may.")
@click.option("--skip", "answer", flag_value="skip", help="Take what is due for told; go on.")
def release(answer: str | None) -> None:
    """End the hold that a restore puts on alerts, after showing what is known to have gone out."""
    from syndicate.deliver import releasing

    settings = here.settings()
    with here.store(settings) as engine:
        found = releasing.look(engine, now=here.now())
        if found is None:
            click.echo("Alerts are not held.")
            return
        click.echo("\n".join(releasing.told(found)))
        if answer is None:
            answer = _asked()
        if answer == "skip":
            skipped = releasing.skip(engine, now=here.now())
            click.echo(f"Released; {skipped:,} mails that were due are taken for sent.")
        else:
            releasing.send(engine)
            click.echo(f"Released; {found.due:,} mails go out with the next run of the worker.")


def _asked() -> str:
    if not sys.stdin.isatty():
        raise click.UsageError("say --send or --skip")
    question = "Send what is due (some may come twice), or take it for sent (some may be missed)?"
    return str(click.prompt(question, type=click.Choice(["send", "skip"])))


@group.command
@click.argument("recipients", nargs=-1)
@click.pass_context
def inbound(ctx: click.Context, recipients: tuple[str, ...]) -> None:
    """Read one mail from stdin that came to the domain `inbound` of [alerts], for RECIPIENTS.

    A mail server pipes it here: it ends a subscription, or counts a bounce, or means nothing.
    Exit status 75 asks the server to try again later.
    """
    from syndicate import wiring
    from syndicate.errors import StoreError
    from syndicate.subscribing import returning

    settings = here.settings()
    data = sys.stdin.buffer.read()
    try:
        with here.store(settings) as engine:
            keyring = wiring.keyring(settings)
            taken = returning.take_mail(engine, keyring, data, recipients, now=here.now())
    except StoreError as error:
        click.echo(str(error), err=True)
        ctx.exit(_TRY_AGAIN)
    click.echo({"bounce": "a bounce", "leave": "an unsubscription"}.get(taken, "nothing"))


@group.command
@click.argument("address")
@click.pass_context
def allow(ctx: click.Context, address: str) -> None:
    """Let ADDRESS be signed up again, which was erased or had refused our mails."""
    from syndicate import mailbox, wiring
    from syndicate.store import engine as store
    from syndicate.store import people

    settings = here.settings()
    with here.store(settings) as engine, store.recording(engine) as connection:
        digests = wiring.keyring(settings).digests_of(mailbox.parse(address))
        allowed = people.allow(connection, digests)
    click.echo("It can be signed up again." if allowed else "It was not kept out.")
    ctx.exit(0 if allowed else 1)
