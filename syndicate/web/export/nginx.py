"""What nginx has to know to answer an export's files as the service would.

Most files of one shape have the same headers: they share a location. One that has others, and
each redirect and each 410, has a location of its own, which nginx looks for first.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from urllib.parse import unquote

from syndicate.errors import ExportError
from syndicate.web import headers
from syndicate.web.export.asking import Answer
from syndicate.web.headers import Headers

_PAGE: Final = r"index\.html$"
_SHAPES: Final = tuple(
    re.compile(shape)
    for shape in (
        rf"/fr/embed/(?:.+/)?{_PAGE}",
        rf"/embed/(?:.+/)?{_PAGE}",
        rf"/fr/(?:.+/)?{_PAGE}",
        rf"/{_PAGE}",
        r"/feed(?:/archive/[0-9]+)?\.json$",
        r"/cite/[a-z]+\.json$",
        *(rf"\.{ending}$" for ending in ("atom", "rss", "ris", "bib", "xml", "css", "js", "png")),
    )
)
_NOT_SAID: Final = frozenset(
    {"last-modified", "link", "surrogate-key", "vary", "content-type", "location"}
)
"""What nginx says itself, what stands in the documents too, and what is for caches that purge."""

_HEAD: Final = """\
# How nginx answers the files of this export. Inside `server { … }`:
#
#   root /srv/www/site;               # the folder site/ beside this file
#   include /srv/www/nginx.conf;      # this file
#
# `gzip off` stays: each file has its gzip beside it, made once, and a tag names exact bytes. With
# the module ngx_brotli, `brotli_static on;` offers the br files as well.
charset off;
etag on;
gzip off;
gzip_static on;
gzip_vary on;
absolute_redirect off;
if_modified_since before;
index index.html;
"""


def configuration(answers: Sequence[Answer]) -> str:
    """Return what is to be included in a `server` block; the same answers give the same text."""
    ordered = sorted(answers, key=lambda one: one.path)
    blocks = [_HEAD]
    blocks += [_missing(answer) for answer in ordered if answer.status == 404]
    blocks += _files(answer for answer in ordered if answer.status == 200)
    blocks += [_moved(answer) for answer in ordered if answer.status == 301]
    blocks += [_gone(answer) for answer in ordered if answer.status == 410]
    return "\n".join([*blocks, ""])


def _files(answers: Iterable[Answer]) -> Iterator[str]:
    """Yield a location for each shape, by what most of it has, and one for each that differs."""
    groups: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        shape = next((one.pattern for one in _SHAPES if one.search(answer.file)), "")
        groups[shape].append(answer)
    for shape in (*(one.pattern for one in _SHAPES), ""):
        found = groups.get(shape, [])
        usual = Counter(map(_said, found)).most_common(1)[0][0] if found and shape else None
        for answer in found:
            if _said(answer) != usual:
                yield _location(f"= {_quoted(answer.file)}", *_said(answer))
        if usual:
            yield _location(f'~ "{shape}"', *usual)


def _said(answer: Answer) -> tuple[str, Headers]:
    """Return the media type, and the headers that nginx is to add."""
    kept = [
        (name, "attachment" if name == "Content-Disposition" else value)
        for name, value in answer.headers
        if name.lower() not in _NOT_SAID
    ]
    return answer.header("content-type"), tuple(kept)


def _location(match: str, media_type: str, found: Headers, *more: str) -> str:
    lines = ["types { }", f"default_type {_quoted(media_type)};", *more]
    lines += [f"add_header {name} {_quoted(value)} always;" for name, value in found]
    return f"location {match} {{\n" + "".join(f"    {line}\n" for line in lines) + "}\n"


def _moved(answer: Answer) -> str:
    target = _quoted(answer.header("location"))
    cached = f"add_header Cache-Control {_quoted(headers.MOVED_CACHE)} always;"
    return f"location = {_quoted(unquote(answer.path))} {{ {cached} return 301 {target}; }}\n"


def _gone(answer: Answer) -> str:
    """Answer 410 at the address, with the text that stands elsewhere and cannot be asked for."""
    place = _quoted(answer.file)
    said = _location(f"= {place}", *_said(answer), "internal;")
    path = unquote(answer.path)
    block = f"location = {_quoted(path)} {{ error_page 410 {place}; return 410; }}\n{said}"
    if path.endswith("/"):
        block += f"location = {_quoted(path[:-1])} {{ return 301 {_quoted(answer.path)}; }}\n"
    return block


def _missing(answer: Answer) -> str:
    """Say what is shown where nothing is: `/404.html`, and `/fr/404.html` below `/fr/`."""
    file, below = _quoted(answer.file), _quoted(f"{answer.file.rpartition('/')[0]}/")
    said = _location(f"= {file}", *_said(answer), "internal;")
    return f"location {below} {{ error_page 404 {file}; }}\n{said}"


def _quoted(text: str) -> str:
    """Write a value as nginx reads it. ExportError where it cannot: `$` begins a variable."""
    if "$" in text or "\n" in text:
        raise ExportError(f"nginx cannot be told {text!r}", "see [http.redirects] of network.toml")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
