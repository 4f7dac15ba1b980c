"""Opens the copy that `--to` names: a folder, a SQLite file or a PostgreSQL database."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from syndicate.errors import CopyError
from syndicate.mirror import folder
from syndicate.mirror.copies import Copy
from syndicate.mirror.folder import Folder
from syndicate.store import mirrored

_SQLITE: Final = "sqlite:///"
_POSTGRESQL: Final = ("postgresql://", "postgresql+psycopg://")


def open_copy(target: str) -> Copy:
    """Open a copy to mirror into, an empty one where there is none. CopyError: it cannot be."""
    place = _folder(target)
    if place is None:
        engine = mirrored.open_engine(target)
        return Copy(engine, engine.url.render_as_string(hide_password=True))
    folder.database(place).parent.mkdir(parents=True, exist_ok=True)
    copy = _in_folder(place)
    assert copy.files is not None
    copy.files.lock()
    copy.files.follow()  # what a killed run had left to do
    return copy


def find_copy(target: str) -> Copy:
    """Open a copy to look at it, while others may mirror into it. CopyError: there is none."""
    place = _folder(target)
    path = folder.database(place) if place else Path(target.removeprefix(_SQLITE))
    if (place or target.startswith(_SQLITE)) and not path.exists():
        raise _none(target)
    copy = _in_folder(place) if place else open_copy(target)
    if copy.standing is None:
        copy.close()
        raise _none(target)
    return copy


def _folder(target: str) -> Path | None:
    """Return the folder that is named; None for a database."""
    if target.startswith((_SQLITE, *_POSTGRESQL)):
        return None
    if "://" in target:
        raise CopyError(
            f"{target.partition('://')[0]}:// is no place for a copy",
            "name a folder, sqlite:////path/copy.sqlite or postgresql://user@host/name",
        )
    return Path(target).absolute()


def _in_folder(place: Path) -> Copy:
    engine = mirrored.open_engine(f"{_SQLITE}{folder.database(place)}")
    return Copy(engine, str(place), Folder(place, engine))


def _none(target: str) -> CopyError:
    return CopyError(f"there is no copy at {target}", "check --to, or mirror into it first")
