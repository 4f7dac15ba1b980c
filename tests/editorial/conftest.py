"""A small vocabulary, so that no test of editorial/ depends on what the demo site offers."""

from __future__ import annotations

import pytest

from syndicate import definitions
from syndicate.definitions import Definitions

_NETWORK = """
[network]
title = "A network"
short = "Network"
description = "Summaries written for tests"
author = "Network editors"
rights = "Free to reuse"
contact = "editors@network.example"
since = 2013-01-01T00:00:00Z
base_url = "https://network.example"
tag_authority = "network.example"
tag_date = "2013"

[licence]
name = "CC BY 4.0"
url = "https://creativecommons.org/licenses/by/4.0/"
spdx = "CC-BY-4.0"
"""
_TOPICS = """
[[topic]]
slug = "empathy"
label = "Empathy"
feed_label = "Empathy"

[[topic]]
slug = "training"
label = "Training"
feed_label = "Training"
former = ["coaching"]
"""
_KINDS = """
[[kind]]
slug = "meta-analysis"
label = "Meta-analysis"
feed_label = "Meta-analysis"

[[kind]]
slug = "randomised-trial"
label = "Randomised trial"
feed_label = "Randomised trial"
"""


@pytest.fixture(scope="session")
def vocabulary() -> Definitions:
    """Return definitions with two topics (`training` was once `coaching`) and two kinds."""
    return definitions.parse(
        {
            "network.toml": _NETWORK,
            "topics.toml": _TOPICS,
            "kinds.toml": _KINDS,
            "feeds.toml": "",
        }
    )
