"""Networks to import into, and the clock of these tests."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from syndicate.definitions import Definitions
from tests import networks

TOPICS = (
    networks.topic("adherence", "Adherence", key="adherance", former=["adherance"]),
    networks.topic("drop-out", "Attendance, Attrition, and Drop-Out", "Attendance and Drop-Out"),
    networks.topic("group-psychotherapy", "Group Psychotherapy"),
    networks.topic("training", "Training"),
)


@pytest.fixture(scope="session")
def network() -> Definitions:
    return networks.make(*TOPICS, networks.topic("miscellaneous", "Miscellaneous"))


@pytest.fixture(scope="session")
def strict_network() -> Definitions:
    """Return a network without a topic for the rest."""
    return networks.make(*TOPICS)


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 3, 4, 5, 6, tzinfo=UTC)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return tmp_path / "site"
