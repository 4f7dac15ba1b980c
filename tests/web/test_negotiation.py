from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.web.negotiation import Coding, choose, weights

ALL: tuple[Coding, ...] = ("identity", "gzip", "br")


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        (None, "identity"),
        ("", "identity"),
        ("identity", "identity"),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip, deflate", "gzip"),
        ("gzip, deflate, br, zstd", "br"),  # browsers
        ("br;q=0.9, gzip", "gzip"),
        ("br;q=0.5, gzip;q=0.5", "br"),
        ("gzip;q=0.1, identity", "identity"),
        ("gzip;q=0.1", "gzip"),
        ("gzip ; q=0.8 ,br ;Q=0.9", "br"),
        ("*", "br"),
        ("*;q=0.5", "br"),
        ("br;q=0, *", "gzip"),
        ("gzip;q=0", "identity"),
        ("deflate, zstd", "identity"),
        ("identity;q=0, gzip", "gzip"),
        ("*;q=0, gzip", "gzip"),
        ("*;q=0, identity;q=0.1", "identity"),
        ("identity;q=0", None),
        ("*;q=0", None),
        ("gzip;q=0, identity;q=0", None),
        # what cannot be read counts as not sent
        ("gzip;q=x", "identity"),
        ("gzip;q=1.5", "identity"),
        ("gzip;q=-1, br", "br"),
        ("gzip;level=9", "identity"),
        ("gzip br", "identity"),
        (";;;,,,;q=1", "identity"),
        ("gzip," * 1000, "identity"),
    ],
)
def test_choices(header: str | None, coding: Coding | None) -> None:
    assert choose(header, ALL) == coding


def test_br_is_sent_only_where_there_is_one() -> None:
    assert choose("gzip, br", ("identity", "gzip")) == "gzip"
    assert choose("br", ("identity", "gzip")) == "identity"


@given(st.text() | st.text("gzipbr,;q=01.* -", max_size=200))
def test_a_refused_coding_is_never_chosen(header: str) -> None:
    chosen = choose(header, ALL)
    named = weights(header)
    if chosen and len(header) <= 1000:
        assert named.get(chosen, 1) > 0
        if chosen != "identity":
            assert chosen in named or "*" in named
