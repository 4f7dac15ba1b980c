"""The texts of mails: what is HTML is escaped, and what a text lacks is an error."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import jinja2


def render(name: str, context: Mapping[str, object]) -> str:
    """Return a text of this folder, filled."""
    return _environment().get_template(name).render(context)


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=jinja2.select_autoescape(["html"]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def source(name: str) -> str:
    """Return a text of this folder as it stands there."""
    return (Path(__file__).parent / name).read_text("utf-8")
