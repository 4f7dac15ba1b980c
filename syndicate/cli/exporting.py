"""`export static`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from syndicate.cli import here
from syndicate.cli.progress import counting


@click.group
def group() -> None:
    """For web servers and object stores that run no program."""


@group.command
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--json", "as_json", is_flag=True, help="For a program.")
@click.pass_context
def static(ctx: click.Context, folder: Path, *, as_json: bool) -> None:
    """Write feeds, pages and old addresses into FOLDER, with what to tell nginx.

    FOLDER is new, empty, or that of an earlier export, which is brought up to date. Exit status 1
    where a page leads to nothing.
    """
    from syndicate.publish import background
    from syndicate.web.export import export

    settings = here.settings()
    with here.store(settings) as engine, counting("exporting") as count:
        while background.add_codings(engine, here.now()):
            count.reach(0)
        found = export(settings, folder, progress=count.reach)
    if as_json:
        click.echo(json.dumps(asdict(found), indent=2))
    else:
        told = f"{found.files:,} files, {found.changed:,} changed, {found.removed:,} removed"
        click.echo(f"{told}: {folder}")
    for path in found.dead:
        click.echo(f"{path}: a page leads here, and nothing is here", err=True)
    ctx.exit(1 if found.dead else 0)
