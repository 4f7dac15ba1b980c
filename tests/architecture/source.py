"""The project's own files, for the tests that read them: Python parsed once, prose as text."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
PACKAGE: Final = ROOT / "syndicate"
# What `make` and the program leave behind; a folder that begins with a dot is left out as well.
MADE: Final = frozenset({"__pycache__", "build", "dist", "var"})
# Of the hidden folders, those that are ours.
HIDDEN: Final = frozenset({".ci", ".github"})


@dataclass(frozen=True, slots=True)
class Module:
    """A Python file; `place` is its path inside the package: `documents/atom.py`."""

    place: str
    text: str
    tree: ast.Module


@cache
def modules() -> tuple[Module, ...]:
    """Return every module of the package, by place."""
    paths = sorted(path for path in PACKAGE.rglob("*.py") if "__pycache__" not in path.parts)
    return tuple(_module(path) for path in paths)


def _module(path: Path) -> Module:
    text = path.read_text("utf-8")
    return Module(path.relative_to(PACKAGE).as_posix(), text, ast.parse(text, str(path)))


def files(folder: Path = ROOT) -> Iterator[Path]:
    """Yield every file that belongs to the project, below `folder`."""
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            ours = path.name in HIDDEN or not path.name.startswith(".")
            if ours and path.name not in MADE and path.suffix != ".egg-info":
                yield from files(path)
        elif path.name != ".git" and not path.name.startswith(".coverage"):  # of a worktree, a file
            yield path


def imported(module: Module) -> Iterator[tuple[str, int]]:
    """Yield the top-level names that a module imports from elsewhere, each with its line."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name.partition(".")[0], node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0], node.lineno


def called(node: ast.Call) -> str:
    """Return the last name of what is called: `SafeHtml` of `model.SafeHtml(…)`."""
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
