"""One word for each thing: the words that design and glossary rule out name nothing here."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

import pytest

from tests.architecture.source import Module, modules

BANNED: Final[dict[str, str]] = {
    "helper": "name what it does",
    "item": "summary, entry, change",
    "manager": "name what it does",
    "post": "summary",
    "util": "name what it does",
}
BANNED_FIRST: Final = frozenset({"handle", "process"})  # parse_, render_, load_, put_, send_ …


def banned_words(name: str) -> list[str]:
    """Return the banned words of an identifier: of `parse_items` and `PostManager`."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)
    singular = [word.lower().removesuffix("s") for word in words]
    found = [word for word in singular if word in BANNED]
    first = name.lstrip("_").partition("_")
    return [*found, first[0]] if first[1] and first[0] in BANNED_FIRST else found


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("parse_items", ["item"]),
        ("PostManager", ["post", "manager"]),
        ("_handle_error", ["handle"]),
        ("process_rows", ["process"]),
        ("postgres_url", []),
        ("start_process", []),
        ("Summary", []),
    ],
)
def test_banned_words_are_seen(name: str, found: list[str]) -> None:
    assert banned_words(name) == found


def test_no_module_class_or_function_has_a_banned_name() -> None:
    assert [
        f"syndicate/{module.place}:{line}: {name!r} has the word {word!r}; "
        f"rather: {BANNED.get(word, 'a verb that says what is done')}"
        for module in modules()
        for name, line in _names(module)
        for word in banned_words(name)
    ] == []


def _names(module: Module) -> Iterator[tuple[str, int]]:
    for part in module.place.removesuffix(".py").split("/"):
        yield part, 1
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node.lineno


def test_each_module_says_what_it_is_for() -> None:
    assert [m.place for m in modules() if m.text.strip() and not ast.get_docstring(m.tree)] == []
