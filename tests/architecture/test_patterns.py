"""Regular expressions that every supported Python reads alike."""

from __future__ import annotations

import ast
import re
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from tests.architecture.source import Module, modules

# Possessive groups are broken before Python 3.11.4 (gh-101955), and Debian 12 has 3.11.2.
SUSPECT = re.compile(r"\)[*+?]\+|\(\?>")


def possessive_groups(tree: Any) -> int:
    """Count possessive repeats of more than a character, and atomic groups."""
    found = 0
    for code, argument in tree:
        if code is _constants.ATOMIC_GROUP:
            found += 1
        if code is _constants.POSSESSIVE_REPEAT:
            inner = argument[2]
            found += len(inner) != 1 or inner[0][0] in (_constants.SUBPATTERN, _constants.BRANCH)
        for part in _inner(argument):
            found += possessive_groups(part)
    return found


def _inner(argument: Any) -> list[Any]:
    if isinstance(argument, _parser.SubPattern):
        return [argument]
    if isinstance(argument, list | tuple):
        return [part for one in argument for part in _inner(one)]
    return []


def test_they_are_found() -> None:
    assert possessive_groups(_parser.parse("(?:[^<]|<(?!a))++x")) == 1
    assert possessive_groups(_parser.parse("(?:(?>a)b)*")) == 1
    assert possessive_groups(_parser.parse("[^<]++a*+")) == 0


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.place)
def test_no_pattern_has_a_possessive_group(module: Module) -> None:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if not SUSPECT.search(node.value):
                continue
            try:
                tree = _parser.parse(node.value, re.VERBOSE)
            except re.error:
                continue  # it is no pattern by itself
            assert possessive_groups(tree) == 0, node.value
