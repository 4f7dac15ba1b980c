"""The page endpoint that one writes first: Flask, SQLite, a row a summary, `json`."""

from __future__ import annotations

import json
import multiprocessing
import sqlite3
import sys
from functools import partial
from typing import Any, Final

from flask import Flask, Response, request

from bench.peers import WSGI
from syndicate.store import engine as store
from syndicate.store import pull
from syndicate.web import server

PATH: Final = "/items"
COLUMNS: Final = ("id", "url", "title", "published", "updated", "content_html", "rest")


def fill(path: str, source: str) -> None:
    """Write the same summaries into a table of their own."""
    engine = store.connect(source)
    with sqlite3.connect(path) as target, store.reading(engine) as connection:
        target.execute(f"CREATE TABLE item (seq INTEGER PRIMARY KEY, {', '.join(COLUMNS)})")
        after = 0
        while found := pull.list_live(connection, after=after, upto=2**60, limit=500):
            after = found[-1].seq
            target.executemany(
                f"INSERT INTO item VALUES ({', '.join('?' * (len(COLUMNS) + 1))})",
                (_row(json.loads(one.body)) for one in found),
            )
    engine.dispose()


def _row(fields: dict[str, Any]) -> tuple[Any, ...]:
    own = [fields.pop(name) for name in ("seq", *COLUMNS[:-1])]
    return (*own, json.dumps(fields))


def make(path: str) -> WSGI:
    """Return the application: a page of rows after a number, each turned into an object."""
    application = Flask(__name__)

    @application.get(PATH)
    def items() -> Response:
        since, limit = int(request.args["since"]), int(request.args["limit"])
        with sqlite3.connect(path) as connection:
            connection.row_factory = sqlite3.Row
            query = "SELECT * FROM item WHERE seq > ? ORDER BY seq LIMIT ?"
            rows = connection.execute(query, (since, limit)).fetchall()
        found = [{**dict(row), **json.loads(row["rest"])} for row in rows]
        for one in found:
            del one["rest"]
        body = json.dumps({"items": found, "next": found[-1]["seq"] if found else None})
        return Response(body, mimetype="application/json")

    return application


def main() -> None:
    """`python -c … PORT FILE`: serve as `syndicate serve` serves."""
    multiprocessing.set_start_method("spawn", force=True)
    granian = server._server("127.0.0.1", int(sys.argv[1]), 1)  # noqa: SLF001 - the shipped settings
    granian.serve(target_loader=partial(make, sys.argv[2]), wrap_loader=False)
