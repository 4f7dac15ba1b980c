"""Search: what is found in parts, the best first, and a feed of it."""

from __future__ import annotations

from typing import Final

from syndicate import addresses, query
from syndicate.errors import NotFound
from syndicate.store import search
from syndicate.web.frame import Here, Page

_LENGTH: Final = 20
_PARTS: Final = 50


def show(here: Here) -> Page:
    """Show what a search finds; without one, how to search."""
    typed = _last(here, "q")
    part = _read_part(_last(here, "page"))
    wanted = here.definitions.resolve_search(query.parse(typed))
    asks = bool(wanted.terms)
    skip = (part - 1) * _LENGTH
    found = search.list_found(here.connection, wanted, limit=_LENGTH + 1, skip=skip) if asks else []
    title = here.language.say("Search: {words}", words=typed) if asks else ""
    return Page(
        template="search.html",
        path=addresses.SEARCH,
        title=title or here.language.say("Search"),
        key="search",
        feed=here.definitions.searched_feed(wanted) if asks else None,
        is_kept=False,
        context={
            "typed": typed,
            "found": found[:_LENGTH],
            "total": search.count(here.connection, wanted) if asks else None,
            "part": part,
            "has_more": len(found) > _LENGTH and part < _PARTS,
        },
    )


def _last(here: Here, name: str) -> str:
    return next(reversed(here.query.get(name, ())), "").strip()


def _read_part(text: str) -> int:
    if not text:
        return 1
    if text.isascii() and text.isdecimal() and len(text) < 4 and 1 <= int(text) <= _PARTS:
        return int(text)
    raise NotFound("this part of the list is not there", "begin at its top")
