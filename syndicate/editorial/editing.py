"""Edits front matter for `withdraw` and `restore`, as an editor would: all other lines stay.

Pure: text in, text out. What is written is YAML that frontmatter.py reads back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from syndicate.editorial import frontmatter
from syndicate.errors import ContentError, Problem
from syndicate.model import Correction, Withdrawal


def withdraw(path: str, text: str, withdrawal: Withdrawal) -> str:
    """Return the file's text with a `withdrawn` block. ContentError when it has no front matter."""
    fields = {"date": _date(withdrawal.date), "reason": withdrawal.reason}
    if withdrawal.note:
        fields["note"] = json.dumps(withdrawal.note, ensure_ascii=False)
    if withdrawal.replaced_by:
        fields["replaced_by"] = withdrawal.replaced_by
    block = ["withdrawn:", *(f"  {key}: {value}" for key, value in fields.items())]
    by_hand = f"write withdrawn: {_flow(fields)}"
    return _with_key(path, text, "withdrawn", block, by_hand)


def restore(path: str, text: str, correction: Correction) -> str:
    """Return the text without its `withdrawn` block and with one more correction that says so."""
    front = frontmatter.read(path, frontmatter.split(path, text).front)
    found = front.values.get("corrections", [])
    items = [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
    block = ["corrections:"]
    for item in items:
        block += _list_entry({key: _scalar(key, value) for key, value in item.items()})
    told = {"date": _date(correction.date), "note": _scalar("note", correction.note)}
    block += _list_entry(told)
    by_hand = f"delete `withdrawn` and add {_flow(told)} to `corrections`"
    text = _with_key(path, text, "withdrawn", [], by_hand)
    return _with_key(path, text, "corrections", block, by_hand)


def _date(date: datetime) -> str:
    return f"{date:%Y-%m-%dT%H:%M:%SZ}"


def _scalar(key: str, value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if key == "note" else str(value)


def _list_entry(fields: dict[str, str]) -> Iterable[str]:
    for number, (key, value) in enumerate(fields.items()):
        yield f"  {'- ' if number == 0 else '  '}{key}: {value}"


def _flow(fields: dict[str, str]) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in fields.items()) + "}"


def _with_key(path: str, text: str, key: str, block: list[str], by_hand: str) -> str:
    """Put `block` where the top-level `key` stands, or at the end; an empty one removes the key.

    ContentError, with what to do `by_hand`, where that would touch other keys: in braces they share
    lines.
    """
    parts = frontmatter.split(path, text)
    front = frontmatter.read(path, parts.front)
    lines = parts.front.split("\n")
    starts = sorted(line - 2 for place, line in front.lines.items() if len(place) == 1)
    if (key,) in front.lines:
        start = front.lines[(key,)] - 2
        end = next((other for other in starts if other > start), len(lines))
        while end > start + 1 and lines[end - 1].lstrip().startswith("#"):
            end -= 1  # a comment belongs to the key after it
        lines[start:end] = block
    else:
        lines.extend(block)
    after = frontmatter.read(path, "\n".join(lines))
    others = {name: value for name, value in front.values.items() if name != key}
    if not after.whole or {k: v for k, v in after.values.items() if k != key} != others:
        raise ContentError(
            Problem(
                path,
                front.line((key,)),
                f"`{key}` cannot be changed here without touching other keys",
                f"put each key on a line of its own; or {by_hand} there yourself, and publish",
            )
        )
    return "\n".join(["---", *lines, "---", parts.body])
