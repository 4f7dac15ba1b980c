from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from syndicate.web.kept import Kept


def test_the_oldest_goes_first_and_the_large_do_not_come_in() -> None:
    kept: Kept[bytes] = Kept(20_000)
    for name in "abcdef":
        kept.put(name, b"x" * 2_000)
    assert kept.get("a") is None
    assert kept.get("f") == b"x" * 2_000
    kept.put("large", b"x" * 6_000)
    assert kept.get("large") is None
    assert kept.get("f")


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 9_000)), max_size=60))
def test_the_limit_holds(entries: list[tuple[str, int]]) -> None:
    kept: Kept[bytes] = Kept(30_000)
    for name, size in entries:
        kept.put(name, b"x" * size)
        assert kept.size <= 30_000
    held = [found for name in "abcdefgh" if (found := kept.get(name)) is not None]
    assert kept.size == sum(len(body) + 2_000 for body in held)
