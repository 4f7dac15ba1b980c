"""`serve`."""

from __future__ import annotations

import click

from syndicate.cli import here


@click.command
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64))
@click.option("--watch", is_flag=True, help="Also publish each file as soon as it is saved.")
def serve(host: str, port: int, workers: int, *, watch: bool) -> None:
    """SIGTERM or Ctrl-C ends it. What is scheduled goes out at its minute."""
