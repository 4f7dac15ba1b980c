"""`publish` and `diff`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from syndicate.cli import here, outcomes
from syndicate.cli.progress import counting

if TYPE_CHECKING:
    from syndicate.config import Settings
    from syndicate.errors import SyndicateError
    from syndicate.publish import Outcome
    from syndicate.store.engine import Engine

_as_json = click.option("--json", "as_json", is_flag=True, help="For a program.")
_withdraw_missing = click.option(
    "--withdraw-missing", is_flag=True, help="Withdraw published summaries whose files are gone."
)


@click.command
@_as_json
@_withdraw_missing
@click.pass_context
def diff(ctx: click.Context, *, as_json: bool, withdraw_missing: bool) -> None:
    """Write nothing; end with exit status 1 where `publish` would refuse a file."""
    from syndicate import publish as publish_

    settings = here.settings()
    definitions = here.definitions(settings)
    with here.store(settings) as engine, counting("reading") as count:
        options = publish_.Options(withdraw_missing=withdraw_missing, progress=count.reach)
        found = publish_.diff(engine, settings.site, definitions, now=here.now(), options=options)
    outcomes.show(found, as_json=as_json)
    ctx.exit(outcomes.status(found))


@click.command
@click.argument("paths", nargs=-1)
@_withdraw_missing
@click.option("--all-or-nothing", is_flag=True, help="Publish nothing where one file is wrong.")
@click.option("--watch", is_flag=True, help="Go on: publish each file as soon as it is saved.")
@click.option("--due", is_flag=True, help="Only what was scheduled and is due; needs no files.")
@_as_json
@click.pass_context
def publish(
    ctx: click.Context,
    paths: tuple[str, ...],
    *,
    withdraw_missing: bool,
    all_or_nothing: bool,
    watch: bool,
    due: bool,
    as_json: bool,
) -> None:
    """PATHS name files of the site; nothing else is looked at then.

    A file with an error keeps its published version and holds back no other. Exit status 1 where a
    file was refused.
    """
    settings = here.settings()
    with here.store(settings) as engine:
        if watch:
            _watch(engine, settings, as_json=as_json)
            return
        if due:
            outcome = _due(engine)
        else:
            outcome = _publish(
                engine,
                settings,
                paths,
                withdraw_missing=withdraw_missing,
                all_or_nothing=all_or_nothing,
            )
        _date(engine)
    outcomes.show(outcome, as_json=as_json)
    ctx.exit(outcomes.status(outcome))


def _date(engine: Engine) -> None:
    """Date the changes for harvesters where no `serve` runs; it would, a second later."""
    from syndicate.publish.dating import Dating

    Dating(engine, here.now).catch_up()


def _due(engine: Engine) -> Outcome:
    from syndicate import publish as publish_

    return publish_.publish_due(engine, now=here.now())


def _publish(
    engine: Engine,
    settings: Settings,
    paths: tuple[str, ...],
    *,
    withdraw_missing: bool,
    all_or_nothing: bool,
) -> Outcome:
    from syndicate import publish as publish_

    with counting("reading") as count:
        options = publish_.Options(
            only=here.paths(settings, paths) if paths else None,
            withdraw_missing=withdraw_missing,
            all_or_nothing=all_or_nothing,
            progress=count.reach,
        )
        definitions = here.definitions(settings)
        return publish_.publish(engine, settings.site, definitions, now=here.now(), options=options)


def _watch(engine: Engine, settings: Settings, *, as_json: bool) -> None:
    from syndicate.editorial import summary as _summary  # noqa: F401 - is to be there when memory settles
    from syndicate.publish import memory, watching

    stop = here.stopped()
    memory.settle()
    click.echo(f"watching {settings.site}; Ctrl-C ends it", err=True)
    watching.watch(
        engine,
        settings.site,
        base_url=settings.base_url,
        clock=here.now,
        told=partial(tell, as_json=as_json),
        stop=stop,
    )


def tell(what: Outcome | SyndicateError, *, as_json: bool = False) -> None:
    """Print what became of one publish of many."""
    from syndicate.errors import SyndicateError

    if isinstance(what, SyndicateError):
        click.echo(str(what), err=True)
    else:
        outcomes.show(what, as_json=as_json)
