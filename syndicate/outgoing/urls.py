"""Which addresses may be asked at all, by their text alone."""

from __future__ import annotations

import re
from typing import Final

import httpx2

from syndicate.errors import FetchError

MAX_URL: Final = 2048  # characters
_HOST: Final = re.compile(r"[a-z0-9._:-]+")  # of a name (IDNA done), an IPv4 or an IPv6 address


def parse(text: str, base: httpx2.URL | None = None) -> httpx2.URL:
    """Return an http(s) URL without a user; `text` may be relative to `base`, as redirects are."""
    if len(text) > MAX_URL:
        raise FetchError(f"an address of {len(text)} characters", f"at most {MAX_URL}")
    try:
        url = base.join(text) if base else httpx2.URL(text)
    except (httpx2.InvalidURL, ValueError) as error:
        raise FetchError(f"{text[:80]!r} is not an address: {error}") from error
    host = url.raw_host.decode("ascii")
    if url.scheme not in {"http", "https"} or not _HOST.fullmatch(host) or origin(url)[2] > 65535:
        raise FetchError(f"{text[:80]!r} cannot be fetched", "give an http or https address")
    if url.userinfo:
        raise FetchError(f"{shown(url)} carries a user name", "leave out what is before the @")
    return url


def origin(url: httpx2.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or (443 if url.scheme == "https" else 80)


def shown(url: httpx2.URL) -> str:
    """Return the address for an error's text: no user, query or fragment."""
    return f"{url.scheme}://{url.netloc.decode('ascii')}{url.path}"
