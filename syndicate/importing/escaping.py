r"""Text that looks like Markdown, written so that it stays text: `2\. Then`, `p \*`, `[95% CI]`.

Only what CommonMark 0.31 or this project's additions (tables, `^sup^`, `~sub~`, footnotes) would
read as a sign is escaped, so that an editor finds prose, not backslashes.
"""

from __future__ import annotations

import re

# Signs within a line (CommonMark, 6); `_` inside a word, `<` before a space, a lone `&` are none.
_SIGN = re.compile(r"[\\`*\[~^]|(?<![^\W_])_|_(?![^\W_])|<(?=[A-Za-z/!?])|&(?=#?\w{1,40};)")
# Signs at the start of a line (CommonMark, 4): bullet, heading, quotation, underline, rule, table.
_LINE_SIGN = re.compile(
    r"^(?:[+-](?=\s|$)|#(?=#{0,5}(?:\s|$))|>|=(?==*\s*$)|-(?=[-\s]*$)|[:|-](?=[-:|\s]*$))"
)
_NUMBER = re.compile(r"^(\d{1,9})(?=[.)](?:\s|$))")
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~ ]")


def escape(text: str, *, in_link: bool = False) -> str:
    """Escape what is a sign anywhere in a line; `]` is one inside a link only.

    `[^1]` gets a space: even escaped, the editor would be told of a footnote that is not there.
    """
    escaped = _SIGN.sub(r"\\\g<0>", text.replace("[^", "[ ^"))
    return escaped.replace("]", "\\]") if in_link else escaped


def escape_line_starts(text: str) -> str:
    """Escape what is a sign at the start of a line, on each line of a paragraph."""
    return "\n".join(
        _NUMBER.sub(r"\1\\", _LINE_SIGN.sub(r"\\\g<0>", line)) for line in text.split("\n")
    )


def escape_all(text: str) -> str:
    """Escape every ASCII sign and space, as `^…^` and `~…~` need inside."""
    return _PUNCTUATION.sub(r"\\\g<0>", text)
