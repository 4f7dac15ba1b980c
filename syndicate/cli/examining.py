"""`doctor`."""

from __future__ import annotations

import json
import os
from dataclasses import asdict

import click

from syndicate.cli import here


@click.command
@click.option("--json", "as_json", is_flag=True, help="For a program.")
@click.option("--dns", is_flag=True, help="Ask name servers for the sender's SPF, DKIM and DMARC.")
@click.pass_context
def doctor(ctx: click.Context, *, as_json: bool, dns: bool) -> None:
    """Look at settings, secret key, disk, site, store, schedule, base URL, alerts; change nothing.

    Exit status 1 where something is an error, so that a timer may run it.
    """
    from syndicate import doctor as doctor_
    from syndicate import nameservers

    settings = here.settings()
    with here.database(settings) as engine:
        ask = nameservers.text_records if dns else None
        found = doctor_.examine(settings, engine, os.environ, now=here.now(), ask=ask)
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(map(str, found)))
    ctx.exit(1 if any(one.verdict == "error" for one in found) else 0)
