"""Finds and opens the files of content/summaries/, and nothing outside it.

Directory by directory, so that a hundred thousand files take no more memory than the fullest
folder. Links are refused rather than followed: every part of a path is opened with O_NOFOLLOW.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Final, NamedTuple

from syndicate.editorial.characters import MAX_BYTES, too_large
from syndicate.errors import ContentError, Problem

ROOT: Final = "content/summaries"
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = (
    os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
)  # NONBLOCK: a FIFO cannot hang us
_INODE: Final = 2**63 - 1  # what a store can hold; some file systems use all 64 bits
_NOT_SUMMARIES = frozenset({"README.md", "TEMPLATE.md"})
_BACKUPS = ("~", ".swp", ".swo", ".bak", ".orig", ".tmp")
_LINK = ("this is a symbolic link", "put the file itself here: links are not followed")


class Source(NamedTuple):
    """A file as the file system shows it. `path` is POSIX, relative to the site."""

    path: str
    size: int
    mtime_ns: int
    inode: int


State = tuple[int, int, int]
"""By what an unchanged file is known: size, mtime in nanoseconds, inode."""
Known = Callable[[str], dict[str, State]]
"""Returns, for a folder, what is known of the summaries' files in it, by name."""


def walk(site: Path, known: Known = lambda _folder: {}) -> Iterator[Source | Problem]:
    """Yield every summary's file in the order of its path, and what is wrong with the tree.

    Hidden files and editors' backups are passed over in silence; other files that will not be
    read are warnings. A file that is as it is `known` is not told of. What is there is taken out
    of what is known of its folder: when the walk is over, what is left there is gone.
    """
    top = site / ROOT
    if top.is_symlink():
        yield Problem(ROOT, 0, *_LINK)
    elif not top.is_dir():
        yield Problem(ROOT, 0, "there is no such folder", "`syndicate init` makes one")
    else:
        yield from _walk(site, ROOT, known)


def misplaced(site: Path) -> Iterator[Problem]:
    """Warn of Markdown in content/ but outside of content/summaries/: it is never published."""
    top = site / PurePosixPath(ROOT).parent
    for path in sorted((*top.glob("[!.]*.md"), *top.glob("[!.]*/**/[!.]*.md"))):
        place = path.relative_to(site).as_posix()
        if not place.startswith(f"{ROOT}/") and path.name not in _NOT_SUMMARIES:
            remedy = f"move it to {ROOT}/2026/11/, the year and month of publication"
            yield Problem(_printable(place), 0, "this file is not read", remedy, "warning")


def _walk(site: Path, folder: str, known: Known) -> Iterator[Source | Problem]:
    try:
        with os.scandir(site / folder) as entries:
            changed = _changed(entries, known(folder))
    except FileNotFoundError:  # gone since the folder around it was listed
        return
    except OSError as error:
        yield _unreadable(folder, error)
        return
    found = sorted((e for e in changed if not _is_passed_over(e.name)), key=_order)
    for entry in found:
        path = f"{folder}/{_printable(entry.name)}"
        if entry.is_symlink():
            yield Problem(path, 0, *_LINK)
        elif path != f"{folder}/{entry.name}":
            yield Problem(path, 0, "the file name is no plain text", "use a-z, 0-9 and hyphens")
        elif entry.is_dir(follow_symlinks=False):
            yield from _walk(site, path, known)
        elif one := _look_at(entry, path):
            yield one


def _changed(
    entries: Iterable[os.DirEntry[str]], known: dict[str, State]
) -> list[os.DirEntry[str]]:
    """Return what is not as it is known. Of a hundred thousand files often none: this is quick."""
    changed = []
    for entry in entries:
        before = known.pop(entry.name, None)
        if before is not None:
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError:  # who looks at it closer says what is wrong
                pass
            else:
                if before == (status.st_size, status.st_mtime_ns, status.st_ino & _INODE):
                    continue
        changed.append(entry)
    return changed


def _look_at(entry: os.DirEntry[str], path: str) -> Source | Problem | None:
    try:
        status = entry.stat(follow_symlinks=False)
    except FileNotFoundError:  # gone since the folder was listed: as if it had not been there
        return None
    except OSError as error:
        return _unreadable(path, error)
    if not stat.S_ISREG(status.st_mode):
        return Problem(path, 0, "this is no file", "delete it")
    if not entry.name.endswith(".md"):
        remedy = "name a summary so that it ends in .md; move anything else out of content/"
        return Problem(path, 0, "this file is not read", remedy, "warning")
    return _source(path, status)


def find(site: Path, path: str) -> Source | Problem | None:
    """Return what walk() would yield for one path: None where there is no file to read."""
    name = path.rpartition("/")[2]
    if not path.startswith(f"{ROOT}/") or not name.endswith(".md") or _is_passed_over(name):
        return None
    try:
        status = os.lstat(site / path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return _unreadable(path, error)
    if stat.S_ISLNK(status.st_mode):
        return Problem(path, 0, *_LINK)
    if not stat.S_ISREG(status.st_mode):
        return Problem(path, 0, "this is no file", "delete it")
    return _source(path, status)


def _source(path: str, status: os.stat_result) -> Source:
    return Source(path, status.st_size, status.st_mtime_ns, status.st_ino & _INODE)


def load(site: Path, path: str) -> bytes:
    """Return the bytes of a summary's file.

    ContentError where the path leaves content/, passes a link, is no file or is too large.
    """
    parts = PurePosixPath(path).parts
    if not path.startswith(f"{ROOT}/") or ".." in parts or "\0" in path:
        message = f"this is not a path under {ROOT}/"
        raise ContentError(Problem(_printable(path), 0, message, "name the file from the site on"))
    try:
        handle = _open(site, parts)
    except OSError as error:
        raise ContentError(_unreadable(path, error)) from None
    try:
        return _read(handle, path)
    finally:
        os.close(handle)


def _read(handle: int, path: str) -> bytes:
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        raise ContentError(Problem(path, 0, "this is no file", "delete it"))
    if status.st_size > MAX_BYTES:
        raise ContentError(too_large(path, status.st_size))
    with os.fdopen(handle, "rb", closefd=False) as file:
        return file.read(MAX_BYTES)


def _open(site: Path, parts: tuple[str, ...]) -> int:
    """Open a file part by part, so that no folder on the way can be a link either."""
    folder = os.open(site, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for name in parts[:-1]:
            inner = os.open(name, _FOLDER, dir_fd=folder)
            os.close(folder)
            folder = inner
        return os.open(parts[-1], _FILE, dir_fd=folder)
    finally:
        os.close(folder)


def _order(entry: os.DirEntry[str]) -> str:
    """Sort a folder as the paths inside it will sort."""
    return f"{entry.name}/" if entry.is_dir(follow_symlinks=False) else entry.name


def _is_passed_over(name: str) -> bool:
    return name.startswith((".", "#")) or name.endswith(_BACKUPS)


def _printable(name: str) -> str:
    """Return a name for messages: what is not UTF-8 or would break the line is escaped."""
    if name.isprintable():
        return name
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)


def _unreadable(path: str, error: OSError) -> Problem:
    if isinstance(error, FileNotFoundError):
        return Problem(path, 0, "there is no such file", "check its name")
    if error.errno in (errno.ELOOP, errno.ENOTDIR):  # what O_NOFOLLOW answers for a link
        return Problem(path, 0, *_LINK)
    return Problem(path, 0, f"cannot be read: {error.strerror}", "check who may read it")
