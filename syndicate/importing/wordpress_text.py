"""The text of a WordPress export as HTML: shortcodes out, blank lines into paragraphs.

WordPress stores what its editor typed and makes paragraphs when it shows it (`wpautop`); an export
holds the stored form. The HTML is not safe yet: sanitise it.
"""

from __future__ import annotations

import re

from syndicate.editorial.policy import MAX_BYTES

_BLOCK_COMMENT = re.compile(r"<!--\s*/?wp:[^>]*-->")
# Shortcodes whose inside means nothing without them.
_WHOLE = re.compile(
    r"\[(caption|wp_caption|embed|audio|video|playlist|gallery)\b[^\[\]]*\](?:(?!\[\1).)*?\[/\1\]",
    re.DOTALL,
)
# Others: in a pair, with an attribute, or WordPress's own. "[sic]" and "[95% CI]" are prose.
_BRACKETS = re.compile(r"\[(/?)([a-z][a-z0-9_-]*)(\s[^\[\]]*)?\]", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"\s[a-z_-]+=", re.IGNORECASE)
_OWN = frozenset({"audio", "caption", "embed", "gallery", "playlist", "video"})
_BLOCK = (
    "address|article|aside|blockquote|caption|col|colgroup|dd|details|div|dl|dt|fieldset|figcaption"
    "|figure|footer|form|h[1-6]|header|hr|legend|li|nav|ol|p|pre|script|section|style|summary|table"
    "|tbody|td|tfoot|th|thead|tr|ul"
)
_OPENS_BLOCK = re.compile(rf"(<(?:{_BLOCK})\b)", re.IGNORECASE)
_CLOSES_BLOCK = re.compile(rf"(</(?:{_BLOCK})>|<hr\b[^<>]*>)", re.IGNORECASE)
_IS_BLOCK = re.compile(rf"</?(?:{_BLOCK})\b", re.IGNORECASE)
_PRE = re.compile(r"(</?pre\b[^<>]*>)", re.IGNORECASE)


def to_html(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the HTML of a stored text, and a name for each shortcode that was taken out.

    A text that is too long to be sanitised comes back as it is.
    """
    if len(text) > MAX_BYTES:
        return text, ()
    text = _BLOCK_COMMENT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text, dropped = _without_shortcodes(text)
    made, in_pre = [], False
    for piece in _PRE.split(text):
        if _PRE.fullmatch(piece):
            in_pre = not piece.startswith("</")
            made.append(piece)
        else:  # what stands in <pre> keeps its lines
            made.append(piece if in_pre else _paragraphs(piece))
    return "".join(made), dropped


def _without_shortcodes(text: str) -> tuple[str, tuple[str, ...]]:
    dropped: list[str] = []
    paired = {match[2] for match in _BRACKETS.finditer(text) if match[1]}

    def drop(match: re.Match[str]) -> str:
        dropped.append(f"shortcode {' '.join(match[0].split())[:80]}")
        return ""

    def drop_one(match: re.Match[str]) -> str:
        closes, name, rest = match.groups()
        if closes:
            return ""
        is_code = name in paired or name in _OWN or _ATTRIBUTE.match(rest or "")
        return drop(match) if is_code else match[0]

    return _BRACKETS.sub(drop_one, _WHOLE.sub(drop, text)), tuple(dropped)


def _paragraphs(text: str) -> str:
    """Make paragraphs of what blank lines part, and line breaks of single line ends."""
    text = _CLOSES_BLOCK.sub(r"\1\n\n", _OPENS_BLOCK.sub(r"\n\n\1", text))
    return "\n".join(
        chunk if _IS_BLOCK.match(chunk) else f"<p>{chunk.replace(chr(10), '<br>')}</p>"
        for chunk in (part.strip() for part in re.split(r"\n\s*\n", text))
        if chunk
    )
