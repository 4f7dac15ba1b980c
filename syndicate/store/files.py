"""What was read of each content file, so that an unchanged one is not read again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, bindparam, delete, func, select

from syndicate.model import SummaryId
from syndicate.store.batches import batches
from syndicate.store.replacing import replace
from syndicate.store.schema import file


class SeenFile(NamedTuple):
    """A content file as it was when it was last read. `path` is relative to the site."""

    path: str
    size: int
    mtime_ns: int
    inode: int
    digest: str
    summary_id: SummaryId | None


_STATES: Final = select(
    func.substr(file.c.path, func.length(file.c.folder) + 2),
    file.c.size,
    file.c.mtime_ns,
    file.c.inode,
).where(file.c.folder == bindparam("folder"))
_SEEN: Final[Select[Any]] = select(*(file.c[name] for name in SeenFile._fields))


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def list_folders(connection: Connection) -> list[str]:
    return list(connection.execute(select(file.c.folder).distinct()).scalars())


def list_in_folder(connection: Connection, folder: str) -> dict[str, tuple[int, int, int]]:
    """Return size, mtime in nanoseconds and inode of the files of one folder, by name."""
    rows = connection.execute(_STATES, {"folder": folder}).all()
    return {name: (size, mtime_ns, inode) for name, size, mtime_ns, inode in rows}


def list_by_path(connection: Connection, paths: Iterable[str]) -> dict[str, SeenFile]:
    found: dict[str, SeenFile] = {}
    for part in batches(paths):
        rows = connection.execute(_SEEN.where(file.c.path.in_(part))).all()
        found |= {seen.path: seen for seen in map(SeenFile._make, rows)}
    return found


def put(connection: Connection, files: Iterable[SeenFile]) -> None:
    for part in batches(files):
        replace(connection, file, list(_rows(part)))


def remove(connection: Connection, paths: Iterable[str]) -> None:
    for part in batches(paths):
        connection.execute(delete(file).where(file.c.path.in_(part)))


def _rows(files: Iterable[SeenFile]) -> Iterator[dict[str, object]]:
    for seen in files:
        yield {
            "path": seen.path,
            "folder": _folder(seen.path),
            "size": seen.size,
            "mtime_ns": seen.mtime_ns,
            "inode": seen.inode,
            "digest": seen.digest,
            "summary_id": seen.summary_id,
        }
