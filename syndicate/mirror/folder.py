"""The files of a copy in a folder: one for each entry. They follow the rows of a SQLite file.

    entries/3f/mindfulness-and-empathy-3f0a….json     an entry, for people and programs
    .mirror/copy.sqlite                               the copy itself, and where it stands

The rows say which files are to follow, in the transaction that changes them. Whoever dies before a
file was written, or before it is said that it was, leaves the id there; the next run writes it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

import orjson

from syndicate.errors import CopyError
from syndicate.store import mirrored
from syndicate.store.engine import Connection, Engine
from syndicate.store.mirrored import Held

HIDDEN: Final = ".mirror"
ENTRIES: Final = "entries"
_NAME: Final = re.compile(r"[a-z0-9-]{1,60}-[0-9a-f]{32}\.json")
_AT_ONCE: Final = 200


def database(folder: Path) -> Path:
    return folder / HIDDEN / "copy.sqlite"


def path_of(id: str) -> str:
    """Return an entry's path in the folder. No id can name another place or another's file."""
    digest = hashlib.sha256(id.encode()).hexdigest()
    last = re.sub(r"[^a-z0-9]+", "-", re.split(r"[/:#?]", id.lower())[-1]).strip("-")[:60]
    return f"{ENTRIES}/{digest[:2]}/{last.strip('-') or 'entry'}-{digest[:32]}.json"


def render(held: Held) -> bytes:
    """Return the bytes of an entry's file."""
    record = orjson.loads(held.record)
    return orjson.dumps(record, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


class Folder:
    """The files of one folder."""

    def __init__(self, folder: Path, engine: Engine) -> None:
        self._folder = folder
        self._engine = engine
        self._new = folder / HIDDEN / "new"
        self._lock = (folder / HIDDEN / "lock").open("a")

    def lock(self) -> None:
        """Keep other programs from mirroring into it, as long as it is open. CopyError: one does.

        The lock ends with the process, however that ends.
        """
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise CopyError(
                f"another program is at work on {self._folder}", "let one mirror it at a time"
            ) from None

    def close(self) -> None:
        self._lock.close()

    def will_follow(self, connection: Connection, ids: Collection[str]) -> None:
        mirrored.mark_stale(connection, ids)

    def follow(self, *, all_else: bool = False) -> None:
        """Bring the files up to the rows; with `all_else` remove those that no row has."""
        while True:
            with mirrored.reading(self._engine) as connection:
                ids = mirrored.list_stale(connection, limit=_AT_ONCE)
                rows = {held.id: held for held in mirrored.list_by_id(connection, ids)}
            if not ids:
                break
            for id in ids:
                self._bring(id, rows.get(id))
            for folder in {(self._folder / path_of(id)).parent for id in ids}:
                _sync(folder)
            with mirrored.writing(self._engine) as connection:
                mirrored.clear_stale(connection, ids)
        if all_else:
            for path in self._strangers():
                path.unlink(missing_ok=True)

    def _bring(self, id: str, held: Held | None) -> None:
        path = self._folder / path_of(id)
        if held is None:
            path.unlink(missing_ok=True)
            return
        wanted = render(held)
        if path.exists() and path.read_bytes() == wanted:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._new.open("wb") as file:
            file.write(wanted)
            file.flush()
            os.fsync(file.fileno())
        self._new.replace(path)  # a reader sees the file before or after, never half of it

    def faults(self) -> Iterator[str]:
        """Yield what is wrong with the files: missing, changed, or of no entry."""
        with mirrored.reading(self._engine) as connection:
            for held, _ in mirrored.iterate(connection):
                path = self._folder / path_of(held.id)
                if not path.exists():
                    yield f"{held.id}: its file {path_of(held.id)} is missing"
                elif path.read_bytes() != render(held):
                    yield f"{held.id}: its file {path_of(held.id)} was changed"
        for path in self._strangers():
            yield f"{path.relative_to(self._folder)}: the origin has no such entry"

    def _strangers(self) -> Iterator[Path]:
        """Yield files that look like ours and are of no entry; other files are left alone."""
        with mirrored.reading(self._engine) as connection:
            known = {path_of(id) for id, _ in mirrored.iterate_hashes(connection)}
        for path in sorted((self._folder / ENTRIES).glob("[0-9a-f][0-9a-f]/*.json")):
            if (
                _NAME.fullmatch(path.name)
                and path.relative_to(self._folder).as_posix() not in known
            ):
                yield path


def _sync(folder: Path) -> None:
    if not folder.exists():
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
