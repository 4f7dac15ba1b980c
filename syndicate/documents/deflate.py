"""Pieces of one gzip stream, compressed once and joined as often as they are asked for.

A piece is raw deflate data (RFC 1951) that ends on a byte and refers to nothing before it (a full
flush). Any sequence of pieces, with a header before it and a checksum after it, is one gzip stream
of one member (RFC 1952), which every client reads.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from isal import isal_zlib

_HEADER: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"  # no date, no name, any system
_END: Final = b"\x03\x00"  # an empty last block
_RAW: Final = -15  # no header, the largest window
_GZIP: Final = 31  # the same window, with a gzip header and trailer
_LEVEL: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """`data` inflates to `size` bytes whose CRC-32 is `crc`."""

    data: bytes = field(repr=False)
    crc: int
    size: int


def deflate(body: bytes) -> Piece:
    """Compress a body into a piece."""
    stream = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, _RAW)
    data = stream.compress(body) + stream.flush(isal_zlib.Z_FULL_FLUSH)
    return Piece(data=data, crc=isal_zlib.crc32(body), size=len(body))


def inflate(piece: Piece) -> bytes:
    """Return what a piece holds. ValueError where it was damaged."""
    body = zlib.decompressobj(_RAW).decompress(piece.data)
    if len(body) != piece.size or zlib.crc32(body) != piece.crc:
        raise ValueError("a stored piece is damaged")
    return body


def compress(parts: Iterable[bytes]) -> bytes:
    """Return the gzip stream of these parts, one after the other; they are not joined first."""
    stream = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, _GZIP)
    return b"".join([*map(stream.compress, parts), stream.flush()])


def join(pieces: Iterable[Piece]) -> bytes:
    """Return the gzip stream of these pieces, one after the other."""
    found, crc, size = [_HEADER], 0, 0
    for piece in pieces:
        found.append(piece.data)
        crc = isal_zlib.crc32_combine(crc, piece.crc, piece.size)
        size += piece.size
    trailer = crc.to_bytes(4, "little") + (size & 0xFFFFFFFF).to_bytes(4, "little")
    return b"".join([*found, _END, trailer])
