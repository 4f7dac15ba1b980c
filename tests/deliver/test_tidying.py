"""What is forgotten, and when; what must be kept is kept."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from syndicate.deliver import tidying
from syndicate.store import alert_tables as tables
from syndicate.store import engine as store
from syndicate.store import schema
from syndicate.subscribing import returning
from tests.readers import Network

READER = "reader@example.org"


def tidy(network: Network, **later: float) -> None:
    network.wait(**later)
    tidying.tidy(network.site.engine, now=network.now)


def rows(network: Network, name: str) -> list[str]:
    """Return the rows of a table, as text."""
    table = schema.metadata.tables[name]
    with store.reading(network.site.engine) as connection:
        return [repr(row) for row in connection.execute(select(table))]


def test_an_address_that_never_confirmed_is_forgotten_after_three_days(either: Network) -> None:
    either.sign_up(READER)
    tidy(either, hours=71, minutes=59)
    assert READER in repr(rows(either, "letter"))
    tidy(either, minutes=2)
    (left,) = rows(either, "letter")
    assert READER not in left
    assert "empathy" not in left
    assert either.work() == []  # and it is not written to any more
    tidy(either, days=29)  # limits look back a month; then nothing is left of it
    assert rows(either, "letter") == []
    assert rows(either, "delivery") == []


def test_who_left_can_come_back_for_a_week_and_is_forgotten_then(either: Network) -> None:
    reader = either.subscribe(READER)
    either.end(reader)
    tidy(either, days=6, hours=23)
    assert READER in repr(rows(either, "subscription"))
    tidy(either, hours=2)
    tidy(either, days=32)
    held = [row for name in schema.metadata.tables for row in rows(either, name) if READER in row]
    assert held == []
    acts = [row for row in rows(either, "consent") if reader.key in row]
    assert [("'confirmed'" in row, "'ended'" in row) for row in acts] == [
        (True, False),
        (False, True),
    ]


def test_an_address_that_is_used_is_kept(either: Network) -> None:
    either.subscribe(READER)
    for _ in range(5):
        tidy(either, days=100)
    either.site.write("one")
    either.site.publish()
    assert [mail.recipient for mail in either.work()] == [READER]


def test_a_pause_ends_on_its_day(either: Network) -> None:
    reader = either.subscribe(READER)
    either.pause(reader, until=either.now + timedelta(days=14))
    tidy(either, days=13, hours=23)
    assert either.find(reader.id).standing == "paused"
    tidy(either, hours=2)
    assert either.find(reader.id).standing == "active"


def test_bounces_count_for_a_month_and_are_forgotten_after_three(either: Network) -> None:
    either.subscribe(READER)
    for day in range(2):
        returning.take_report(
            either.site.engine,
            either.keyring,
            READER,
            event=str(day),
            severity="soft",
            status="5.2.2",
            now=either.now,
        )
        either.wait(days=1)
    tidy(either, days=88)
    assert len(rows(either, "bounce")) == 2
    tidy(either, hours=1)
    assert len(rows(either, "bounce")) == 1
    tidy(either, days=2)
    assert rows(either, "bounce") == []


def test_who_asked_is_counted_for_two_days_and_what_was_sent_for_good(either: Network) -> None:
    either.alerts(domain_per_minute=100)
    either.subscribe(READER)
    with store.reading(either.site.engine) as connection:
        subjects = connection.execute(select(tables.tally.c.subject)).scalars().all()
    assert {subject.partition(":")[0] for subject in subjects} == {"asked", "lane", "mail"}
    tidy(either, days=3)
    with store.reading(either.site.engine) as connection:
        left = connection.execute(select(tables.tally.c.subject, tables.tally.c.count)).all()
    assert dict(map(tuple, left)) == {"mail:asked": 1, "mail:sent": 1, "mail:confirmed": 1}


def test_the_worker_tidies_by_itself(network: Network) -> None:
    network.sign_up(READER)
    network.work()
    network.wait(hours=72, minutes=10)
    network.work()
    with store.reading(network.site.engine) as connection:
        query = select(func.count()).where(tables.letter.c.address.is_not(None))
        assert connection.execute(query).scalar_one() == 0
