"""`check`: everything that is wrong with the files, for a person, a program or a git host."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from syndicate.cli import colours, here
from syndicate.cli.progress import counting

if TYPE_CHECKING:
    from syndicate.config import Settings
    from syndicate.editorial.checking import Checking, Report


@click.command
@click.option(
    "--format",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="For a person, a program, or as remarks beside the lines of a change on GitHub.",
)
@click.option("--watch", is_flag=True, help="Go on: check again whenever a file is saved.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of the front matter instead.")
@click.pass_context
def check(ctx: click.Context, format: str, *, schema: bool, watch: bool) -> None:
    """Needs no store. Exit status 1 where a file has an error; warnings are no errors."""
    from syndicate.editorial import checking

    if schema:
        click.echo(_schema())
        return
    render = {
        "text": _text,
        "json": checking.render_json,
        "github": checking.render_github,
    }
    if watch:
        _watch(render[format])
        return
    _, report = _everything(here.settings())
    click.echo(render[format](report), nl=False)
    ctx.exit(1 if report.errors else 0)


def _text(report: Report) -> str:
    """Return the report for a person: with the places of problems in colour, at a terminal."""
    from syndicate.editorial import checking

    lines = checking.render_text(report).splitlines()
    for number, problem in enumerate(report.problems):
        place, colon, told = lines[number].partition(": ")
        place = colours.of_problem(place, problem.severity, wanted=colours.is_wanted())
        lines[number] = f"{place}{colon}{told}"
    return "\n".join([*lines, ""])


def _watch(render: Callable[[Report], str]) -> None:
    """Print the report of the whole site, and again after each save that changes it."""
    from syndicate.publish import watching

    settings = here.settings()
    stop = here.stopped()
    click.echo(f"watching {settings.site}; Ctrl-C ends it", err=True)
    shown, checker = "", None
    for paths in watching.saved(settings.site, stop):
        if paths is None or checker is None:
            checker, report = _everything(settings)
        else:
            report = checker.again(paths)
        text = render(report)
        if text != shown:
            click.echo(f"-- {here.now():%H:%M:%S} UTC", err=True)
            click.echo(text, nl=False)
            shown = text


def _everything(settings: Settings) -> tuple[Checking | None, Report]:
    from syndicate.editorial import checking
    from syndicate.errors import DefinitionError

    try:
        checker = checking.Checking(settings.site, here.definitions(settings))
    except DefinitionError as error:  # without feeds/ no file can be judged
        return None, checking.Report(files=0, problems=error.problems)
    with counting("checking") as count:
        return checker, checker.everything(progress=count.reach)


def _schema() -> str:
    import json

    from syndicate.editorial.schema import front_matter_schema

    return json.dumps(front_matter_schema(here.definitions(here.settings())), indent=2)
