"""The group of all commands: imports a command only when it is run, and tells errors to a person.

What the program foresaw is told in its own words, without a stack trace, and ends with its exit
status; anything else is a fault of the program and ends with 70 (EX_SOFTWARE of sysexits.h).
"""

from __future__ import annotations

import atexit
import errno
import gc
import importlib
import inspect
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import click

UNFORESEEN: Final = 70
STOPPED: Final = 130  # 128 and the number of SIGINT, as shells have it


class Command(NamedTuple):
    """Where a command is (`module:attribute`) and what it does, in one sentence."""

    place: str
    help: str


class Program(click.Group):
    """A group that knows its commands by name and sentence before any is imported."""

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - click's
        commands_in: str,
        table: Mapping[str, Command],
        **options: Any,  # noqa: ANN401 - the same
    ) -> None:
        super().__init__(*args, **options)
        self._package = commands_in
        self._table = table

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        return list(self._table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's
        """Import a command; None where there is none of that name."""
        if cmd_name not in self._table:
            return None
        if cmd_name not in self.commands:
            place, sentence = self._table[cmd_name]
            module, _, name = place.partition(":")
            command = getattr(importlib.import_module(f"{self._package}.{module}"), name)
            command.help = f"{sentence}\n\n{inspect.cleandoc(command.help or '')}"
            self.add_command(command, cmd_name)
        return self.commands[cmd_name]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in self._table:
            from difflib import get_close_matches

            near = " or ".join(get_close_matches(args[0], self._table))
            ctx.fail(f"No such command {args[0]!r}." + (f" Did you mean {near}?" if near else ""))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.help) for name, command in self._table.items()])

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's
        """Run the command; turn what goes wrong into a message and an exit status."""
        # at the end the system takes all memory back: to look for garbage before would take a
        # fifth of the time of a short command
        atexit.register(gc.freeze)
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit):
            raise
        except (click.Abort, KeyboardInterrupt, EOFError):
            click.echo("stopped", err=True)
            raise click.exceptions.Exit(STOPPED) from None
        except Exception as error:
            if ctx.params["debug"] or getattr(error, "errno", None) == errno.EPIPE:
                raise  # a reader that went away is click's to end quietly
            message, status = _told(error, ctx)
            click.echo(message, err=True)
            raise click.exceptions.Exit(status) from error


def _told(error: Exception, ctx: click.Context) -> tuple[str, int]:
    """Return what a person is told of an error, and the exit status."""
    from syndicate.errors import SyndicateError

    if isinstance(error, SyndicateError):
        return str(error), error.exit_code
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}", 1
    report = f"Please report it with what `syndicate --debug {ctx.invoked_subcommand} …` prints."
    return f"a fault of the program: {type(error).__name__}: {error}\n{report}", UNFORESEEN
