"""What is written of partners' usage, on both databases, by several processes at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from syndicate import partners as partners_
from syndicate import quotas
from syndicate.errors import NotFound, StoreError
from syndicate.model import Quota
from syndicate.partners import Partner, Scopes, make_key
from syndicate.quotas import DAY, FULL, Taken, windows
from syndicate.store import engine as store
from syndicate.store import journal, partners, usage
from syndicate.store.engine import Engine
from syndicate.store.usage import Answered, Gathered, Place
from tests import stores

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PRESENT = windows(20_500 * DAY)
QUOTA = Quota(minute=20, day=50)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = stores.make(database_url)
    yield made
    made.dispose()


@pytest.fixture
def partner(engine: Engine) -> Partner:
    key, _ = make_key(NOW, expires=NOW + timedelta(days=9))
    made = Partner(
        id=partners_.make_id(),
        name="Hôpital",
        created=NOW,
        contact="web@hopital.example",
        scopes=Scopes(rights=frozenset({"read"}), topics=frozenset({"empathy", "training"})),
        expires=NOW + timedelta(days=99),
        terms_version="1",
        per_minute=7,
        keys=(key,),
    )
    with store.writing(engine) as connection:
        partners.put(connection, made)
    return made


# Partners ---------------------------------------------------------------------------------------


def test_a_partner_is_read_as_it_was_written(engine: Engine, partner: Partner) -> None:
    with store.reading(engine) as connection:
        assert partners.list_partners(connection) == [partner]
        assert partners.get(connection, "Hôpital") == partner
        with pytest.raises(NotFound, match="no partner 'hopital'; there are: Hôpital"):
            partners.get(connection, "hopital")


def test_every_change_moves_the_mark(engine: Engine, partner: Partner) -> None:
    other = Partner(id=partners_.make_id(), name="Other", created=NOW)
    marks = []
    for changed in (other, partner, partner, other):
        with store.writing(engine) as connection:
            partners.put(connection, changed)
            marks.append(partners.get_mark(connection))
    assert marks == [2, 3, 4, 5]


# Quotas -----------------------------------------------------------------------------------------


def test_taking_and_giving_back(engine: Engine, partner: Partner) -> None:
    with store.recording(engine) as connection:
        taken, part = usage.take(connection, partner.id, [], QUOTA, PRESENT)
    assert (taken, part) == (Taken(PRESENT, 20, 20), 20)
    back = Gathered(owed={partner.id: [(PRESENT, -11)]})
    with store.recording(engine) as connection:
        usage.write(connection, back, PRESENT)
        assert usage.get_taken(connection, partner.id, PRESENT) == Taken(PRESENT, 9, 9)


def test_who_is_no_partner_has_nothing(engine: Engine) -> None:
    with store.recording(engine) as connection:
        taken, part = usage.take(connection, "0" * 12, [], QUOTA, PRESENT)
        usage.write(connection, Gathered(owed={"0" * 12: [(PRESENT, 5)]}), PRESENT)
    assert (taken.left(QUOTA), part) == (0, 0)


def test_leases_of_many_at_once_are_never_more_than_the_quota(
    engine: Engine, partner: Partner
) -> None:
    """Row locks on PostgreSQL, the one writer's on SQLite: no two take the same part."""
    parts: list[int] = []
    together = threading.Barrier(4)

    def work() -> None:
        together.wait()
        for _ in range(30):
            try:
                with store.recording(engine) as connection:
                    parts.append(usage.take(connection, partner.id, [], QUOTA, PRESENT)[1])
            except StoreError:  # another had the lock for too long
                continue

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.recording(engine) as connection:
        while part := usage.take(connection, partner.id, [], QUOTA, PRESENT)[1]:
            parts.append(part)
        assert usage.get_taken(connection, partner.id, PRESENT).minute == sum(parts)
    assert QUOTA.minute * FULL - FULL < sum(parts) <= QUOTA.minute * FULL


def test_a_publisher_holds_nobody_up(engine: Engine, partner: Partner) -> None:
    """PostgreSQL has row locks; SQLite says after a quarter of a second that it is busy."""
    with store.writing(engine) as publishing:
        journal.get_head(publishing)
        if engine.dialect.name == "postgresql":
            with store.recording(engine, patience=0.1) as connection:
                assert usage.take(connection, partner.id, [], QUOTA, PRESENT)[1]
        else:
            with pytest.raises(StoreError, match="another process is writing"):
                store.recording(engine, patience=0.1).__enter__()
    with store.recording(engine, patience=0.1) as connection:
        if engine.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 100
    with store.writing(engine) as connection:  # who publishes is patient again
        if engine.dialect.name == "sqlite":
            patience = connection.exec_driver_sql("PRAGMA busy_timeout").scalar()
            assert patience == store.LOCK_SECONDS * 1000


def test_a_row_that_another_process_holds_is_not_waited_for(postgresql_url: str) -> None:
    engine = stores.make(postgresql_url)
    made = Partner(id="a" * 12, name="A", created=NOW)
    with engine.begin() as connection:
        partners.put(connection, made)
    with store.recording(engine) as held:
        usage.take(held, made.id, [], QUOTA, PRESENT)
        with (
            pytest.raises(StoreError, match="another process is writing"),
            store.recording(engine, patience=0.1) as connection,
        ):
            usage.take(connection, made.id, [], QUOTA, PRESENT)
    engine.dispose()


