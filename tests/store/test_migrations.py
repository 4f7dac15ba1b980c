"""The migrations make what schema.py says, and the program knows which store it has before it."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, select, text

from syndicate import granting
from syndicate.errors import StoreError
from syndicate.store import callbacks, journal, partners, schema, search_tables
from syndicate.store import engine as store
from syndicate.store.engine import Connection, Engine
from syndicate.store.upgrade import MIGRATIONS, Upgraded, require_current, upgrade
from tests.sites import START, Site, written


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = store.connect(database_url)
    yield made
    made.dispose()


def _set_version(engine: Engine, version: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": version})


def test_migrations_make_what_the_schema_says(engine: Engine) -> None:
    assert upgrade(engine) == Upgraded(before=None, after=schema.HEAD)
    with engine.connect() as connection:
        options = {
            "include_object": lambda _, name, *_kind: not name.startswith(search_tables.OURS)
        }
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, schema.metadata) == []


def test_the_index_of_searches_is_made_alike_by_both(engine: Engine) -> None:
    catalogue = {
        "sqlite": "SELECT sql FROM sqlite_master WHERE name LIKE 'searched%' ORDER BY name",
        "postgresql": """
            SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef
                WHERE adrelid = 'searched'::regclass AND pg_get_expr(adbin, adrelid) LIKE '%weight%'
            UNION ALL SELECT indexdef FROM pg_indexes WHERE indexname = 'searched_by_words'
            UNION ALL SELECT dictinitoption FROM pg_ts_dict WHERE dictname = 'syndicate_words'
        """,
    }[engine.dialect.name]
    upgrade(engine)
    with engine.begin() as connection:
        migrated = connection.execute(text(catalogue)).scalars().all()
        assert len(migrated) > 2
        _drop_searched(connection)
        search_tables.searched.create(connection)
        search_tables.create_index(connection)
        made = connection.execute(text(catalogue)).scalars().all()
    assert [_plain(sql) for sql in made] == [_plain(sql) for sql in migrated]


def _drop_searched(connection: Connection) -> None:
    search_tables.searched.drop(connection)
    if connection.dialect.name == "sqlite":
        connection.execute(text("DROP TABLE searched_index"))
    else:
        connection.execute(text("DROP TEXT SEARCH CONFIGURATION syndicate_words"))
        connection.execute(text("DROP TEXT SEARCH DICTIONARY syndicate_words"))


def _plain(sql: str | None) -> str:
    return " ".join((sql or "").replace("\n", " ").split()).replace("( ", "(").replace(" )", ")")


def test_uniqueness_is_as_the_schema_says(engine: Engine) -> None:
    """compare_metadata does not see which columns SQLite keeps unique."""
    upgrade(engine)
    found = inspect(engine)
    for table in schema.metadata.tables.values():
        wanted = {column.name for column in table.columns if column.unique}
        made = {
            name
            for constraint in found.get_unique_constraints(table.name)
            for name in constraint["column_names"]
        }
        assert made == wanted, table.name
        assert found.get_pk_constraint(table.name)["constrained_columns"] == [
            column.name for column in table.primary_key
        ]


def test_the_newest_migration_is_the_one_the_program_asks_for() -> None:
    versions = sorted(path.name for path in (MIGRATIONS / "versions").glob("*.py"))
    assert all(re.fullmatch(r"\d{4}_\w+\.py", name) for name in versions)
    assert versions[-1].startswith(f"{schema.HEAD}_")


def test_upgrading_again_changes_nothing(engine: Engine) -> None:
    upgrade(engine)
    with store.reading(engine) as connection:
        epoch = journal.get_head(connection).epoch
    assert not upgrade(engine).has_changed
    with store.reading(engine) as connection:
        head = journal.get_head(connection)
    assert head == journal.Head(epoch=epoch, seq=0, generation=0, published_at=None)


def test_many_open_a_new_file_at_once(tmp_path: Path) -> None:
    """SQLite refuses all but one at the moment when a file is turned to WAL; we try again."""
    refused: list[str] = []

    def work(url: str, together: threading.Barrier) -> None:
        engine = store.connect(url)
        together.wait()
        try:
            with store.reading(engine):
                pass
        except StoreError as error:
            refused.append(str(error))
        engine.dispose()

    for number in range(40):
        url, together = f"sqlite:///{tmp_path / str(number)}", threading.Barrier(8)
        threads = [threading.Thread(target=work, args=(url, together)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert refused == []


def test_many_upgrades_at_once_make_one_store(database_url: str) -> None:
    ended: list[Upgraded] = []
    together = threading.Barrier(4)

    def work() -> None:
        engine = store.connect(database_url)
        together.wait()
        ended.append(upgrade(engine))
        engine.dispose()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.before for one in ended].count(None) == 1
    assert len(ended) == 4


def test_what_fails_on_the_way_leaves_no_half(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_connection: object) -> str:
        raise StoreError("stopped here")

    monkeypatch.setattr(journal, "begin_epoch", fail)
    with pytest.raises(StoreError, match="stopped here"):
        upgrade(engine)
    assert inspect(engine).get_table_names() == []


# Is it the store that we need? -----------------------------------------------------------------


def test_a_current_store_will_do(engine: Engine) -> None:
    upgrade(engine)
    require_current(engine)


def test_an_older_store_is_to_be_upgraded(engine: Engine) -> None:
    upgrade(engine)
    _set_version(engine, "0000")
    with pytest.raises(StoreError, match=r"has schema 0000.*run `syndicate db upgrade`"):
        require_current(engine)


def test_a_newer_store_is_left_alone(engine: Engine) -> None:
    upgrade(engine)
    _set_version(engine, "9999")
    for ask in (require_current, upgrade):
        with pytest.raises(StoreError, match=r"newer than this program.*upgrade syndicate"):
            ask(engine)


def test_a_database_without_tables_is_to_be_upgraded(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("SELECT 1"))
    with pytest.raises(StoreError, match="run `syndicate db upgrade`"):
        require_current(engine)


def test_asking_makes_no_file(sqlite_url: str) -> None:
    engine = store.connect(sqlite_url)
    with pytest.raises(StoreError, match=r"there is no store at .*run `syndicate db upgrade`"):
        require_current(engine)
    assert not Path(sqlite_url.removeprefix("sqlite:///")).exists()


def test_an_upgrade_that_is_not_let_in_says_so(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syndicate.store.upgrade.LOCK_SECONDS", 1)
    engine = store.connect(postgresql_url)
    with engine.begin() as other:
        other.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": 0x73796E6469636174})
        with pytest.raises(StoreError, match="another process is writing"):
            upgrade(engine)
    engine.dispose()


MADE_SINCE = (
    *("hub_request", "hub_subscription", "purge"),
    *("datestamp", "partner", "partner_key", "allowance", "confirmed", "ledger"),
    *("callback", "call"),
)


def test_an_upgrade_fills_in_what_publishing_writes(tmp_path: Path, database_url: str) -> None:
    """A store of the schema before has the same instants and dates of feeds as a new one."""
    site = Site.make(tmp_path / "site", database_url)
    told = [{"date": "2024-01-01T12:30:00Z", "note": "It was wrong.", "notify": True}]
    gone = {"date": "2024-01-01T12:40:00Z", "reason": "error", "note": "No."}
    for number, later in enumerate([{}, {"corrections": told}, {"withdrawn": gone}]):
        site.write(f"number-{number}", number=number, **later)
    site.publish()
    told_of = schema.feed.c.updated > "2024-01-01T12:00:00Z"  # an empty one waits for its rendering
    asked = (
        select(schema.instant).order_by(schema.instant.c.at),
        select(schema.feed).where(told_of).order_by(schema.feed.c.number),
    )
    with store.reading(site.engine) as connection:
        before = [connection.execute(query).all() for query in asked]
    with site.engine.begin() as connection:
        _drop_searched(connection)
        for statement in (
            "DROP TABLE instant",
            "ALTER TABLE feed DROP COLUMN updated",
            "CREATE INDEX summary_by_updated ON summary (updated)",
            "UPDATE alembic_version SET version_num = '0003'",
            *(f"DROP TABLE {name}" for name in MADE_SINCE),
        ):
            connection.execute(text(statement))
    assert upgrade(site.engine).before == "0003"
    with store.reading(site.engine) as connection:
        after = [connection.execute(query).all() for query in asked]
    site.engine.dispose()
    assert [len(rows) for rows in before] == [6, 3]
    assert after == before


def test_webhooks_go_to_the_partners_of_their_names(engine: Engine) -> None:
    """Before 0010 a webhook had a name of its own; one that is no partner's gets a partner."""
    upgrade(engine)
    care = granting.add(engine, "Care", granting.Terms(), now=START).partner
    row = {
        "url": "https://care.example/hook", "secret": "whsec_7", "former_secret": "whsec_6",
        "former_until": "2024-02-01T00:00:00Z", "created": written(START), "seq": 7,
        "ended_at": None,
    }  # fmt: skip
    columns = "former_secret TEXT, former_until TEXT, created TEXT, seq BIGINT, ended_at TEXT"
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE callback"))
        connection.execute(text("DROP TABLE purge"))
        connection.execute(
            text(f"CREATE TABLE callback (id TEXT, name TEXT, url TEXT, secret TEXT, {columns})")
        )
        for id, name in (("aaaaaaaaaaaa", "care"), ("bbbbbbbbbbbb", "Site of Émile")):
            values = {"id": id, "name": name, **row}
            marks = ", ".join(f":{key}" for key in values)
            insert = f"INSERT INTO callback ({', '.join(values)}) VALUES ({marks})"
            connection.execute(text(insert), values)
    _set_version(engine, "0009")
    upgrade(engine)
    with store.reading(engine) as connection:
        found = callbacks.list_all(connection)
        known = {one.name: one for one in partners.list_partners(connection)}
    assert [(one.id, one.name, one.seq) for one in found] == [
        ("aaaaaaaaaaaa", "Care", 7), ("bbbbbbbbbbbb", "Site of Émile", 7),
    ]  # fmt: skip
    assert found[0].partner == care.id
    assert found[0].secrets(START) == ("whsec_7", "whsec_6")
    assert known["Site of Émile"].keys == ()
    granting.rotate(engine, "Site of Émile", now=START)  # it can be given a key like any other
