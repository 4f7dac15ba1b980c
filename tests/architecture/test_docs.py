"""The documents say what the program does: commands, settings, addresses, links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Final

import click
import pytest
from flask import Flask

from syndicate import config
from syndicate.cli import main
from syndicate.config import Settings
from syndicate.web import create_app
from tests.architecture.source import ROOT, files

FENCE: Final = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK: Final = re.compile(r"\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")


def _text(*places: str) -> str:
    return "\n".join((ROOT / place).read_text("utf-8") for place in places)


def _commands(
    command: click.Command, context: click.Context, path: str
) -> Iterator[tuple[str, click.Command]]:
    """Yield every command with its full name; of a group, what is in it."""
    if not isinstance(command, click.Group):
        yield path, command
        return
    for name in command.list_commands(context):
        inner = command.get_command(context, name)
        assert inner is not None, f"{path} lists {name!r}, but does not have it"
        if not inner.hidden:
            yield from _commands(inner, click.Context(inner, parent=context), f"{path} {name}")


COMMANDS: Final = dict(_commands(main, click.Context(main), "syndicate"))


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_and_its_options_are_documented(name: str) -> None:
    text = _text("README.md", "docs/operators.md", "docs/editors.md", "docs/partners.md")
    options = {
        option
        for parameter in COMMANDS[name].params
        if isinstance(parameter, click.Option) and not parameter.hidden
        for option in parameter.opts
        if option.startswith("--")
    }
    missing = {word for word in options | {name} if not re.search(rf"{word}(?![\w-])", text)}
    assert not missing, f"`{name}`: not in README.md or the guides in docs/"
    assert COMMANDS[name].help, f"`{name} --help` says nothing"


@pytest.mark.parametrize("field", [field.name for field in fields(Settings)])
def test_each_setting_is_documented(field: str) -> None:
    assert f"`SYNDICATE_{field.upper()}`" in _text("docs/operators.md")


# Addresses -----------------------------------------------------------------------------------


def _rules(folder: Path) -> list[str]:
    """Return the addresses that the application answers, without converters and French twins."""
    settings = config.load(
        {"SYNDICATE_DATABASE_URL": f"sqlite:///{folder}/none.sqlite"}, cwd=folder
    )
    published = create_app(settings)
    published.close()
    app = published._rest
    assert isinstance(app, Flask)
    return sorted({_plain(rule.rule).removeprefix("/fr") for rule in app.url_map.iter_rules()})


def _plain(text: str) -> str:
    """Return an address without the names of what varies: `/topics/<>/feed.<>`."""
    return re.sub(r"<[^<>\s]*>", "<>", text)


def test_each_address_is_documented(tmp_path: Path) -> None:
    text = _plain("\n".join(path.read_text("utf-8") for path in (ROOT / "docs").glob("*.md")))
    rules = _rules(tmp_path)
    assert rules
    assert [rule for rule in rules if f"`{rule}`" not in text] == []


# Markdown ------------------------------------------------------------------------------------


def _markdown() -> list[Path]:
    return [path for path in files() if path.suffix == ".md" and "corpus" not in path.parts]


@pytest.mark.parametrize("path", _markdown(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_to_files_lead_somewhere(path: Path) -> None:
    text = FENCE.sub("", path.read_text("utf-8"))
    targets = {target.partition("#")[0] for target in LINK.findall(text)}
    local = {target for target in targets if target and not re.match(r"[a-z]+:", target)}
    assert {target for target in local if not (path.parent / target).exists()} == set()


PLACE: Final = re.compile(r"`((?:syndicate|docs|deploy|tests|bench|requirements)/[a-z0-9_./-]+)`")


@pytest.mark.parametrize("path", _markdown(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_files_that_are_named_exist(path: Path) -> None:
    named = set(PLACE.findall(path.read_text("utf-8")))
    assert {place for place in named if not (ROOT / place).exists()} == set()


# The project's files -------------------------------------------------------------------------

# Written in pieces, so that this file is not found by its own search.
ELSEWHERE: Final = re.compile(
    "|".join(
        (
            r"/(?:root|home/\w+|Users/\w+|work)" + "/",  # a folder of somebody's machine
            r"/tmp" + r"/[a-z]",
            r"https?://\S*/(?:simple|packages)" + "/",  # a package registry's address
            r"python" + r"hosted\.org",
            r"https?://\S+\.(?:whl|tgz|deb)" + r"\b",
        )
    )
)


def test_no_file_names_a_machine_or_a_registry() -> None:
    assert [
        f"{path.relative_to(ROOT)}:{number}: {found[0]}"
        for path in files()
        for number, line in enumerate(_lines(path), 1)
        if (found := ELSEWHERE.search(line))
    ] == []


def _lines(path: Path) -> list[str]:
    return path.read_text("utf-8", errors="ignore").splitlines()
