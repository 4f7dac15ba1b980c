"""`worker`."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

import click

from syndicate.cli import here

if TYPE_CHECKING:
    from syndicate.config import Settings
    from syndicate.deliver.engine import Engine as Runner
    from syndicate.store.engine import Engine


@click.command
@click.option("--once", is_flag=True, help="End when nothing is due.")
@click.option(
    "--note-every",
    default=10,
    show_default=True,
    type=click.IntRange(1, 100),
    help="Mails between two commits: so many may go twice after a kill.",
)
def worker(*, once: bool, note_every: int) -> None:
    """Go on until SIGTERM or Ctrl-C. Needs SYNDICATE_SMTP_URL, and [alerts] in network.toml.

    Webhooks, the hub and purges need neither. Any number may run at once; on SQLite one is enough,
    on several machines SYNDICATE_ENGINE=distributed shares the work out.
    """
    from syndicate import wiring

    settings = here.settings()
    stop = here.stopped()
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    with here.store(settings) as engine:
        runner = None if once else wiring.duty_engine(settings, engine)
        calling = call_others(engine, settings, stop, runner)
        try:
            if settings.smtp_url or not (settings.is_purging or _calls_others(engine)):
                deliver(engine, settings, stop, runner, note_every=note_every)
            elif not once:
                stop.wait()
        finally:
            if not once:
                stop.set()
                for thread in calling:
                    thread.join()


def call_others(
    engine: Engine, settings: Settings, stop: threading.Event, runner: Runner | None
) -> list[threading.Thread]:
    """Start the threads that call webhooks, subscribers and caches: slow ones hold up no mail.

    Without a `runner`, what is due is done when this returns, and there are no threads.
    """
    from syndicate import wiring
    from syndicate.deliver import engine as engines

    threads = []
    for duties in wiring.callers(settings, engine, clock=here.now):
        if runner is None:
            engines.run_once(duties, stop)  # here, so that what fails ends the command
            continue
        threads.append(threading.Thread(target=runner.run, args=(duties, stop), daemon=True))
        threads[-1].start()
    return threads


def _calls_others(engine: Engine) -> bool:
    """Tell whether there is anything to do without mail."""
    from syndicate.store import callbacks, site
    from syndicate.store import engine as store

    with store.reading(engine) as connection:
        if "network.toml" not in site.get_values(connection):
            return False  # nothing was published that anybody could be told of
        found = site.get_definitions(connection)
        return found.is_hub or (found.network.webhooks and bool(callbacks.list_all(connection)))


def deliver(
    engine: Engine,
    settings: Settings,
    stop: threading.Event,
    runner: Runner | None,
    *,
    note_every: int = 10,
) -> None:
    """Deliver until `stop` is set; without a `runner`, until nothing is due."""
    from syndicate import wiring
    from syndicate.deliver import engine as engines

    made = wiring.worker(settings, engine, clock=here.now, note_every=note_every)
    try:
        (runner.run if runner else engines.run_once)(made.duties, stop)
    finally:
        made.close()
