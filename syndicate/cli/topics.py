"""`topics rename` and `topics merge`."""

from __future__ import annotations

import click

from syndicate.cli import here, outcomes


@click.group
def group() -> None:
    """Edit feeds/topics.toml and publish, in one transaction. Old addresses lead to the new."""


@group.command
@click.argument("old")
@click.argument("new")
@click.option("--label", help="As pages and feeds show it.")
@click.option("--label-fr", help="As French pages and mails show it.")
def rename(old: str, new: str, label: str | None, label_fr: str | None) -> None:
    """Give the topic OLD the slug NEW.

    Its feed keeps its id and its subscribers.
    """
    from syndicate.publish import topics

    settings = here.settings()
    with here.store(settings) as engine:
        outcome = topics.rename(
            engine,
            settings.site,
            old,
            new,
            label=label,
            label_fr=label_fr,
            base_url=settings.base_url,
            now=here.now(),
        )
    outcomes.show(outcome)
    if label and not label_fr:
        click.echo("The French label stays as it is; --label-fr gives another.", err=True)


@group.command
@click.argument("old")
@click.argument("into")
def merge(old: str, into: str) -> None:
    """Make the topic OLD a part of the topic INTO.

    INTO takes over its summaries; its addresses lead there, and with them its subscribers.
    """
    from syndicate.publish import topics

    settings = here.settings()
    with here.store(settings) as engine:
        outcome = topics.merge(
            engine, settings.site, old, into, base_url=settings.base_url, now=here.now()
        )
    outcomes.show(outcome)
