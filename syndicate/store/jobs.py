"""Jobs of the distributed engine: Procrastinate's tables, beside ours in the same PostgreSQL.

A job says that a duty is to be looked at, and nothing else: what there is to do stands in our own
tables. So a job may be lost, doubled or late, and backups leave these tables out. Statements stand
here rather than calls of the library, so that whoever publishes, serves or examines need not have
it; and since its own retry fails where a job of the same queueing lock waits (its issues 1446 and
1543), a job that failed or stalled is deleted, and another takes its place.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import text

from syndicate.errors import StoreError
from syndicate.store import engine as store
from syndicate.store.engine import Connection, Engine

log = logging.getLogger(__name__)
ALIVE: Final = 60
"""Seconds after its last heartbeat for which a worker is taken to be at work; one comes each 10."""
_PATIENCE: Final = 2.0  # seconds for which a trigger waits for a lock
_LOCK: Final = 0x73796E6D6A6F6273  # "synmjobs": the number of the lock under which tables are made

_IS_ALIVE: Final = f"worker.last_heartbeat > now() - interval '{ALIVE} seconds'"
# A job may also be left by a worker that goes on, which could not note its end: no duty takes as
# long. None of this asks whether Procrastinate has forgotten the worker (its issue 1518).
_LONG_AGO: Final = """EXISTS (SELECT FROM procrastinate_events AS event WHERE
    event.job_id = job.id AND event.type = '{}' AND event.at < now() - interval '1 hour')"""
_IS_STALLED: Final = f"""job.status = 'doing' AND ({_LONG_AGO.format("started")} OR NOT EXISTS (
    SELECT FROM procrastinate_workers AS worker WHERE worker.id = job.worker_id AND {_IS_ALIVE}))"""
_FORGET_JOBS: Final = f"""DELETE FROM procrastinate_jobs AS job
    WHERE status NOT IN ('todo', 'doing') OR status = 'todo' AND {_LONG_AGO.format("deferred")}"""  # noqa: S608 - of constants
_FORGET_DUTIES: Final = """DELETE FROM procrastinate_periodic_defers
    WHERE defer_timestamp < extract(epoch FROM now() - interval '1 hour')"""
# In order of names: two that add several at once would else wait for each other.
_ADD: Final = """
INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, args, scheduled_at)
    SELECT DISTINCT duty, duty, duty, CAST(:arguments AS jsonb), now() + CAST(:after AS interval)
    FROM {duties} AS found (duty) ORDER BY duty ON CONFLICT DO NOTHING
"""
_NAMED: Final = "unnest(CAST(:duties AS text[]))"


def prepare(engine: Engine, whole: str, changes: Mapping[str, str]) -> None:
    """Make the tables, or bring them to this version; several may do so at once.

    `whole` makes them at the newest version; `changes` has, by names in order, what leads from each
    version to the next. StoreError where the tables are newer, or another program's.
    """
    while _make_step(engine, whole, changes):
        pass


def _make_step(engine: Engine, whole: str, changes: Mapping[str, str]) -> bool:
    """Make one step, in a transaction of its own: some use what one before must have committed."""
    newest = max(changes)
    with store.recording(engine) as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
        present = _find_version(connection) if _has_tables(connection) else None
        if present == "":
            raise StoreError(
                "the tables of Procrastinate are another program's",
                "give this network a database, or a schema, of its own",
            )
        if present and present > newest:
            raise StoreError("the tables of jobs are newer than this program", "upgrade syndicate")
        if present == newest:
            return False
        step = min(name for name in changes if name > present) if present else newest
        script = changes[step] if present else whole
        connection.execution_options(no_parameters=True).exec_driver_sql(script)
        connection.exec_driver_sql(f"COMMENT ON TABLE procrastinate_jobs IS '{step}'")
        return True


def _has_tables(connection: Connection) -> bool:
    found = connection.execute(text("SELECT to_regclass('procrastinate_jobs')"))
    return found.scalar_one() is not None


def _find_version(connection: Connection) -> str:
    query = "SELECT obj_description(to_regclass('procrastinate_jobs'), 'pg_class')"
    return str(connection.execute(text(query)).scalar_one() or "")


def wake(
    engine: Engine,
    duties: Collection[str] | None = None,
    *,
    failures: int = 0,
    after: timedelta = timedelta(0),
) -> None:
    """Have duties looked at, all that any worker knows unless told, each by whoever is free.

    Does nothing where no distributed worker has ever run, and for duties that wait already. Never
    fails: a trigger that is lost costs the time until the next tick. Outside of transactions: who
    adds the same job waits until this one is committed.
    """
    if engine.dialect.name != "postgresql":
        return
    known = "(SELECT task_name FROM procrastinate_periodic_defers)"
    statement = _ADD.format(duties=known if duties is None else _NAMED)
    values = {
        "duties": list(duties or ()),
        "arguments": f'{{"failures": {failures}}}' if failures else "{}",
        "after": after,
    }
    try:
        with store.recording(engine, patience=_PATIENCE) as connection:
            if _has_tables(connection):
                connection.execute(text(statement), values)
    except StoreError as error:
        log.warning("a trigger was lost; the next tick takes its place: %s", error)


def sweep(engine: Engine) -> int:
    """Put new jobs in the place of those whose worker died; return how many.

    Forget what ended, and what no worker has had among its duties for an hour.
    """
    for statement in (
        _FORGET_JOBS,
        _FORGET_DUTIES,
    ):  # one by one: who adds a job waits for those that it would replace
        with store.recording(engine) as connection:
            connection.execute(text(statement))
    with store.recording(engine) as connection:
        deleted = f"DELETE FROM procrastinate_jobs AS job WHERE {_IS_STALLED} RETURNING task_name"  # noqa: S608
        stalled = list(connection.execute(text(deleted)).scalars())
        values = {"duties": stalled, "arguments": "{}", "after": timedelta(0)}
        connection.execute(text(_ADD.format(duties=_NAMED)), values)
    return len(stalled)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How the distributed engine does. `workers`: threads with a heartbeat."""

    workers: int
    stalled: int  # jobs of workers that are gone
    waiting: timedelta  # of the oldest job that nobody has begun
    failing: Mapping[str, int]  # duties, and how often each has failed in a row


def find_health(connection: Connection) -> Health | None:
    """Return how the workers do; None where no distributed worker has ever run."""
    if connection.dialect.name != "postgresql" or not _has_tables(connection):
        return None
    row = connection.execute(
        text(
            f"""SELECT
            (SELECT count(*) FROM procrastinate_workers AS worker WHERE {_IS_ALIVE}) AS workers,
            (SELECT count(*) FROM procrastinate_jobs AS job WHERE {_IS_STALLED}) AS stalled,
            (SELECT now() - min(greatest(event.at, job.scheduled_at))
                FROM procrastinate_jobs AS job JOIN procrastinate_events AS event
                ON event.job_id = job.id AND event.type = 'deferred' WHERE job.status = 'todo')
                AS waiting"""  # noqa: S608 - of constants
        )
    ).one()
    failing = connection.execute(
        text(
            """SELECT task_name, CAST(args ->> 'failures' AS integer) AS failures
            FROM procrastinate_jobs WHERE status = 'todo' AND args ->> 'failures' IS NOT NULL"""
        )
    )
    return Health(
        workers=row.workers,
        stalled=row.stalled,
        waiting=max(row.waiting or timedelta(0), timedelta(0)),
        failing={row.task_name: row.failures for row in failing},
    )
