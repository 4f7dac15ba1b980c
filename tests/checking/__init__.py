"""The judges of what we publish: one call that says everything that is wrong with a document.

The rules are ours and independent of syndicate/: nothing here imports the code that it judges.
"""

from __future__ import annotations

from tests.checking import atom, jsonfeed, opml, rss, schemas, w3c

MEDIA_TYPES = {
    "atom": ("application/atom+xml", "utf-8"),
    "rss": ("application/rss+xml", "utf-8"),
    "json": ("application/feed+json", ""),
    "opml": ("text/x-opml", "utf-8"),
}


def problems(
    path_or_format: str, body: bytes, url: str | None = None, media_type: str | None = None
) -> list[str]:
    """Return all that is wrong with a document, named by its format or by a path that ends in it.

    `url` is the address it is published at; with it, `rel=self` is checked. `media_type` is the
    Content-Type it was sent with. The W3C validator has its say where w3c.checkout() finds one.
    """
    kind = path_or_format.rsplit(".", 1)[-1].rsplit("/", 1)[-1]
    found = media_type_problems(kind, media_type) if media_type is not None else []
    if kind == "atom":
        found += atom.problems(body, url=url) + schemas.atom_problems(body)
    elif kind == "rss":
        found += rss.problems(body, url=url)
    elif kind == "json":
        found += jsonfeed.problems(body, url=url)
    elif kind == "opml":
        found += opml.problems(body)
    else:
        raise ValueError(f"{path_or_format!r} is not a document of a feed")
    if kind != "json" and w3c.checkout() is not None:
        found += w3c.problems(body, url=url, media_type=media_type)
    return found


def media_type_problems(format: str, media_type: str) -> list[str]:
    """Return what is wrong with the Content-Type of a document of this format."""
    name, _, parameters = media_type.partition(";")
    expected, charset = MEDIA_TYPES[format]
    found = []
    if name.strip().lower() != expected:
        found.append(f"the media type is {name.strip()}, not {expected}")
    if parameters.strip().lower() != (f"charset={charset}" if charset else ""):
        found.append(f"the media type says {parameters.strip()!r}, not charset {charset or 'none'}")
    return found
