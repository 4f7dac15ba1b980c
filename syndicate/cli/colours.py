"""Colour on a terminal, for those who want it (no-color.org); nowhere else."""

from __future__ import annotations

import os
import sys
from typing import Final, TextIO

import click

OF_ACTS: Final = {
    "new": "green",
    "restored": "green",
    "corrected": "yellow",
    "cosmetic": "cyan",
    "renamed": "cyan",
    "scheduled": "blue",
    "unscheduled": "blue",
    "withdrawn": "red",
}
"""Of what `diff` and `publish` say first in a line; what is not here stays as it is."""


def is_wanted(stream: TextIO | None = None) -> bool:
    """Tell whether colour may be written: to a terminal that knows it, unless NO_COLOR is set."""
    to = stream or sys.stdout
    return to.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def of_act(word: str, *, wanted: bool) -> str:
    """Return a word in the colour of what it says."""
    colour = OF_ACTS.get(word.strip())
    return click.style(word, fg=colour) if wanted and colour else word


def of_problem(place: str, severity: str, *, wanted: bool) -> str:
    """Return the place of a problem, red for an error and yellow for a warning."""
    return click.style(place, fg="red" if severity == "error" else "yellow") if wanted else place
