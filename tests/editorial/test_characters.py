from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.editorial.characters import decode, find_forbidden
from syndicate.errors import ContentError


def test_line_ends_become_line_feeds() -> None:
    assert decode("x.md", b"a\r\nb\n\tc") == ("a\nb\n\tc", [])


@pytest.mark.parametrize(
    ("raw", "line", "said"),
    [
        (b"a\nb\x00", 2, "U+0000 is a control character"),
        (b"a\rb", 1, "U+000D is a control character"),
        (b"a\n\n\xc2\x85", 3, "U+0085 is a control character"),
        (b"\n\xe2\x80\xae", 2, "U+202E turns the direction of the text"),
        (b"\xe2\x81\xa6", 1, "U+2066 turns the direction of the text"),
        (b"a\xef\xbb\xbf", 1, "U+FEFF is an invisible byte order mark"),
        (b"\xef\xbf\xbe", 1, "U+FFFE is no character"),
        (b"\xf4\x8f\xbf\xbf", 1, "U+10FFFF is no character"),
        (b"a\n\xff", 2, "byte 0xFF is not UTF-8"),
        (b"\xed\xa0\x80", 1, "byte 0xED is not UTF-8"),  # a surrogate, as CESU-8 writes it
        (b"\xc0\xaf", 1, "byte 0xC0 is not UTF-8"),  # an overlong slash
        (b"\xef\xbb\xbfa", 1, "the file begins with a byte order mark (BOM)"),
    ],
)
def test_what_is_refused_has_its_line(raw: bytes, line: int, said: str) -> None:
    _, problems = decode("x.md", raw)
    assert [(problem.line, problem.message) for problem in problems] == [(line, said)]
    assert problems[0].remedy


def test_a_wrong_encoding_is_told_once_a_line_and_not_without_end() -> None:
    _, problems = decode("x.md", b"\xe9\xe9\n" * 1000)
    assert [problem.line for problem in problems] == list(range(1, 21))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_named(encoding: str) -> None:
    with pytest.raises(ContentError, match="the file is UTF-16"):
        decode("x.md", "\ufeffabc".encode(encoding))


@given(st.binary())
def test_the_text_never_holds_what_is_refused(raw: bytes) -> None:
    try:
        text, problems = decode("x.md", raw)
    except ContentError:
        return
    assert not list(find_forbidden(text))
    assert bool(problems) or text.encode() == raw.replace(b"\r\n", b"\n")


def test_emoji_flags_and_joiners_are_legal() -> None:
    text = "👩‍🔬 🏴󠁧󠁢󠁥󠁮󠁧󠁿 é ﷽ \u2028"
    assert decode("x.md", text.encode()) == (text, [])
