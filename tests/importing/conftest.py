"""A small network to import into, and the clock of these tests."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from syndicate import definitions
from syndicate.definitions import Definitions

TEXTS = {
    "network.toml": """
[network]
title = "An invented network"
short = "Invented"
description = "Summaries for these tests."
author = "The editors"
rights = "Free to reuse."
contact = "editors@network.example"
since = 2013-01-01T00:00:00Z
base_url = "https://network.example"
tag_authority = "network.example"
tag_date = "2013"
[licence]
name = "CC BY 4.0"
url = "https://creativecommons.org/licenses/by/4.0/"
""",
    "topics.toml": """
[[topic]]
slug = "adherence"
label = "Adherence"
feed_label = "Adherence"
key = "adherance"
former = ["adherance"]
[[topic]]
slug = "drop-out"
label = "Attendance, Attrition, and Drop-Out"
feed_label = "Attendance and Drop-Out"
[[topic]]
slug = "group-psychotherapy"
label = "Group Psychotherapy"
feed_label = "Group Psychotherapy"
[[topic]]
slug = "training"
label = "Training"
feed_label = "Training"
""",
    "kinds.toml": """
[[kind]]
slug = "meta-analysis"
label = "Meta-analysis"
feed_label = "Meta-analysis"
[[kind]]
slug = "randomised-trial"
label = "Randomised trial"
feed_label = "Randomised trial"
""",
    "feeds.toml": "",
}
MISCELLANEOUS = """
[[topic]]
slug = "miscellaneous"
label = "Miscellaneous"
feed_label = "Miscellaneous"
"""


@pytest.fixture(scope="session")
def network() -> Definitions:
    topics = TEXTS["topics.toml"] + MISCELLANEOUS
    return definitions.parse(TEXTS | {"topics.toml": topics})


@pytest.fixture(scope="session")
def strict_network() -> Definitions:
    """Return a network without a topic for the rest."""
    return definitions.parse(TEXTS)


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 3, 4, 5, 6, tzinfo=UTC)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return tmp_path / "site"
