"""What a summary's file says, as summary.py reads it: light to import, for those who do not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from syndicate.errors import Problem
from syndicate.model import State, Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A summary, and what is known of its file.

    `digest` is the SHA-256 of the bytes, in hexadecimal. `lines` gives the line of every key by
    its place: "title", "findings.0.value", "corrections.1.date"; "" is the text below them.
    `numbers` gives the first line of every number of the text, and how it is written there.
    """

    summary: Summary
    warnings: tuple[Problem, ...]
    digest: str
    lines: Mapping[str, int]
    numbers: Mapping[str, tuple[int, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """What a file would be if it were published now: a draft too. `summary` is None for errors.

    `state` is what the file says that it is at present.
    """

    path: str
    summary: Summary | None
    problems: tuple[Problem, ...]
    state: State | None = None
