"""Pages for people. Which address is which view stands here, on one screen.

A view is a function from `Here` (the store's state, the language) to a `Page`; frame.py does the
rest. Each address has a twin below /fr.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from flask import Flask

from syndicate import addresses
from syndicate.web.frame import Frame, View
from syndicate.web.pages import (
    embeds,
    groups,
    months,
    partners,
    searching,
    selections,
    subscribing,
    summary,
)

_GROUPS: Final = ("topics", "kinds", "feeds")
_BEFORE: Final = "before/<before>/"
_MONTH: Final = "/archive/<year>/<month>/"

VIEWS: Final[dict[str, View]] = {
    addresses.HOME: months.home,
    addresses.ARCHIVE: months.archive,
    _MONTH: months.month,
    _MONTH + _BEFORE: months.month,
    f"{_MONTH}whole/": months.whole_month,
    "/summaries/<slug>/": summary.show,
    addresses.TOPICS: groups.topics,
    addresses.KINDS: groups.kinds,
    addresses.FEEDS: groups.feeds,
    addresses.CHOOSE: selections.choose,
    **{
        f"/{group}/<slug>/{part}": partial(selections.show, group=group)
        for group in _GROUPS
        for part in ("", _BEFORE)
    },
    addresses.SEARCH: searching.show,
    addresses.SUBSCRIBE: subscribing.start,
    addresses.PARTNERS: partners.show,
    addresses.embedded("/summaries/<slug>/"): embeds.of_summary,
    addresses.embedded(addresses.HOME): embeds.of_feed,
    **{
        addresses.embedded(f"/{group}/<slug>/"): partial(embeds.of_feed, group=group)
        for group in _GROUPS
    },
    addresses.preview(addresses.FULL_FEED): subscribing.preview,
    **{
        addresses.preview(f"/{group}/<slug>/feed"): partial(subscribing.preview, group=group)
        for group in _GROUPS
    },
}


def register(app: Flask, frame: Frame) -> None:
    """Answer the addresses of all pages."""
    for rule, view in VIEWS.items():
        frame.add(app, rule, view)
