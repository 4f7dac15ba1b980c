"""`check`: everything that is wrong with the files, for a person, a program or a git host."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from syndicate.cli import here
from syndicate.cli.progress import counting

if TYPE_CHECKING:
    from syndicate.editorial.checking import Report


@click.command
@click.option(
    "--format",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="For a person, a program, or as remarks beside the lines of a change on GitHub.",
)
@click.option("--schema", is_flag=True, help="Print the JSON Schema of the front matter instead.")
@click.pass_context
def check(ctx: click.Context, format: str, *, schema: bool) -> None:
    """Needs no store. Exit status 1 where a file has an error; warnings are no errors."""
    from syndicate.editorial import checking

    if schema:
        click.echo(_schema())
        return
    report = _report()
    render = {
        "text": checking.render_text,
        "json": checking.render_json,
        "github": checking.render_github,
    }
    click.echo(render[format](report), nl=False)
    ctx.exit(1 if report.errors else 0)


def _report() -> Report:
    from syndicate.editorial import checking
    from syndicate.errors import DefinitionError

    settings = here.settings()
    try:
        definitions = here.definitions(settings)
    except DefinitionError as error:  # without feeds/ no file can be judged
        return checking.Report(files=0, problems=error.problems)
    with counting("checking") as count:
        return checking.check(settings.site, definitions, progress=count.add)


def _schema() -> str:
    import json

    from syndicate.editorial.schema import front_matter_schema

    return json.dumps(front_matter_schema(here.definitions(here.settings())), indent=2)
