"""`import feed`, `import wxr` and `import page`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syndicate.cli import here
from syndicate.cli.progress import counting

if TYPE_CHECKING:
    from syndicate.config import Settings
    from syndicate.importing.report import Report

_dry_run = click.option("--dry-run", is_flag=True, help="Write nothing; say what would be written.")
_as_json = click.option("--json", "as_json", is_flag=True, help="For a program.")


@click.group
def group() -> None:
    """Keep the ids and dates that entries came with.

    Each entry becomes a file that an editor can finish, marked as `backfill`, so that nobody is
    told of it as news. What is here already is left alone.
    """


@group.command
@click.argument("source", metavar="URL-OR-FILE")
@_dry_run
@_as_json
def feed(source: str, *, dry_run: bool, as_json: bool) -> None:
    """Import a feed: RSS 0.9x to 2.0 or Atom, from the web or from a file."""
    from syndicate.importing.feed import import_feed

    settings = here.settings()
    definitions = here.definitions(settings)
    raw, address, media_type = _load(source, settings)
    with counting("importing") as count:
        report = import_feed(
            raw,
            address=address,
            media_type=media_type,
            site=settings.site,
            definitions=definitions,
            now=here.now(),
            dry_run=dry_run,
            progress=count.reach,
        )
    _show(report, as_json=as_json)


@group.command
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@_dry_run
@_as_json
def wxr(file: Path, *, dry_run: bool, as_json: bool) -> None:
    """Import an export of WordPress (Tools, Export, All content)."""
    from syndicate.importing.wxr import import_wxr

    settings = here.settings()
    definitions = here.definitions(settings)
    with counting("importing") as count:
        report = import_wxr(
            file,
            site=settings.site,
            definitions=definitions,
            now=here.now(),
            dry_run=dry_run,
            progress=count.reach,
        )
    _show(report, as_json=as_json)


@group.command
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--address", default="", help="Where the page stood, if it does not say so.")
@click.option(
    "--month",
    default="",
    metavar="YYYY-MM",
    help="Which month it shows, if its title does not say so.",
)
@_dry_run
@_as_json
def page(file: Path, *, address: str, month: str, dry_run: bool, as_json: bool) -> None:
    """Import a saved HTML page that shows several entries.

    A blog's archive of a month is one. A feed or an export says more: take this where there is
    neither.
    """
    from syndicate.importing.page import Known, import_page

    settings = here.settings()
    definitions = here.definitions(settings)
    with counting("importing") as count:
        report = import_page(
            file,
            site=settings.site,
            definitions=definitions,
            now=here.now(),
            known=Known(address=_web_address(address), month=_month(month)),
            dry_run=dry_run,
            progress=count.reach,
        )
    _show(report, as_json=as_json)


def _web_address(text: str) -> str:
    if text and not text.startswith(("http://", "https://")):
        raise click.UsageError("--address begins with https:// or http://")
    return text


def _month(text: str) -> str:
    if text and not re.fullmatch(r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])", text, re.ASCII):
        raise click.UsageError("--month is written 2021-04")
    return text


def _load(source: str, settings: Settings) -> tuple[bytes, str, str]:
    """Return a feed's bytes, where they come from, and as what they were served."""
    if not source.startswith(("http://", "https://")):
        return Path(source).read_bytes(), Path(source).absolute().as_uri(), ""
    from syndicate import outgoing
    from syndicate.errors import FetchError

    guard = outgoing.Guard(allow_loopback=settings.allow_loopback)
    found = outgoing.fetch(source, guard=guard)
    if found.status != 200:
        raise FetchError(f"{source} answers {found.status}", "look at it in a browser")
    return found.body, found.url, found.media_type


def _show(report: Report, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(report.to_json(), ensure_ascii=False, indent=2))
    else:
        click.echo(report.render_text())
