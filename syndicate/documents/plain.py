"""Says of plain text in XML that it is plain: `&#x26;` for `&amp;` and `&#x3C;` for `&lt;`.

To a parser they are the same. To validators, and to readers that guess whether a title is HTML,
the hexadecimal forms say that an ampersand is an ampersand (RSS profile, "character data").
"""

from __future__ import annotations

import re

_ELEMENT = re.compile(
    rb"<(title|category|copyright|rights|subtitle|description)>([^<]*&[^<]*)</\1>"
)


def mark(xml: bytes) -> bytes:
    """Return a head or one entry with its plain-text elements marked; CDATA stays as it is.

    An item's description is HTML, a channel's is not.
    """
    if xml.startswith(b"<item"):
        return _ELEMENT.sub(_marked_but_description, xml)
    return _ELEMENT.sub(_marked, xml)


def _marked(found: re.Match[bytes]) -> bytes:
    return found[0].replace(b"&amp;", b"&#x26;").replace(b"&lt;", b"&#x3C;")


def _marked_but_description(found: re.Match[bytes]) -> bytes:
    return found[0] if found[1] == b"description" else _marked(found)
