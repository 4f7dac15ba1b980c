"""The engine for any number of machines: each duty is a job of Procrastinate, on PostgreSQL.

Each duty has a queue of its own name, which only workers that have this duty read; one job of it
waits at most, any number may be under way. A clock and triggers add jobs; who finds something to
do calls the others, so as many work side by side as are free. No job excludes another, so none
that is stuck holds anything up: leases in our tables say who does what (store/jobs.py).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final

from procrastinate import App, PsycopgConnector
from procrastinate.schema import SchemaManager

from syndicate.deliver.engine import PAUSE, Duty, attempt
from syndicate.store import engine as store
from syndicate.store import jobs
from syndicate.store.engine import Engine

log = logging.getLogger(__name__)
TICK: Final = "* * * * * */10"
"""When each duty is looked at, whoever was called or not; the last field is that of seconds."""
SWEEP: Final = "sweep"
_AT_MOST: Final = 5.0  # seconds after which a job leaves the rest to the next
_LONGEST_PAUSE: Final = 60  # seconds
_PATIENCE: Final = 5.0  # seconds to wait for a connection
_LOOK: Final = 0.1  # seconds between looks at whether to stop


class DistributedEngine:
    """Runs duties wherever a worker is free. For any number of machines, on PostgreSQL."""

    def __init__(self, engine: Engine, *, tick: str = TICK) -> None:
        """Make the tables of jobs, or bring them to this version. StoreError: see `prepare`."""
        self._engine = engine
        self._tick = tick
        folder = Path(SchemaManager.get_migrations_path())
        changes = {path.name: path.read_text("utf-8") for path in folder.glob("*.sql")}
        jobs.prepare(engine, SchemaManager.get_schema(), changes)

    def run(self, duties: Mapping[str, Duty], stop: threading.Event) -> None:
        """Work until `stop` is set, one duty at a time; a database that is away is waited for."""
        while not stop.is_set():
            try:
                asyncio.run(self._serve(self._app(duties, stop), [*duties, SWEEP], stop))
            except Exception as error:  # noqa: BLE001 - the next attempt may go well
                log.warning("no jobs can be had: %s", error.__cause__ or error)
            stop.wait(PAUSE)

    def _app(self, duties: Mapping[str, Duty], stop: threading.Event) -> App:
        """Return an application of Procrastinate that knows these duties, and the sweep."""
        driver = store.get_driver_arguments(self._engine)
        app = App(
            # who waits longer for a connection begins anew
            connector=PsycopgConnector(kwargs=driver, min_size=1, max_size=2, timeout=_PATIENCE)
        )
        for name, duty in {**duties, SWEEP: self._sweep}.items():
            job = self._job(name, duty, duties, stop)
            task = app.task(name=name, queue=name, queueing_lock=name)(job)
            app.periodic(cron=self._tick)(task)
        return app

    async def _serve(self, app: App, queues: list[str], stop: threading.Event) -> None:
        """Take jobs until told to stop; what is under way then is ended first."""

        async def work() -> None:
            async with app.open_async():
                await app.run_worker_async(
                    queues=queues,
                    install_signal_handlers=False,
                    delete_jobs="always",
                    fetch_job_polling_interval=PAUSE,
                    stalled_worker_timeout=jobs.ALIVE,
                )

        worker = asyncio.create_task(work())
        while not worker.done() and not stop.is_set():
            await asyncio.wait({worker}, timeout=_LOOK)
        worker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await worker

    def _job(
        self, name: str, duty: Duty, duties: Mapping[str, Duty], stop: threading.Event
    ) -> Callable[[int, int], None]:
        """Return what runs one duty until it finds nothing more, or has had its time."""

        def job(timestamp: int = 0, failures: int = 0) -> None:  # noqa: ARG001 - of the clock
            ends = time.monotonic() + _AT_MOST
            while busy := attempt(name, duty, stop):
                jobs.wake(self._engine, duties)  # others may help, or go on from what was done
                if stop.is_set() or time.monotonic() > ends:
                    return
            if busy is None:
                pause = timedelta(seconds=min(2**failures, _LONGEST_PAUSE))
                jobs.wake(self._engine, [name], failures=failures + 1, after=pause)

        return job

    def _sweep(self, _stop: threading.Event) -> bool:
        if stalled := jobs.sweep(self._engine):
            log.warning("%s jobs of workers that are gone were begun anew", stalled)
        return False
