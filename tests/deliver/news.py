"""Publishing news, and what became of it."""

from __future__ import annotations

from typing import Any

from syndicate.deliver.audit import Audit, audit
from tests.readers import Network
from tests.sink import Taken

READER = "reader@example.org"


CORRECTION = {"date": "2024-01-01T12:20:00Z", "note": "A figure was wrong."}


WITHDRAWAL = {"date": "2024-01-01T12:30:00Z", "reason": "error", "note": "The table was wrong."}


def audited(network: Network) -> Audit:
    found = audit(network.site.engine)
    assert found.faults == []
    return found


def publish(network: Network, slug: str, **front: Any) -> None:
    network.site.write(slug, **front)
    outcome = network.site.publish()
    assert outcome.problems == ()


def titles(mails: list[Taken]) -> list[str]:
    return sorted(f"{mail.recipient}: {mail.message['Subject']}" for mail in mails)
