"""Each library has its door, the pure modules have no clock, and SafeHtml has two makers."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from typing import Final

from tests.architecture.source import Module, called, imported, modules

# The import name of every library, and where it may be imported: a file, or a folder (`web/`).
DOORS: Final[dict[str, tuple[str, ...]]] = {
    "alembic": ("store/",),
    "bleach": ("editorial/sanitize.py",),
    "brotli": ("documents/render.py", "web/"),
    "click": ("cli/",),
    "dkim": ("deliver/signing.py",),
    "dns": ("nameservers.py",),
    "feedgen": ("documents/atom.py", "documents/rss.py"),
    "feedparser": ("foreign/",),
    "flask": ("web/",),
    "granian": ("web/", "cli/"),
    "httpcore2": ("outgoing/",),
    "httpx2": ("outgoing/",),
    "idna": ("mailbox.py",),
    "isal": ("documents/deflate.py", "documents/render.py"),
    "jinja2": ("alerts/templates/", "web/"),
    "lxml": ("documents/", "importing/"),
    "markdown_it": ("editorial/markdown.py", "editorial/near_markup.py"),
    "markupsafe": ("web/",),
    "mdit_py_plugins": ("editorial/markdown.py",),
    "nh3": ("editorial/sanitize.py",),
    "orjson": ("",),  # JSON is everybody's
    "prometheus_client": ("web/",),
    "procrastinate": ("deliver/distributed.py",),
    "psycopg": ("store/",),
    "pydantic": (
        "definition_files.py",
        "definition_values.py",
        "network_file.py",
        "editorial/",
        "store/",
    ),
    "pydantic_core": ("definition_files.py", "editorial/"),
    "rich": ("cli/",),
    "sqlalchemy": ("store/", "wiring.py"),
    "tomlkit": ("publish/", "definitions.py", "definition_files.py"),
    "watchfiles": ("publish/", "cli/"),
    "werkzeug": ("web/",),
    "yaml": ("editorial/frontmatter.py",),
}
SAFE_HTML_MAKERS: Final = ("editorial/sanitize.py", "store/summaries.py")
PURE: Final = (
    "addresses.py",
    "alerts/",
    "definition_files.py",
    "definition_values.py",
    "definitions.py",
    "documents/",
    "editorial/",
    "errors.py",
    "mailbox.py",
    "model.py",
    "network_file.py",
    "partners.py",
    "quotas.py",
    "selection.py",
    "sync.py",
)
CLOCKS: Final = frozenset({"monotonic", "now", "perf_counter", "time_ns", "today", "utcnow"})


def test_each_library_is_imported_only_at_its_door() -> None:
    assert [
        f"syndicate/{module.place}:{line}: {library} is not imported here; "
        f"call what {' or '.join(DOORS.get(library, ['(no door yet: decide on one)']))} offers"
        for module in modules()
        for library, line in imported(module)
        if library != "syndicate" and library not in sys.stdlib_module_names
        if not module.place.startswith(DOORS.get(library, ()))
    ] == []


def test_the_pure_modules_read_no_clock() -> None:
    assert [
        f"syndicate/{module.place}:{node.lineno}: a clock; take `now` as a parameter"
        for module in modules()
        if module.place.startswith(PURE)
        for node in _clocks(module)
    ] == []


def _clocks(module: Module) -> Iterator[ast.Attribute]:
    for node in ast.walk(module.tree):
        match node:
            case ast.Attribute(value=ast.Name(id="datetime" | "date" | "time" as owner), attr=name):
                if name in CLOCKS or (owner, name) == ("time", "time"):
                    yield node


def test_safe_html_is_made_only_by_the_sanitiser_and_from_stored_rows() -> None:
    """mypy refuses a str where SafeHtml is wanted; here is what it cannot see: who vouches."""
    assert [
        f"syndicate/{module.place}:{node.lineno}: SafeHtml is made by sanitize()"
        for module in modules()
        if module.place not in SAFE_HTML_MAKERS
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and _vouches(node)
    ] == []


def _vouches(node: ast.Call) -> bool:
    if called(node) == "SafeHtml":
        return True
    return called(node) == "cast" and bool(node.args) and "SafeHtml" in ast.dump(node.args[0])
