"""The whole site as files, for any web server or object store: `syndicate export static`.

The files are what the application answers, asked within this process, so a feed's bytes are those
that `syndicate serve` sends. asking.py asks, reaching.py knows what there is to ask for, tree.py
writes, nginx.py says to nginx with which headers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from syndicate.config import Settings
from syndicate.errors import StoreError
from syndicate.web import application
from syndicate.web.export import nginx
from syndicate.web.export.asking import Answer, Asker
from syndicate.web.export.reaching import Reach
from syndicate.web.export.tree import Tree
from syndicate.web.snapshot import require

Progress = Callable[[int], None]
_ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written: counts of files, and `dead`, which pages lead to but nothing answers."""

    files: int
    changed: int
    removed: int
    generation: int
    dead: tuple[str, ...]


def export(settings: Settings, folder: Path, progress: Progress = lambda _n: None) -> Exported:
    """Write the published site into `folder`; what is there from an earlier export is renewed.

    StoreError where nothing has been published, ExportError where the folder is something else's.
    """
    tree = Tree(folder)
    app = application.make(settings, is_live=False)
    try:
        for _ in range(_ATTEMPTS):
            # a first look tells what is wrong with the store in words
            with app.generations.reading() as (_connection, snapshot):
                definitions = require(snapshot)
            asker = Asker(app, definitions.network.base_url)
            answers, dead = _gather(Reach(app.generations, asker), tree, progress)
            if app.generations.look() and app.generations.current.generation == snapshot.generation:
                tree.write_text("nginx.conf", nginx.configuration(answers))
                changed, removed = tree.finish(answers)
                return Exported(
                    files=tree.count,
                    changed=changed,
                    removed=removed,
                    generation=snapshot.generation,
                    dead=tuple(dead),
                )
    finally:
        app.close()
    raise StoreError("others publish faster than this can be exported", "try again")


def _gather(reach: Reach, tree: Tree, progress: Progress) -> tuple[list[Answer], list[str]]:
    """Ask for everything and write it; return the answers without bodies, and what is dead."""
    answers: list[Answer] = []
    dead: list[str] = []
    tree.begin()
    for done, answer in enumerate(reach.everything(), 1):
        if answer.status == 404 and not answer.path.endswith(reach.NOT_FOUND):
            dead.append(answer.path)
            continue
        answers.append(tree.write(answer))
        progress(done)
    return answers, dead
