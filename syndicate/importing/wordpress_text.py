"""The text of a WordPress export as HTML: shortcodes out, blank lines into paragraphs.

WordPress stores what its editor typed and makes paragraphs when it shows it (`wpautop`); an export
holds the stored form. The HTML is not safe yet: sanitise it.
"""

from __future__ import annotations

import re

_BLOCK_COMMENT = re.compile(r"<!--\s*/?wp:[^>]*-->")
# Shortcodes whose inside means nothing without them.
_WHOLE = re.compile(
    r"\[(caption|wp_caption|embed|audio|video|playlist|gallery)\b[^\[\]]*\](?:(?!\[\1).)*?\[/\1\]",
    re.DOTALL,
)
# Others: with an attribute, in a pair, or one of WordPress's own. "[sic]" and "[95% CI]" are prose.
_CLOSING = re.compile(r"\[/([a-z][a-z0-9_-]*)\]")
_WITH_ATTRIBUTE = re.compile(r"\[[a-z][a-z0-9_-]*\s+[a-z_-]+=[^\[\]]*\]", re.IGNORECASE)
_OWN = re.compile(r"\[(?:gallery|playlist|embed|audio|video|caption)\b[^\[\]]*\]")
_BLOCK = (
    "address|article|aside|blockquote|caption|col|colgroup|dd|details|div|dl|dt|fieldset|figcaption"
    "|figure|footer|form|h[1-6]|header|hr|legend|li|nav|ol|p|pre|script|section|style|summary|table"
    "|tbody|td|tfoot|th|thead|tr|ul"
)
_OPENS_BLOCK = re.compile(rf"(<(?:{_BLOCK})\b)", re.IGNORECASE)
_CLOSES_BLOCK = re.compile(rf"(</(?:{_BLOCK})>|<hr\b[^<>]*>)", re.IGNORECASE)
_IS_BLOCK = re.compile(rf"</?(?:{_BLOCK})\b", re.IGNORECASE)
_PRE = re.compile(r"(<pre\b.*?</pre>)", re.IGNORECASE | re.DOTALL)


def to_html(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the HTML of a stored text, and a name for each shortcode that was taken out."""
    text = _BLOCK_COMMENT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text, dropped = _without_shortcodes(text)
    # What stands in <pre> keeps its lines.
    pieces = [
        piece if piece[:4].lower() == "<pre" else _paragraphs(piece) for piece in _PRE.split(text)
    ]
    return "\n".join(pieces), dropped


def _without_shortcodes(text: str) -> tuple[str, tuple[str, ...]]:
    dropped: list[str] = []

    def drop(match: re.Match[str]) -> str:
        dropped.append(f"shortcode {' '.join(match[0].split())[:80]}")
        return ""

    text = _WHOLE.sub(drop, text)
    for name in dict.fromkeys(_CLOSING.findall(text)):
        text = re.sub(rf"\[{name}\b[^\[\]]*\]", drop, text).replace(f"[/{name}]", "")
    text = _WITH_ATTRIBUTE.sub(drop, text)
    return _OWN.sub(drop, text), tuple(dropped)


def _paragraphs(text: str) -> str:
    """Make paragraphs of what blank lines part, and line breaks of single line ends."""
    text = _CLOSES_BLOCK.sub(r"\1\n\n", _OPENS_BLOCK.sub(r"\n\n\1", text))
    return "\n".join(
        chunk if _IS_BLOCK.match(chunk) else f"<p>{chunk.replace(chr(10), '<br>')}</p>"
        for chunk in (part.strip() for part in re.split(r"\n\s*\n", text))
        if chunk
    )
