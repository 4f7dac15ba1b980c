"""How big the program is: `python -m tests.architecture.sizes` prints it, and fails on excess.

The core is the card: content, feeds, pages, the pull endpoint, mail alerts. What is not core can
be deleted as a folder or a file, and the rest goes on working.
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tests.architecture.source import Module, modules

LONGEST_FILE: Final = 400
LONGEST_FUNCTION: Final = 60
LAYOUT: Final = frozenset(
    {
        tokenize.COMMENT,
        tokenize.DEDENT,
        tokenize.ENDMARKER,
        tokenize.INDENT,
        tokenize.NEWLINE,
        tokenize.NL,
    }
)
NOT_CORE: Final = (
    "cli/webhooks.py",
    "deliver/distributed.py",
    "deliver/fanout",
    "deliver/hub",
    "foreign/",
    "importing/",
    "mirror/",
    "partnercheck/",
    "store/call",
    "store/hub",
    "store/jobs.py",
    "store/mirrored.py",
    "store/webhook_tables.py",
    "web/bench",
    "web/export",
    "web/hub",
    "web/oai",
    "webhooks/",
)


@dataclass(frozen=True, slots=True, order=True)
class Size:
    """So many lines at one place: `documents/atom.py` or `documents/atom.py:12 render`."""

    lines: int
    place: str

    def __str__(self) -> str:
        return f"{self.lines:6,}  {self.place}"


def file_sizes() -> list[Size]:
    """Return the files, longest first."""
    return sorted((Size(m.text.count("\n"), m.place) for m in modules()), reverse=True)


def function_sizes() -> list[Size]:
    """Return the functions, longest first."""
    return sorted((size for module in modules() for size in _functions(module)), reverse=True)


def _functions(module: Module) -> Iterator[Size]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            yield Size(lines, f"{module.place}:{node.lineno} {node.name}")


def core_lines() -> tuple[int, int]:
    """Return the core's lines: all, and those of code (no comment, docstring or empty line)."""
    core = [module for module in modules() if not module.place.startswith(NOT_CORE)]
    return sum(m.text.count("\n") for m in core), sum(_code_lines(m) for m in core)


def part_sizes() -> list[Size]:
    """Return the packages, largest first; modules that stand alone count together."""
    parts: dict[str, int] = {}
    for module in modules():
        name = module.place.partition("/")[0] if "/" in module.place else "single modules"
        parts[name] = parts.get(name, 0) + module.text.count("\n")
    return sorted((Size(lines, name) for name, lines in parts.items()), reverse=True)


def _code_lines(module: Module) -> int:
    tokens = tokenize.generate_tokens(io.StringIO(module.text).readline)
    code = {
        line
        for token in tokens
        if token.type not in LAYOUT
        for line in range(token.start[0], token.end[0] + 1)
    }
    for node in ast.walk(module.tree):
        match node:  # a string that stands alone is a docstring
            case ast.Expr(value=ast.Constant(value=str())):
                code -= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return len(code)


def faults() -> list[str]:
    """Return every file and function that is too big, each with its remedy."""
    remedy = "which concept is missing? Give it a name and a file"
    return [
        f"{size.place}: {size.lines} lines, at most {most}; {remedy}"
        for sizes, most in ((file_sizes(), LONGEST_FILE), (function_sizes(), LONGEST_FUNCTION))
        for size in sizes
        if size.lines > most
    ]


def main() -> int:
    """Print the report; return 1 where something is too big."""
    total = sum(size.lines for size in file_sizes())
    lines, code = core_lines()
    print(f"core: {lines:,} lines, {code:,} of them code (docs/decisions/0013 says why so many)")
    print(f"whole program: {total:,} lines, of which")
    print(*part_sizes(), sep="\n")
    print("longest files", *file_sizes()[:5], sep="\n")
    print("longest functions", *function_sizes()[:5], sep="\n")
    found = faults()
    print(*found, sep="\n", file=sys.stderr, end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
