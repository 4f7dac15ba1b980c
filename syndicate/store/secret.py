"""The installation's secret key: from SYNDICATE_SECRET_KEY, else from a file beside the store.

On PostgreSQL there is no place that all machines see, so there it must be given.
"""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path
from typing import Final, Literal

from syndicate.config import Settings
from syndicate.errors import StoreError

SHORTEST: Final = 32
Restored = Literal["none", "same", "written", "kept", "not used"]
_SQLITE: Final = "sqlite:///"


def find_file(database_url: str) -> Path | None:
    """Return where the key of a SQLite store is kept; None for a database server."""
    if not database_url.startswith(_SQLITE):
        return None
    return Path(f"{database_url.removeprefix(_SQLITE)}.key")


def find(settings: Settings) -> str | None:
    """Return the key that is in force; None when there is none."""
    return settings.secret_key or load(find_file(settings.database_url))


def get(settings: Settings) -> str:
    """Return the key that is in force. StoreError says how to get one."""
    if key := find(settings):
        return key
    if find_file(settings.database_url):
        raise StoreError("there is no secret key", "run `syndicate db upgrade`: it makes one")
    raise StoreError("there is no secret key", "set SYNDICATE_SECRET_KEY: `openssl rand -hex 32`")


def load(path: Path | None) -> str | None:
    """Return the key of a file; None without a file. StoreError for one that is no key."""
    if path is None or not path.exists():
        return None
    try:
        key = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"the secret key {path} cannot be read: {error}") from None
    if len(key) < SHORTEST:
        raise StoreError(f"{path} is too short for a secret key", "delete it: a new one is made")
    return key


def is_private(path: Path) -> bool:
    """Tell whether nobody but the file's owner can read it."""
    return not stat.S_IMODE(path.stat().st_mode) & 0o077


def make(settings: Settings) -> Path | None:
    """Make a key where one is needed and none is there; return its file if it was made."""
    path = find_file(settings.database_url)
    if path is None or settings.secret_key or path.exists():
        return None
    try:
        write(path, secrets.token_hex(32))
    except FileExistsError:  # another process made one at the same moment
        return None
    return path


def write(path: Path, key: str) -> None:
    """Write a new key file that only its owner can read. FileExistsError if there is one."""
    hidden = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with open(handle, "w", encoding="ascii") as file:  # noqa: PTH123 - a handle, not a path
            file.write(f"{key}\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(hidden, path)  # whole or not at all, and never over another
    finally:
        hidden.unlink(missing_ok=True)


def differs(settings: Settings, key: str | None) -> bool:
    """Tell whether `key` would take the place of another one in this installation's file."""
    present = load(find_file(settings.database_url))
    return key is not None and not settings.secret_key and present not in (None, key)


def restore(settings: Settings, key: str | None, *, keep: bool = False) -> Restored:
    """Put a backup's key in force and tell what was done; a key it replaces is kept as `.old`.

    "not used": SYNDICATE_SECRET_KEY or a database server decides, and it is another key.
    """
    path = find_file(settings.database_url)
    if key is None:
        return "none"
    if key == find(settings):
        return "same"
    if settings.secret_key or path is None:
        return "not used"
    if path.exists():
        if keep:
            return "kept"
        path.replace(path.with_name(f"{path.name}.old"))
    write(path, key)
    return "written"
