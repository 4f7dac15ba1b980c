"""`withdraw` and `restore`: edit one summary's file and publish it."""

from __future__ import annotations

from typing import get_args

import click

from syndicate.cli import here, outcomes
from syndicate.model import WithdrawalReason


@click.command
@click.argument("slug")
@click.option("--reason", type=click.Choice(get_args(WithdrawalReason)), required=True)
@click.option("--note", default="", help="What readers are told besides.")
@click.option("--replaced-by", metavar="SLUG", help="The summary to read instead.")
def withdraw(slug: str, reason: WithdrawalReason, note: str, replaced_by: str | None) -> None:
    """Edit the file of SLUG and publish it alone.

    Its address then answers 410, its entries become tombstones, and a notice tells of it. For the
    reason `legal` the notice says neither title nor note.
    """
    from syndicate.publish import editing

    settings = here.settings()
    definitions = here.definitions(settings)
    with here.store(settings) as engine:
        outcome = editing.withdraw(
            engine,
            settings.site,
            definitions,
            slug,
            reason=reason,
            note=note,
            replaced_by=replaced_by,
            now=here.now(),
        )
    outcomes.show(outcome)


@click.command
@click.argument("slug")
@click.option("--note", default="", help="Why it is back; readers are told.")
def restore(slug: str, note: str) -> None:
    """Edit the file of SLUG, adding a correction that tells of it, and publish it alone."""
    from syndicate.publish import editing

    settings = here.settings()
    definitions = here.definitions(settings)
    with here.store(settings) as engine:
        outcome = editing.restore(
            engine, settings.site, definitions, slug, note=note, now=here.now()
        )
    outcomes.show(outcome)
