"""The few files of static/, held in memory and answered like documents."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from syndicate.documents.identity import digest
from syndicate.web import headers, prepared
from syndicate.web.prepared import Prepared

_FOLDER: Final = Path(__file__).parent / "static"
_MEDIA_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".ico": "image/vnd.microsoft.icon",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}


_ELSEWHERE: Final = {"favicon.ico": "/favicon.ico"}  # browsers ask for it there


def load() -> dict[str, bytes]:
    """Read the files, by their addresses' paths."""
    return {
        _ELSEWHERE.get(path.name, f"/static/{path.name}"): path.read_bytes()
        for path in sorted(_FOLDER.iterdir())
    }


def prepare(files: Mapping[str, bytes], security: headers.Headers) -> dict[str, Prepared]:
    return {
        path: prepared.of_body(
            body,
            tag=digest(body),
            media_type=_MEDIA_TYPES[Path(path).suffix],
            cache_control=headers.FILE_CACHE,
            always=security,
        )
        for path, body in files.items()
    }


def addresses(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the files' addresses by name: another one whenever its bytes are others."""
    return {Path(path).name: f"{path}?v={digest(body)[:8]}" for path, body in files.items()}
