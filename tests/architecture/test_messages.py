"""docs/editors.md explains every message that an editor can get, so that it cannot fall behind."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from typing import Final

from tests.architecture.source import ROOT, modules

CORPUS: Final = ROOT / "tests" / "corpus" / "summaries"
# What makes a message, and which of its arguments it is.
MAKERS: Final = {
    "FieldError": 0,
    "Problem": 2,
    "Remark": 1,
    "_Slip": 2,
    "_stop": 1,
    "_wrong": 1,
    "problem": 1,
}
NAMES: Final = frozenset({"_LINK", "message", "told", "what"})
# Commands that need a terminal, texts for readers, and HTML, most of which Markdown cannot make:
# what it can make stands in the corpus.
NOT_FOR_EDITORS: Final = frozenset(
    {f"editorial/{name}.py" for name in ("editing", "notices", "parsed", "sanitize")}
)


def _text(node: ast.expr) -> str:
    """Return a text of the source, … for what varies in it; nothing for other expressions."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.replace("`", "")
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) or "…" for part in node.values)
    return ""


def _messages(node: ast.AST) -> Iterator[ast.expr]:
    """Yield what is a message by its form: an argument, a name's value, a pair's first part."""
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args):
            yield from args[MAKERS[name] :][:1] if name in MAKERS else ()
        case ast.Assign(targets=[ast.Tuple(elts=[ast.Name(id=name), *_])], value=ast.Tuple(elts)):
            yield from elts[:1] if name in NAMES else ()
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Tuple(elts=[value, *_]) | value):
            yield from [value] if name in NAMES else ()
        case (
            ast.Return(value=ast.Tuple(elts=[first, *_]))
            | ast.Yield(value=ast.Tuple(elts=[first, *_]))
        ):
            yield first


def _sources() -> Iterator[tuple[str, str]]:
    for module in modules():
        if not module.place.startswith(("editorial/", "publish/plan.py", "publish/rules.py")):
            continue
        for node in ast.walk(module.tree) if module.place not in NOT_FOR_EDITORS else ():
            for text in map(_text, _messages(node)):
                if " " in text.strip(" …") and not text.endswith("” …"):  # put together elsewhere
                    yield f"syndicate/{module.place}", text


def _message(line: str) -> str:
    """Return what is wrong, without the place before it and the remedy after it."""
    return line.partition(": ")[2].partition("; ")[0]


def _expected() -> Iterator[tuple[str, str]]:
    for file in sorted(CORPUS.glob("bad/*.expected.txt")):
        for line in file.read_text("utf-8").splitlines():
            yield file.name, _message(line)
    for file in sorted(CORPUS.glob("good/*.expected.json")):
        for line in json.loads(file.read_text("utf-8"))["warnings"]:
            yield file.name, _message(line)


def _explained() -> re.Pattern[str]:
    """Return what matches a message that a first column of the guide quotes."""
    guide = (
        (ROOT / "docs" / "editors.md").read_text("utf-8").partition("## What a message means")[2]
    )
    quoted = (
        phrase
        for line in guide.splitlines()
        if line.startswith("| `")
        for phrase in re.findall("`(.+?)`", line.split(" | ")[0])
    )
    return re.compile("|".join(".+".join(map(re.escape, phrase.split("…"))) for phrase in quoted))


def test_each_message_to_editors_is_explained() -> None:
    explained = _explained()
    found = [*_sources(), *_expected()]
    assert len(found) > 150, "the search finds next to nothing"
    assert [
        f"{place}: docs/editors.md does not explain “{text}”"
        for place, text in found
        if not explained.search(text.replace("`", ""))
    ] == []
