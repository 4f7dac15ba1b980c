"""No rule of the checkers is idle: each message they can yield is said of some spoilt document."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

import tests.checking
from tests.checking import fragment
from tests.checking.mutation import ADDRESSES, spoil
from tests.checking.test_fragment import BAD
from tests.checking.test_spoilt import CASES

HERE = Path(__file__).parent
ATOM, ARCHIVE, RSS, RSS_ARCHIVE = "good.atom", "good-archive.atom", "good.rss", "good-archive.rss"
USERS: dict[str, tuple[str, ...]] = {
    "atom.py": (ATOM, ARCHIVE),
    "atom_entry.py": (ATOM,),
    "atom_parts.py": (ATOM,),
    "history.py": (ATOM, ARCHIVE),
    "rss.py": (RSS, RSS_ARCHIVE),
    "jsonfeed.py": ("good.json",),
    "opml.py": ("good.opml",),
    "markup.py": (ATOM, RSS),
    "values.py": (ATOM, RSS),
    "fragment.py": (),
}
"""Which spoilt documents must set off the rules of a module; the fragments have their own list."""


@cache
def said_of(name: str) -> frozenset[str]:
    """Return all that is said of the spoilt documents made of one good one."""
    return frozenset(
        problem
        for _, mutate, _ in CASES[name]
        for problem in tests.checking.problems(name, spoil(name, mutate), ADDRESSES[name])
    )


def rules(module: str) -> list[str]:
    """Return the messages of a module as patterns: what it yields, with `.*` for what varies."""
    tree = ast.parse((HERE / module).read_text(encoding="utf-8"))
    messages = [node.value for node in ast.walk(tree) if isinstance(node, ast.Yield)]
    return [pattern(message) for message in messages if message is not None]


def pattern(message: ast.expr) -> str:
    if isinstance(message, ast.JoinedStr):
        parts = [p.value if isinstance(p, ast.Constant) else None for p in message.values]
    else:
        assert isinstance(message, ast.Constant), ast.dump(message)
        parts = [message.value]
    return ".*".join(["", *("" if part is None else re.escape(str(part)) for part in parts), ""])


@pytest.mark.parametrize("module", USERS)
def test_every_rule_catches_a_spoilt_document(module: str) -> None:
    said = frozenset[str]().union(*map(said_of, USERS[module]))
    if module == "fragment.py":
        said |= {problem for html, _ in BAD for problem in fragment.problems(html)}
    assert rules(module)
    idle = [
        rule for rule in rules(module) if not any(re.fullmatch(rule, s, re.DOTALL) for s in said)
    ]
    assert idle == []


def test_no_checker_is_left_out() -> None:
    yielding = {
        path.name
        for path in HERE.glob("*.py")
        if any(isinstance(node, ast.Yield) for node in ast.walk(ast.parse(path.read_text())))
    }
    assert yielding - {"reading.py"} == USERS.keys()  # test_reading.py has its own list
