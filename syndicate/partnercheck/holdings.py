"""What a partner's mirror holds, as it shows it: a line for each entry. Pure.

A line is `id TAB content_hash`, or a JSON object with these two and, if the mirror wants its HTML
looked at, `content_html` as it would show it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Final

import orjson

from syndicate.editorial import parsed
from syndicate.errors import OriginError
from syndicate.partnercheck import history
from syndicate.partnercheck.origin import Latest, Origin, content_hash
from syndicate.sync import Scope

_ELEMENTS: Final = """
    base embed form frame iframe link math meta object script style svg template
"""
_RUNS: Final = frozenset(_ELEMENTS.split())
_SCHEMES: Final = re.compile(r"(?:javascript|vbscript|data):", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as the mirror shows it. `html` is None where it does not show that."""

    content_hash: str
    html: str | None = None


Holdings = Mapping[str, list[Shown]]
"""By id; a mirror that holds an entry twice shows it twice."""


def read(text: str) -> Holdings:
    """Return what the lines say. OriginError names a line that says nothing."""
    found: dict[str, list[Shown]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            id, shown = _read_line(line, number)
            found.setdefault(id, []).append(shown)
    return found


def _read_line(line: str, number: int) -> tuple[str, Shown]:
    if line.startswith("{"):
        try:
            fields = orjson.loads(line)
            return str(fields["id"]), Shown(str(fields["content_hash"]), fields.get("content_html"))
        except (orjson.JSONDecodeError, KeyError):
            pass
    id, tab, rest = line.rstrip("\r\n").partition("\t")
    if not tab:
        raise OriginError(
            f"line {number} of what your mirror shows is {line[:60]!r}",
            "show `id TAB content_hash`, or JSON with these two, for each entry",
        )
    return id, Shown(rest.strip())


def faults(held: Holdings, origin: Origin, scope: Scope) -> list[str]:
    """Return what is wrong with the holdings, each with what had happened to the entry."""
    live = {id: content_hash(piece) for id, _, piece in origin.live(scope)}
    found = [f"{_name(id)} is missing: {origin.latest[id].story}" for id in live if id not in held]
    for id, shown in held.items():
        if len(shown) > 1:
            found.append(f"{_name(id)} is held {len(shown)} times: {_story(origin.latest.get(id))}")
        if id not in live:
            found.append(f"{_name(id)} is still held: {_story(origin.latest.get(id))}")
        elif any(one.content_hash != live[id] for one in shown):
            found.append(f"{_name(id)} is another version: {_story(origin.latest[id])}")
    return found


def markup_faults(held: Holdings, origin: Origin) -> list[str]:
    """Return what is wrong with the HTML that is shown."""
    found = []
    for id, shown in held.items():
        for html in [one.html for one in shown if one.html is not None]:
            found += [f"{_name(id)}: {what} survives in its HTML" for what in dangers(html)]
            if _name(id) in history.WHOLE and id in origin.latest:
                sent = _text(origin.piece(id).html)
                if _text(html) != sent:
                    found.append(f"{_name(id)}: its text is not what was sent")
    return found


def shows_markup(held: Holdings) -> bool:
    return any(one.html is not None for shown in held.values() for one in shown)


def dangers(html: str) -> Iterator[str]:
    """Yield what a browser might run, or be led astray by."""
    for event in parsed.tokens(html):
        if event.kind != "start":
            continue
        if event.name in _RUNS:
            yield f"<{event.name}>"
        for name, value in event.attributes:
            if name.startswith("on") or name in {"srcdoc", "style"}:
                yield f"the attribute {name}"
            elif _SCHEMES.match(re.sub(r"[\x00-\x20\x7f-\xa0]", "", value)):
                yield f"{name}={value[:30]!r}"


def _text(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def _name(id: str) -> str:
    return id.removeprefix(history.id_of(""))


def _story(latest: Latest | None) -> str:
    return latest.story if latest else "it is not in the history, or no longer"
