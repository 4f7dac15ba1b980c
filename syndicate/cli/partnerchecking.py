"""`partner-check`."""

from __future__ import annotations

import json
import os
import secrets
import shlex
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from syndicate.partnercheck.holdings import Holdings
    from syndicate.partnercheck.run import Mark, Report

_PLACE: Final = "{origin}"


@click.command(name="partner-check")
@click.argument("held", metavar="URL-OR-FILE")
@click.option("--run", "command", help="Runs your mirror once; {origin} is put in.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="0: any that is free.")
@click.option(
    "--patience",
    default=60,
    show_default=True,
    type=click.IntRange(min=1),
    metavar="SECONDS",
    help="How long a scene may take.",
)
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def partner_check(
    held: str, *, command: str | None, host: str, port: int, patience: int, as_json: bool
) -> None:
    """Serve a history that is hard to follow, and look at what your mirror makes of it.

    URL-OR-FILE shows what the mirror holds: `id TAB content_hash`, or JSON with these two and
    `content_html`, a line for each entry. Begin with an empty copy. Exit status 1 where it fails.
    """
    from syndicate.partnercheck import serving
    from syndicate.partnercheck.origin import Origin
    from syndicate.partnercheck.run import Rehearsal
    from syndicate.partnercheck.script import Script
    from syndicate.sync import Seal

    script = Script(Origin(Seal((secrets.token_hex(32),))))
    lock = threading.Lock()
    with serving.serving(script, host, port, lock) as origin:
        if command is None:
            click.echo(f"point your mirror, with an empty copy, at {origin}/v1/", err=True)
        rehearsal = Rehearsal(
            script=script,
            lock=lock,
            look=lambda: _look(held),
            come=None if command is None else lambda: _run(command, origin, patience),
            patience=patience,
        )
        report = rehearsal.run(told=None if as_json else _tell)
    _show(report, as_json=as_json)
    click.get_current_context().exit(0 if report.passed else 1)


def _look(held: str) -> Holdings:
    """Return what the mirror shows; nothing before there is such a file."""
    from syndicate.partnercheck import holdings

    if not held.startswith(("http://", "https://")):
        path = Path(held)
        return holdings.read(path.read_text("utf-8")) if path.exists() else {}
    from syndicate import outgoing
    from syndicate.errors import FetchError

    # it is the partner's own, and most likely on this machine
    found = outgoing.fetch(held, guard=outgoing.Guard(allow_loopback=True))
    if found.status != 200:
        raise FetchError(f"{held} answers {found.status}", "let it show what your mirror holds")
    return holdings.read(found.body.decode("utf-8", "replace"))


def _run(command: str, origin: str, patience: int) -> None:
    """Run the mirror once. Its exit status is its own: it may well give up where it is refused."""
    words = [word.replace(_PLACE, origin) for word in shlex.split(command)]
    try:
        ended = subprocess.run(
            words, capture_output=True, text=True, check=False, timeout=patience, env=_environ()
        )
    except subprocess.TimeoutExpired:
        click.echo(f"the command took longer than {patience} s", err=True)
        return
    if ended.returncode:
        last = (ended.stderr or ended.stdout).strip().rpartition("\n")[2]
        click.echo(f"the command ended with {ended.returncode}: {last[:300]}", err=True)


def _environ() -> dict[str, str]:
    """Return the environment of the command: the origin is on this machine, and that is meant."""
    return {**os.environ, "SYNDICATE_ALLOW_LOOPBACK": "1"}


def _tell(mark: Mark) -> None:
    word = "passed" if mark.passed else "FAILED"
    click.echo(f"{word}  {mark.scene}: {mark.tries}")
    for fault in mark.faults:
        click.echo(f"        {fault}")


def _show(report: Report, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(report.to_json(), ensure_ascii=False, indent=2))
        return
    for text in report.advice:
        click.echo(f"advice  {text}")
    if not report.markup:
        click.echo("advice  your HTML was not judged: show `content_html` too")
    passed = sum(mark.passed for mark in report.marks)
    click.echo(f"{passed} of {len(report.marks)} scenes passed")
