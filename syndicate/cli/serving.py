"""`serve`."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from syndicate.cli import here

if TYPE_CHECKING:
    from syndicate.config import Settings
    from syndicate.deliver.engine import Engine as Runner
    from syndicate.store.engine import Engine


@click.command
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64))
@click.option("--watch", is_flag=True, help="Also publish each file as soon as it is saved.")
def serve(host: str, port: int, workers: int, *, watch: bool) -> None:
    """Print the addresses; go on until SIGTERM or Ctrl-C. What is scheduled goes out in time."""
    from syndicate.web import server

    settings = here.settings()
    with here.store(settings) as engine:
        background = _beside(engine, settings, watch=watch)
        server.serve(settings, host=host, port=port, workers=workers, background=background)


def _beside(
    engine: Engine, settings: Settings, *, watch: bool
) -> Callable[[threading.Event], None]:
    """Return what the supervising process does beside serving."""
    from syndicate import wiring
    from syndicate.cli.publishing import tell
    from syndicate.cli.working import call_others
    from syndicate.publish import background, memory, watching

    runner = wiring.duty_engine(settings, engine)

    def run(stop: threading.Event) -> None:
        memory.settle()
        delivering = _delivering(engine, settings, stop, runner) if settings.smtp_url else None
        calling = call_others(engine, settings, stop, runner)
        if watch:
            options = {"base_url": settings.base_url, "clock": here.now, "told": tell, "stop": stop}
            threading.Thread(
                target=watching.watch, args=(engine, settings.site), kwargs=options, daemon=True
            ).start()
        background.run(engine, clock=here.now, stop=stop)
        for thread in calling:
            thread.join()  # at most as long as a call may take
        if delivering:
            delivering.join()  # a mail that is on its way is noted

    return run


def _delivering(
    engine: Engine, settings: Settings, stop: threading.Event, runner: Runner
) -> threading.Thread:
    """Start the worker as a thread: on one machine nothing more is needed."""
    from syndicate.cli.working import deliver

    thread = threading.Thread(target=deliver, args=(engine, settings, stop, runner), daemon=True)
    thread.start()
    return thread
