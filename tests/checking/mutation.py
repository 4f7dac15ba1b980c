"""Small ways to spoil a good document, so that each rule is seen to catch what it is for."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

GOOD = Path(__file__).parent.parent / "corpus" / "checking"
BASE = "https://network.example/topics/empathy/feed"
ADDRESSES = {
    "good.atom": f"{BASE}.atom",
    "good-archive.atom": f"{BASE}/archive/2.atom",
    "good.rss": f"{BASE}.rss",
    "good-archive.rss": f"{BASE}/archive/1.rss",
    "good.json": f"{BASE}.json",
    "good.opml": "https://network.example/opml",
}

Mutate = Callable[[str], str]
Case = tuple[str, Mutate, str]
"""What is spoilt, how, and a phrase that the checker must then say."""


def sub(old: str, new: str) -> Mutate:
    """Replace the first `old` by `new`."""

    def mutate(text: str) -> str:
        assert old in text, f"{old!r} is not in the good document"
        return text.replace(old, new, 1)

    return mutate


def cut(pattern: str) -> Mutate:
    """Take out the first match of a regular expression."""
    return _first(pattern, lambda _: "")


def twice(pattern: str) -> Mutate:
    """Write the first match of a regular expression twice."""
    return _first(pattern, lambda match: match[0] * 2)


def swap(first: str, second: str) -> Mutate:
    """Let two adjoining matches change places; `first` and `second` are regular expressions."""
    return _first(f"(?P<first>{first})(?P<second>{second})", lambda m: m["second"] + m["first"])


def _first(pattern: str, replacement: Callable[[re.Match[str]], str]) -> Mutate:
    expression = re.compile(pattern, re.DOTALL)

    def mutate(text: str) -> str:
        assert expression.search(text), f"{pattern!r} does not match the good document"
        return expression.sub(replacement, text, count=1)

    return mutate


def spoil(name: str, mutate: Mutate) -> bytes:
    """Return the good document of this name, spoilt."""
    good = (GOOD / name).read_text(encoding="utf-8")
    spoilt = mutate(good)
    assert spoilt != good
    return spoilt.encode()
