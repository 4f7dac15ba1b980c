"""How long the program takes to start: `syndicate --help` beside a bare click program."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from bench.grounds import REPOSITORY, SYNDICATE
from bench.measuring import Sample, Table, interleave, ran

LEAST = 20
"""Rounds: a start is short, so its median needs more of them."""

_BARE = """
import click

@click.group()
def main() -> None:
    "A program."

@main.command()
def publish() -> None:
    "Publish."

main()
"""


def measure(rounds: int, _size: int) -> Iterator[Table]:
    """Yield the tables of this group."""
    path = {"PYTHONPATH": str(REPOSITORY)}

    def run(*command: str) -> Sample:
        return ran(command, environment=path)

    taken = interleave(
        {
            "python": lambda _: run(sys.executable, "-c", "pass"),
            "click": lambda _: run(sys.executable, "-c", _BARE, "--help"),
            "syndicate": lambda _: run(*SYNDICATE, "--help"),
            "publishing": lambda _: run(sys.executable, "-c", IMPORTS),
        },
        max(rounds, LEAST),
    )
    table = Table("Starting, whole processes")
    click = taken["click"]
    table.add("python, nothing", taken["python"], click)
    table.add("a bare click program, --help", click)
    table.add("syndicate --help", taken["syndicate"], click, goal="< 1.5")
    table.add("python and what `publish` imports", taken["publishing"], click)
    yield table


IMPORTS = (
    "import syndicate.cli, syndicate.cli.publishing, syndicate.wiring, syndicate.publish, "
    "syndicate.definitions, syndicate.store.upgrade, syndicate.cli.outcomes"
)
"""The floor of every `syndicate publish`: what it must import before it does anything."""