def test_an_error_shows_no_value(engine: Engine) -> None:
    """So none can come into a log: neither a digest nor a filter."""
    with (
        pytest.raises(StoreError) as caught,
        store.recording(engine) as connection,
    ):
        connection.exec_driver_sql(
            "SELECT 1 FROM nothing_here WHERE a = %(a)s"
            if engine.dialect.name == "postgresql"
            else "SELECT 1 FROM nothing_here WHERE a = :a",
            {"a": "a-secret-value"},
        )
    assert "a-secret-value" not in f"{caught.value} {caught.value.__cause__}"


# Copies and the ledger --------------------------------------------------------------------------


def place(partner: Partner, seq: int, *, minutes: int = 0, scope: str = "any\n*") -> Place:
    at = NOW + timedelta(minutes=minutes)
    return Place(partner=partner.id, scope=scope, epoch="e1", seq=seq, begun_at=at, at=at)


def test_a_copy_goes_forward_and_its_beginning_stays(engine: Engine, partner: Partner) -> None:
    seen = []
    for one in (
        place(partner, 0),
        place(partner, 12, minutes=1),
        place(partner, 0, minutes=2),  # begins again: says nothing yet
        place(partner, 9, minutes=3),  # and shows that it has gone back
        place(partner, 12, minutes=1),  # another process was late to write
    ):
        with store.recording(engine) as connection:
            usage.write(connection, Gathered(places=[one]), PRESENT)
            seen += [(p.seq, p.begun_at == NOW) for p in usage.list_places(connection)]
    assert seen == [(0, True), (12, True), (12, True), (9, True), (9, True)]


def test_each_filter_is_a_copy_of_its_own(engine: Engine, partner: Partner) -> None:
    long = "any\n*\n" + "\n".join(f"topic:{'x' * 79}{n}" for n in range(200))
    with store.recording(engine) as connection:
        places = [place(partner, 1), place(partner, 2, scope=long)]
        usage.write(connection, Gathered(places=places), PRESENT)
    with store.reading(engine) as connection:
        found = usage.list_places(connection, partner.id)
        assert sorted(p.seq for p in found) == [1, 2]
        assert long in [p.scope for p in found]
        assert usage.list_places(connection, "0" * 12) == []


def test_idle_copies_are_forgotten(engine: Engine, partner: Partner) -> None:
    with store.recording(engine) as connection:
        places = [place(partner, 1), place(partner, 2, minutes=60, scope="all\n*")]
        usage.write(connection, Gathered(places=places), PRESENT)
    with store.writing(engine) as connection:
        assert partners.forget_idle(connection, partner.id, NOW + timedelta(minutes=30)) == 1
        assert [p.seq for p in usage.list_places(connection)] == [2]


def test_a_partner_has_a_bounded_number_of_copies(
    engine: Engine, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usage, "MOST_COPIES", 5)
    for number in range(12):
        one = place(partner, 0, minutes=number, scope=f"any\n*\ntopic:t{number}")
        with store.recording(engine) as connection:
            usage.write(connection, Gathered(places=[one]), PRESENT)
    with store.reading(engine) as connection:
        found = sorted(p.scope for p in usage.list_places(connection))
    assert found == sorted(f"any\n*\ntopic:t{number}" for number in range(7, 12))


def test_the_ledger_adds_up(engine: Engine, partner: Partner) -> None:
    def row(date: str, endpoint: str, requests: int, size: int) -> Answered:
        return Answered(
            partner=partner.id, date=date, endpoint=endpoint, requests=requests, bytes=size
        )

    for rows in (
        [row("2026-03-01", "changes", 2, 100), row("2026-02-28", "state", 1, 0)],
        [row("2026-03-01", "changes", 3, 2**40)],
    ):
        with store.recording(engine) as connection:
            usage.write(connection, Gathered(answered=rows), PRESENT)
    with store.reading(engine) as connection:
        assert usage.list_answered(connection, partner.id) == [
            row("2026-02-28", "state", 1, 0),
            row("2026-03-01", "changes", 5, 100 + 2**40),
        ]
        march = usage.list_answered(connection, since="2026-03-01", before="2026-03-99")
        assert [one.endpoint for one in march] == ["changes"]


def test_writing_is_all_or_nothing(
    engine: Engine, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise StoreError("stopped here")

    monkeypatch.setattr(usage, "_add_answered", fail)
    row = Answered(partner=partner.id, date="2026-03-01", endpoint="me", requests=1, bytes=1)
    gathered = Gathered(
        owed={partner.id: [(PRESENT, 10)]}, places=[place(partner, 1)], answered=[row]
    )
    with (
        pytest.raises(StoreError, match="stopped here"),
        store.recording(engine) as connection,
    ):
        usage.write(connection, gathered, PRESENT)
    with store.reading(engine) as connection:
        assert usage.list_places(connection) == []
        assert usage.get_taken(connection, partner.id, PRESENT) == Taken(PRESENT)
        assert usage.get_taken(connection, "none", quotas.NEVER).windows == quotas.NEVER
