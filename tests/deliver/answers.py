"""A relay that answers as it is told, and what its answers did."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from syndicate.store import alert_tables as tables
from syndicate.store import engine as store
from tests.readers import Network
from tests.sink import Answer

A, B = "a@one.example", "b@two.example"


def says(answers: dict[str, Answer]) -> Callable[[str, str], Answer]:
    """Return a rule that answers `stage:address` or `stage`."""
    return lambda stage, address: answers.get(f"{stage}:{address}", answers.get(stage))


def states(network: Network) -> dict[str, tuple[str, int, str | None]]:
    """Return state, attempts and last reply of each alert, by address."""
    with store.reading(network.site.engine) as connection:
        query = select(tables.delivery, tables.subscription.c.address).join(
            tables.subscription, tables.subscription.c.id == tables.delivery.c.recipient
        )
        rows = connection.execute(query.where(tables.delivery.c.channel == "alert"))
        return {row.address: (row.state, row.attempts, row.reply) for row in rows}


def standing(network: Network, address: str) -> str:
    with store.reading(network.site.engine) as connection:
        query = select(tables.subscription.c.standing)
        found: str = connection.execute(
            query.where(tables.subscription.c.address == address)
        ).scalar_one()
        return found
