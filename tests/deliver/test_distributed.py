"""What is peculiar to the engine of many machines: its tables, its triggers, and its dead."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from procrastinate.schema import SchemaManager
from sqlalchemy import make_url

from syndicate.deliver.distributed import DistributedEngine
from syndicate.errors import StoreError
from syndicate.store import backup, jobs
from syndicate.store import engine as store
from syndicate.subscribing import keeping
from tests import readers
from tests.deliver.engines import SELDOM, Stand, until
from tests.deliver.hub.conftest import Stand as HubStand
from tests.deliver.hub.conftest import confirm
from tests.outgoing.stand import serving
from tests.readers import Network

MIGRATIONS = Path(SchemaManager.get_migrations_path())
NAMES = sorted(path.name for path in MIGRATIONS.glob("*.sql"))
JOBS = "SELECT 1 FROM procrastinate_jobs"
WORKER = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - {age}) RETURNING id"


@pytest.fixture
def engine(postgresql_url: str) -> Iterator[store.Engine]:
    made = store.connect(postgresql_url)
    yield made
    made.dispose()


@pytest.fixture
def stand(engine: store.Engine) -> Iterator[Stand]:
    made = Stand("distributed", engine, tick=SELDOM)
    yield made
    made.end()


@pytest.fixture
def network(stand: Stand, tmp_path: Path, postgresql_url: str) -> Iterator[Network]:
    with readers.running(tmp_path, postgresql_url) as found:
        yield found
        stand.end()


def add_job(stand: Stand, duty: str, status: str, worker: int | None = None) -> None:
    stand.ask(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, status, worker_id)"
        " SELECT duty, duty, duty, CAST(:status AS procrastinate_job_status), :worker"
        " FROM CAST(:duty AS text) AS found (duty)",
        duty=duty,
        status=status,
        worker=worker,
    )


# The tables --------------------------------------------------------------------------------------


def run(engine: store.Engine, *scripts: str) -> None:
    for script in scripts:
        with engine.begin() as connection:
            connection.execution_options(no_parameters=True).exec_driver_sql(script)


def functions(engine: store.Engine) -> list[str]:
    query = "SELECT proname FROM pg_proc WHERE proname LIKE 'procrastinate%%' ORDER BY proname"
    with engine.connect() as connection:
        return list(connection.exec_driver_sql(query).scalars())


def test_workers_that_start_together_make_the_tables_once(engine: store.Engine) -> None:
    failed: list[Exception] = []

    def start() -> None:
        try:
            DistributedEngine(engine)
        except Exception as error:  # noqa: BLE001 - told below, in the test
            failed.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert "procrastinate_fetch_job_v2" in functions(engine)


def test_tables_of_an_older_version_are_brought_to_this_one(engine: store.Engine) -> None:
    run(engine, *((MIGRATIONS / name).read_text("utf-8") for name in NAMES[:-3]))
    run(engine, f"COMMENT ON TABLE procrastinate_jobs IS '{NAMES[-4]}'")
    run(engine, "INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('plan', 'plan')")
    before = functions(engine)
    DistributedEngine(engine)
    after = functions(engine)
    assert after != before
    with engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM procrastinate_jobs").scalar() == 1
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    DistributedEngine(engine)
    assert functions(engine) == after


@pytest.mark.parametrize(
    ("comment", "told"), [("99.00.00_01_pre", "newer than this program"), ("", "another program")]
)
def test_tables_that_are_not_ours_are_left_alone(
    comment: str, told: str, engine: store.Engine
) -> None:
    run(engine, SchemaManager.get_schema())
    run(engine, f"COMMENT ON TABLE procrastinate_jobs IS '{comment}'")
    with pytest.raises(StoreError, match=told):
        DistributedEngine(engine)


def test_a_network_in_a_schema_of_its_own_has_jobs_of_its_own(
    engine: store.Engine, postgresql_url: str
) -> None:
    run(engine, "CREATE SCHEMA care")
    inside = {"options": "-csearch_path=care"}
    url = make_url(postgresql_url).update_query_dict(inside)
    own = store.connect(url.render_as_string(hide_password=False))
    called = threading.Event()

    def duty(_stop: threading.Event) -> bool:
        called.set()
        return False

    stand = Stand("distributed", own)
    stand.start({"duty": duty})
    assert called.wait(30)
    stand.end()
    query = "SELECT relnamespace::regnamespace::text FROM pg_class WHERE relname = :name"
    assert stand.ask(query, name="procrastinate_jobs") == [("care",)]
    own.dispose()


def test_a_backup_leaves_jobs_out_and_a_restore_leaves_them_alone(
    stand: Stand, network: Network, tmp_path: Path
) -> None:
    stand.engine()
    add_job(stand, "plan", "todo")
    kept = tmp_path / "kept"
    backup.write(stand.store, kept, secret_key=None, now=network.now)
    assert b"procrastinate" not in kept.read_bytes()
    network.site.write("one")
    network.site.publish()
    backup.restore(stand.store, kept, replace=True)
    assert stand.ask("SELECT task_name FROM procrastinate_jobs") == [("plan",)]


# Triggers ----------------------------------------------------------------------------------------


def test_nothing_waits_for_a_tick_that_somebody_has_called_for(
    stand: Stand, network: Network
) -> None:
    stand.start(network.worker().duties)
    until(lambda: len(stand.ask("SELECT 1 FROM procrastinate_periodic_defers")) == 5)
    until(lambda: not stand.ask(JOBS))
    network.sign_up("anna@example.org")
    until(lambda: network.sink.mails)
    network.confirm(network.sink.mails[0])
    until(lambda: not stand.ask(JOBS))
    network.site.write("one")
    network.site.publish()
    until(lambda: network.sink.mails[1:])
    until(lambda: not stand.ask(JOBS))
    arguments = network.site.engine, network.keyring
    keeping.ask_for_link(*arguments, "anna@example.org", client="192.0.2.1", now=network.now)
    until(lambda: network.sink.mails[2:])
    token = network.token(network.sink.mails[2], "preferences")
    until(lambda: not stand.ask(JOBS))
    keeping.export(*arguments, token, now=network.now)
    until(lambda: network.sink.mails[3:])


def test_a_request_to_the_hub_calls_for_its_verification(stand: Stand, network: Network) -> None:
    stand.engine()
    stand.ask("INSERT INTO procrastinate_periodic_defers (task_name) VALUES ('hub: verify')")
    file = network.site.folder / "feeds/network.toml"
    file.write_text(f"{file.read_text('utf-8')}\n[hub]\nown = true\n", "utf-8")
    network.site.publish()
    stand.ask("DELETE FROM procrastinate_jobs")
    with serving({"/here": confirm}) as subscriber:
        hub = HubStand(network, subscriber)
        assert hub.ask().status_code == 202
        hub.app.close()
    assert stand.ask("SELECT task_name FROM procrastinate_jobs") == [("hub: verify",)]


def test_who_finds_something_goes_on_and_calls_the_others(stand: Stand) -> None:
    calls: list[str] = []

    def find(_stop: threading.Event) -> bool:
        calls.append("find")
        return calls.count("find") < 5

    def other(_stop: threading.Event) -> bool:
        calls.append("other")
        return False

    stand.start({"find": find, "other": other})
    until(lambda: calls.count("find") >= 5 and "other" in calls[calls.index("find") :])


def test_the_pause_after_a_failure_grows(stand: Stand) -> None:
    def fail(_stop: threading.Event) -> bool:
        raise StoreError("no")

    stand.start({"fail": fail})
    query = (
        "SELECT CAST(args ->> 'failures' AS integer), scheduled_at - at FROM procrastinate_jobs"
        " JOIN procrastinate_events AS event ON job_id = procrastinate_jobs.id"
        " WHERE event.type = 'deferred' AND args <> '{}' AND status = 'todo'"
    )
    for failures in (1, 2):
        until(lambda: (failures, timedelta(seconds=2 ** (failures - 1))) in stand.ask(query))  # noqa: B023


def test_one_job_of_each_duty_waits_however_often_it_is_called_for(
    stand: Stand, network: Network
) -> None:
    stand.engine()
    for duty in ("plan", "send"):
        stand.ask(f"INSERT INTO procrastinate_periodic_defers (task_name) VALUES ('{duty}')")
    network.site.write("one")
    network.site.publish()
    network.sign_up("anna@example.org")
    network.sign_up("bert@example.org")
    waiting = "SELECT task_name, count(*) FROM procrastinate_jobs GROUP BY task_name ORDER BY 1"
    assert stand.ask(waiting) == [("plan", 1), ("send", 1)]


def test_without_tables_of_jobs_nobody_is_called(stand: Stand) -> None:
    jobs.wake(stand.store)
    assert stand.ask("SELECT to_regclass('procrastinate_jobs')") == [(None,)]


# The dead ----------------------------------------------------------------------------------------


def test_jobs_of_the_dead_are_begun_anew_and_those_of_the_living_are_not(stand: Stand) -> None:
    stand.engine()
    ((dead,),) = stand.ask(WORKER.format(age="interval '2 minutes'"))
    ((alive,),) = stand.ask(WORKER.format(age="interval '1 second'"))
    add_job(stand, "dead", "doing", dead)
    add_job(stand, "forgotten", "doing", None)  # Procrastinate has pruned the worker
    add_job(stand, "alive", "doing", alive)
    add_job(stand, "unended", "doing", alive)
    add_job(stand, "nobody's", "todo")
    stand.ask(
        "INSERT INTO procrastinate_events (job_id, type, at)"
        " SELECT id, CAST(CASE status WHEN 'todo' THEN 'deferred' ELSE 'started' END AS"
        " procrastinate_job_event_type), now() - interval '2 hours' FROM procrastinate_jobs"
        " WHERE task_name IN ('unended', 'nobody''s')"
    )
    stand.ask(
        "INSERT INTO procrastinate_periodic_defers (task_name, defer_timestamp) VALUES"
        " ('nobody''s', extract(epoch FROM now()) - 4000), ('alive', extract(epoch FROM now()))"
    )
    add_job(stand, "queued", "doing", dead)
    add_job(stand, "queued", "todo")  # Procrastinate's own retry fails here
    add_job(stand, "old", "failed")
    assert jobs.sweep(stand.store) == 4
    found = stand.ask("SELECT task_name, status FROM procrastinate_jobs ORDER BY task_name")
    assert found == [
        ("alive", "doing"),
        ("dead", "todo"),
        ("forgotten", "todo"),
        ("queued", "todo"),
        ("unended", "todo"),
    ]
    assert jobs.sweep(stand.store) == 0
    assert stand.ask("SELECT task_name FROM procrastinate_periodic_defers") == [("alive",)]


@pytest.mark.prove
def test_a_worker_that_was_taken_for_dead_registers_again(stand: Stand) -> None:
    calls: list[int] = []
    stand.tick = "* * * * * *"

    def duty(_stop: threading.Event) -> bool:
        calls.append(1)
        return False

    stand.start({"duty": duty})
    until(lambda: calls)
    ((first,),) = stand.ask("DELETE FROM procrastinate_workers RETURNING id")
    until(lambda: stand.ask("SELECT 1 FROM procrastinate_workers WHERE id > :id", id=first))
    before = len(calls)
    until(lambda: len(calls) > before)
