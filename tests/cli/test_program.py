"""The group of all commands: what it imports, how it tells errors, with which status it ends."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from syndicate import __version__
from syndicate.cli import COMMANDS, main
from syndicate.cli.program import Command, Program
from syndicate.errors import SettingsError, StoreError
from tests.cli.conftest import Terminal
from tests.sites import REPOSITORY

HEAVY = ("sqlalchemy", "flask", "pydantic", "yaml", "alembic", "rich", "bleach", "lxml", "granian")
SHOW_IMPORTS = """
import sys
from click.testing import CliRunner
from syndicate.cli import main
result = CliRunner().invoke(main, sys.argv[1:])
assert result.exit_code == 0, result.output
print(*sys.modules)
"""


def _imported_by(*words: str) -> set[str]:
    ended = subprocess.run(
        [sys.executable, "-c", SHOW_IMPORTS, *words],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(ended.stdout.split())


def test_listing_the_commands_imports_none_of_them() -> None:
    imported = _imported_by("--help")
    assert imported.isdisjoint(HEAVY)
    assert {name for name in imported if name.startswith("syndicate")} == {
        "syndicate",
        "syndicate.cli",
        "syndicate.cli.program",
    }


@pytest.mark.parametrize("words", [("publish", "--help"), ("db", "--help"), ("--version",)])
def test_asking_for_help_imports_no_library(words: tuple[str, ...]) -> None:
    assert _imported_by(*words).isdisjoint(HEAVY)


def test_each_command_is_there_and_its_help_begins_with_the_listed_sentence() -> None:
    context = click.Context(main)
    for name, (_, sentence) in COMMANDS.items():
        command = main.get_command(context, name)
        assert command is not None
        assert command.help is not None
        assert command.help.startswith(f"{sentence}\n")


def test_the_listing_cuts_no_sentence_off() -> None:
    listed = CliRunner().invoke(main, ["--help"], terminal_width=80).output
    assert all(sentence in listed for _, sentence in COMMANDS.values())
    for group in ("db", "topics", "import"):
        listed = CliRunner().invoke(main, [group, "--help"], terminal_width=80).output
        assert "...\n" not in listed.partition("Commands:")[2]


def test_a_slip_is_told_with_what_was_likely_meant() -> None:
    result = CliRunner().invoke(main, ["pubish"])
    assert result.exit_code == 2
    assert "Did you mean publish?" in result.stderr


def test_version() -> None:
    assert CliRunner().invoke(main, ["--version"]).output == f"syndicate {__version__}\n"


# Errors ----------------------------------------------------------------------------------------


@click.command
@click.argument("what")
def _fails(what: str) -> None:
    raise {
        "store": StoreError("the disk is full", "make room"),
        "settings": SettingsError("SYNDICATE_X: no"),
        "file": FileNotFoundError(2, "No such file or directory", "x.xml"),
        "fault": ZeroDivisionError("division by zero"),
        "no-name": OSError("odd"),
        "stop": KeyboardInterrupt(),
    }[what]


@pytest.fixture
def failing() -> Iterator[Program]:
    module = importlib.import_module("syndicate.cli.here")
    module.__dict__["_fails"] = _fails

    @click.group(
        cls=Program, commands_in="syndicate.cli", table={"fail": Command("here:_fails", "Fail.")}
    )
    @click.option("--debug", is_flag=True)
    def group(*, debug: bool) -> None:
        """Stand for the program."""

    assert isinstance(group, Program)
    yield group
    del module.__dict__["_fails"]


@pytest.mark.parametrize(
    ("what", "status", "told"),
    [
        ("store", 1, "the disk is full; make room\n"),
        ("settings", 2, "SYNDICATE_X: no\n"),
        ("file", 1, "x.xml: No such file or directory\n"),
        ("stop", 130, "stopped\n"),
    ],
)
def test_what_was_foreseen_is_told_in_one_line(
    failing: Program, what: str, status: int, told: str
) -> None:
    result = CliRunner().invoke(failing, ["fail", what])
    assert (result.exit_code, result.stdout, result.stderr) == (status, "", told)


@pytest.mark.parametrize("what", ["fault", "no-name"])
def test_a_fault_is_told_without_a_stack_trace(failing: Program, what: str) -> None:
    result = CliRunner().invoke(failing, ["fail", what])
    assert result.exit_code == 70
    assert result.stderr.startswith("a fault of the program: ")
    assert "`syndicate --debug fail …`" in result.stderr
    assert "Traceback" not in result.stderr


def test_debug_shows_where_a_fault_arose(failing: Program) -> None:
    result = CliRunner().invoke(failing, ["--debug", "fail", "fault"])
    assert isinstance(result.exception, ZeroDivisionError)


def test_a_reader_that_goes_away_ends_a_command_quietly(terminal: Terminal) -> None:
    for number in range(10):
        terminal.site.write(f"summary-{number}", number=number)
    process = terminal.start("publish", "--json")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait() == 1
