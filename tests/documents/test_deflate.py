"""Pieces joined are one gzip stream that every reader inflates to their bodies."""

from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.documents import deflate
from syndicate.documents.deflate import Piece


@given(st.lists(st.binary(max_size=3000), max_size=6))
def test_joined_pieces_are_one_member_of_all_their_bodies(bodies: list[bytes]) -> None:
    joined = deflate.join(map(deflate.deflate, bodies))
    assert gzip.decompress(joined) == b"".join(bodies)
    stream = zlib.decompressobj(31)
    stream.decompress(joined)
    assert stream.eof
    assert stream.unused_data == b""


@given(st.binary(max_size=3000))
def test_a_piece_inflates_to_its_body(body: bytes) -> None:
    assert deflate.inflate(deflate.deflate(body)) == body


def test_a_damaged_piece_is_not_given_out() -> None:
    piece = deflate.deflate(b"text" * 100)
    with pytest.raises(ValueError, match="damaged"):
        deflate.inflate(Piece(data=piece.data, crc=piece.crc ^ 1, size=piece.size))


@given(st.lists(st.binary(max_size=200)))
def test_parts_are_compressed_as_one(parts: list[bytes]) -> None:
    assert gzip.decompress(deflate.compress(parts)) == b"".join(parts)
