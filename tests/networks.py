"""An invented network, so that no test depends on what the demonstration's offers."""

from __future__ import annotations

import json

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
_KINDS = (("meta-analysis", "Meta-analysis"), ("randomised-trial", "Randomised trial"))


def make(*topics: str) -> Definitions:
    """Return a network of these topics, two kinds and no further feed."""
    return definitions.parse(
        {
            "network.toml": _NETWORK,
            "topics.toml": "".join(topics),
            "kinds.toml": "".join(_block("kind", slug, label, label) for slug, label in _KINDS),
            "feeds.toml": "",
        }
    )


def topic(slug: str, label: str, feed_label: str = "", **more: str | list[str]) -> str:
    return _block("topic", slug, label, feed_label or label, **more)


def _block(of: str, slug: str, label: str, feed_label: str, **more: str | list[str]) -> str:
    fields = {"slug": slug, "label": label, "feed_label": feed_label, **more}
    return f"[[{of}]]\n" + "".join(f"{key} = {json.dumps(v)}\n" for key, v in fields.items())
