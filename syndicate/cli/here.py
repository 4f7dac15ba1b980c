"""What commands begin with: the time, the settings, the site's definitions, the open store."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syndicate import config
from syndicate.config import Settings
from syndicate.errors import SyndicateError

if TYPE_CHECKING:
    from syndicate.definitions import Definitions
    from syndicate.store.engine import Engine


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def stopped() -> threading.Event:
    """Return an event that SIGTERM and Ctrl-C set from now on, instead of ending the process."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def settings() -> Settings:
    """Read the environment. SettingsError lists all that is wrong with it."""
    return config.load(os.environ, cwd=Path.cwd())


def definitions(here: Settings) -> Definitions:
    """Read feeds/ of the site. DefinitionError lists all that is wrong with it."""
    from syndicate import definitions as definitions_

    return definitions_.load(here.site, base_url=here.base_url)


@contextmanager
def database(here: Settings) -> Iterator[Engine]:
    """Open the store's database, whatever is in it."""
    from syndicate import wiring

    wired = wiring.wire(here)
    try:
        yield wired.engine
    finally:
        wired.close()


@contextmanager
def store(here: Settings) -> Iterator[Engine]:
    """Open the store. StoreError, with the remedy, unless its tables are those we need."""
    from syndicate.store import upgrade

    with database(here) as engine:
        upgrade.require_current(engine)
        yield engine


def published(engine: Engine, here: Settings) -> Definitions:
    """Return the published definitions; before the first publish, those of the site."""
    from syndicate.store import engine as store_
    from syndicate.store import site

    with store_.reading(engine) as connection:
        if any(name.endswith(".toml") for name in site.get_values(connection)):
            return site.get_definitions(connection)
    return definitions(here)


def paths(here: Settings, given: Iterable[str]) -> list[str]:
    """Return files' paths as the site has them; they may be named from here or from the site.

    A folder stands for the files in it.
    """
    found = []
    for name in given:
        path = _in_site(here.site, name)
        files = path.rglob("*.md") if path.is_dir() else [path]
        found += [file.relative_to(here.site).as_posix() for file in files]
    return found


def _in_site(site: Path, name: str) -> Path:
    for folder in (Path.cwd(), site):
        path = Path(os.path.abspath(folder / name))  # noqa: PTH100 - links are not followed
        if path.is_relative_to(site):
            return path
    raise click.UsageError(f"{name} is not in the site {site}")


def asked(
    value: str | None,
    option: str,
    question: str,
    *,
    default: str | None = None,
    read: Callable[[str], str] = str,
) -> str:
    """Return an option's value; ask for it at a terminal, take its default elsewhere.

    `read` returns what an answer means; after a SyndicateError of it the question is asked again.
    """

    def understood(answer: str) -> str:
        try:
            return read(answer)
        except SyndicateError as error:
            raise click.UsageError(str(error)) from error

    if value and value.strip():
        return value
    if sys.stdin.isatty():
        shown = bool(default)
        return str(
            click.prompt(question, default=default, show_default=shown, value_proc=understood)
        )
    if default is None:
        raise click.UsageError(f"{option} is missing")
    return default
