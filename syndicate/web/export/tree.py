"""The folder of an export: site/ with the files, headers.json, nginx.conf.

A file whose bytes are the same is left alone. Its date is that of its last change, never the date
of another content: with the size it makes the entity-tag of most web servers.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import orjson

from syndicate.errors import ExportError
from syndicate.web.export.asking import Answer
from syndicate.web.negotiation import Coding

SITE: Final = "site"
MANIFEST: Final = "headers.json"
_MAKER: Final = "syndicate export static"
GONE: Final = "/gone"  # what is said of what was withdrawn: not at its address, which has no file
_ENDING: Final[dict[Coding, str]] = {"identity": "", "gzip": ".gz", "br": ".br"}


class Tree:
    """Writes answers as files. Everything below site/ is an export's: what is not written goes.

    ExportError where the folder holds something else.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._written: set[str] = set()
        self._changed: set[str] = set()
        _require_ours(folder)

    def begin(self) -> None:
        """Begin anew; what was changed so far stays counted."""
        self._written.clear()
        if not (self._folder / MANIFEST).exists():  # says from the beginning whose folder it is
            self._put_manifest([])

    @property
    def count(self) -> int:
        return len(self._written)

    def write(self, answer: Answer) -> Answer:
        """Write an answer's bodies; return it without them, and with its file's place."""
        if answer.status == 301:
            return replace(answer, bodies={})
        place = _place(answer)
        at = answer.last_modified
        for coding, body in answer.bodies.items():
            self._put(f"{SITE}{place}{_ENDING[coding]}", body, at)
        return replace(answer, bodies=dict.fromkeys(answer.bodies, b""), file=place)

    def write_text(self, name: str, text: str) -> None:
        """Write a file beside site/."""
        self._put(name, text.encode(), None)

    def finish(self, answers: Iterable[Answer]) -> tuple[int, int]:
        """Take away what was not written, list the rest; return how many changed and went."""
        present = [path for path in (self._folder / SITE).rglob("*") if path.is_file()]
        gone = [
            path
            for path in present
            if path.relative_to(self._folder).as_posix() not in self._written
        ]
        for path in gone:
            path.unlink()
            with suppress(OSError):  # not empty: others stand beside it
                os.removedirs(path.parent)
        self._put_manifest(
            [_described(answer) for answer in sorted(answers, key=lambda one: one.path)]
        )
        return len(self._changed - {MANIFEST}), len(gone)

    def _put_manifest(self, answers: list[dict[str, Any]]) -> None:
        text = orjson.dumps({"made_by": _MAKER, "answers": answers}, option=orjson.OPT_INDENT_2)
        self.write_text(MANIFEST, text.decode())

    def _put(self, name: str, body: bytes, at: datetime | None) -> None:
        """Write a file unless it holds these bytes; its date is later than another content's."""
        path = self._folder / name
        self._written.add(name)
        before: float | None = None
        with suppress(FileNotFoundError):
            if path.read_bytes() == body:
                return
            before = path.stat().st_mtime
        self._changed.add(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.part")
        part.write_bytes(body)
        stamp = int((at or datetime.now(UTC)).timestamp())
        stamp = max(stamp, int(before) + 1) if before is not None else stamp
        os.utime(part, (stamp, stamp))
        part.replace(path)


def _place(answer: Answer) -> str:
    """Return where an answer's bytes stand below site/: `/topics/index.html` of `/topics/`."""
    path = unquote(answer.path)
    place = f"{path}index.html" if path.endswith("/") else path
    if answer.status == 404:
        return f"{place}.html"
    return GONE + place if answer.status == 410 else place


def _described(answer: Answer) -> dict[str, Any]:
    """Return what a program that fills an object store has to know of an answer."""
    return {
        "path": answer.path,
        "status": answer.status,
        "file": f"{SITE}{answer.file}" if answer.file else None,
        "codings": {coding: f"{SITE}{answer.file}{_ENDING[coding]}" for coding in answer.bodies},
        "headers": dict(answer.headers),
    }


def _require_ours(folder: Path) -> None:
    """Raise ExportError unless a folder is new, empty, or that of an earlier export."""
    if not folder.exists() or not any(folder.iterdir()):
        return
    try:
        ours = orjson.loads((folder / MANIFEST).read_bytes())["made_by"] == _MAKER
    except (OSError, KeyError, TypeError, ValueError):
        ours = False
    if not ours:
        raise ExportError(
            f"{folder} is not empty, and no export has written it",
            "name a new folder, or that of an earlier export",
        )
