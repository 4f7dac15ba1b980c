"""`init` and `new`: a site begins, a summary begins."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syndicate.cli import here

if TYPE_CHECKING:
    from syndicate.definitions import Definitions
    from syndicate.model import Kind, Topic


@click.command
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--title", help="The network's name.")
@click.option("--authority", help="A domain that the network holds: every id is made with it.")
@click.option("--base-url", help="The public address.")
@click.option("--samples", is_flag=True, help="With the demonstration's summaries.")
def init(
    folder: Path, title: str | None, authority: str | None, base_url: str | None, *, samples: bool
) -> None:
    """Ask, at a terminal, for what no option says. No file is overwritten."""
    from syndicate import starter

    owner = starter.Owner(
        title=here.asked(title, "--title", "The network's name"),
        authority=here.asked(authority, "--authority", "Its domain, for ids that never change"),
        base_url=here.asked(
            base_url, "--base-url", "The public address", default="http://127.0.0.1:8000"
        ),
    )
    written = starter.start_site(folder, owner, now=here.now(), samples=samples)
    click.echo(f"Wrote {len(written)} files into {folder}. Now look at feeds/network.toml, then:")
    click.echo(f"  cd {folder}\n  syndicate db upgrade\n  syndicate new\n  syndicate publish")
    click.echo("  syndicate serve")


@click.command
@click.option("--title", help="Its title, in plain words.")
@click.option("--topic", "topics", multiple=True, help="A topic's slug; may be repeated.")
@click.option("--kind", help="The slug of the kind of research.")
@click.option("--doi", help="The DOI of the article.")
@click.option(
    "--form", type=click.Choice(["research", "announcement"]), default="research", show_default=True
)
def new(
    title: str | None, topics: tuple[str, ...], kind: str | None, doi: str | None, form: str
) -> None:
    """Ask, at a terminal, for what no option says. The file is a draft until you say otherwise."""
    from syndicate import starter

    settings = here.settings()
    definitions = here.definitions(settings)
    title = here.asked(title, "--title", "Title")
    if not topics:
        _tell("topics", definitions.topics)
        read = partial(_topics, definitions)
        topics = tuple(here.asked(None, "--topic", "Topics", default="", read=read).split())
    if form == "research":
        if not kind:
            _tell("kinds of research", definitions.kinds)
        read = partial(_kind, definitions)
        kind = here.asked(kind, "--kind", "Kind of research", default="", read=read)
        doi = here.asked(doi, "--doi", "DOI of the article", default="", read=_doi)
    path = starter.start_summary(
        settings.site,
        definitions,
        title=title,
        topics=topics,
        kind=kind or None,
        doi=doi or None,
        form="research" if form == "research" else "announcement",
        now=here.now(),
    )
    click.echo(settings.site / path)
    if sys.stdin.isatty():
        click.echo(f"A draft. Look at it while you write: syndicate preview {path}", err=True)


def _tell(what: str, known: Iterable[Topic | Kind]) -> None:
    """Say, to a person, what can be answered."""
    if sys.stdin.isatty():
        slugs = textwrap.fill(", ".join(one.slug for one in known), break_on_hyphens=False)
        click.echo(f"\nThe {what}; Enter leaves it open for now:\n{slugs}", err=True)


def _topics(definitions: Definitions, answer: str) -> str:
    return " ".join(definitions.topic(slug).slug for slug in answer.replace(",", " ").split())


def _kind(definitions: Definitions, answer: str) -> str:
    return definitions.kind(answer.strip()).slug if answer.strip() else ""


def _doi(answer: str) -> str:
    from syndicate.editorial.citation import normalise_doi

    return normalise_doi(answer) if answer.strip() else ""
