"""`--watch`: publishes a file as soon as it is saved. The operating system tells which it was.

A full scan comes first, so that nothing saved before is missed; after that only named files are
read, whatever the size of the tree.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from watchfiles import watch as changes

from syndicate import definitions
from syndicate.definitions import Definitions
from syndicate.errors import SyndicateError
from syndicate.publish import Options, Outcome, publish
from syndicate.store.engine import Engine

log = logging.getLogger(__name__)
QUIET_MS = 20
"""An editor that saves in several steps is waited for so long."""

Told = Callable[[Outcome | SyndicateError], None]


def saved(folder: Path, stop: threading.Event) -> Iterator[set[str] | None]:
    """Yield the paths of the site that were saved, each time some were, until `stop` is set.

    None stands for everything: at first, so that nothing saved before is missed, and where a file
    of feeds/ was saved or a whole folder went away.
    """
    folder = folder.resolve()
    arrivals = changes(
        folder / "content",
        folder / "feeds",
        debounce=QUIET_MS,
        step=5,
        rust_timeout=500,
        yield_on_timeout=True,
        stop_event=stop,
        raise_interrupt=False,
    )
    next(arrivals)  # the watch is set up before the tree is read: nothing falls between
    yield None
    for arrived in arrivals:
        found = [file for _change, path in arrived for file in _files(Path(path))]
        paths = {path.relative_to(folder).as_posix() for path in found}
        gone = any(not path.suffix and not path.exists() for path in found)  # a whole folder
        if gone or any(path.startswith("feeds/") for path in paths):
            yield None
        elif paths:
            yield paths


def watch(
    engine: Engine,
    folder: Path,
    *,
    base_url: str | None,
    clock: Callable[[], datetime],
    told: Told,
    stop: threading.Event,
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Publish until `stop` is set; `told` hears of every publish and every error."""
    publisher = _Publisher(engine, folder.resolve(), base_url, clock, told)
    for paths in saved(folder, stop):
        if paths is None:
            publisher.publish_all()
        else:
            publisher.publish(paths)
        ready()


def _files(path: Path) -> Iterator[Path]:
    """Yield a path; for a folder what is in it, which was saved before the folder was watched."""
    yield path
    if path.is_dir():
        yield from path.rglob("*.md")


@dataclass(slots=True)
class _Publisher:
    """Publishes again and again, with the definitions as they were last good."""

    engine: Engine
    folder: Path
    base_url: str | None
    clock: Callable[[], datetime]
    told: Told
    present: Definitions | None = None
    refused: set[str] = field(default_factory=set)  # files to try again with the next that is saved

    def publish_all(self) -> None:
        try:
            self.present = definitions.load(self.folder, base_url=self.base_url)
        except SyndicateError as error:
            self.told(error)
        else:
            self.publish(None)

    def publish(self, only: set[str] | None) -> None:
        if self.present is None:
            return
        options = Options(only=None if only is None else only | self.refused)
        try:
            outcome = publish(
                self.engine, self.folder, self.present, now=self.clock(), options=options
            )
        except SyndicateError as error:
            self.told(error)
            return
        except Exception as error:  # what nobody foresaw must not end the watch
            log.exception("a publish failed; the watch goes on")
            self.told(SyndicateError(f"a publish failed: {error}", "see the log"))
            return
        self.refused = {problem.path for problem in outcome.problems}
        if outcome.steps or outcome.documents or outcome.problems:
            self.told(outcome)
