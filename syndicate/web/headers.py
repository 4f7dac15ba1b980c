"""The headers that stand on every answer, and those that say how long an answer keeps."""

from __future__ import annotations

from typing import Final

Headers = tuple[tuple[str, str], ...]

_POLICY: Final = "Content-Security-Policy"
_DENIAL: Final = "X-Frame-Options"
SECURITY: Final[Headers] = (
    ("X-Content-Type-Options", "nosniff"),
    (_DENIAL, "DENY"),
    # For what is not a page: XML that a browser opens loads and runs nothing. The styles are those
    # of Chromium's own view of XML, which would be one run of words without them.
    (_POLICY, "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
    # not no-referrer: forms of the same site must still carry their Origin
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
HSTS: Final[Headers] = (("Strict-Transport-Security", "max-age=31536000"),)
POLICY: Final[Headers] = (
    (
        _POLICY,
        (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
    ),
)
SHOWING_FRAMES: Final[Headers] = ((_POLICY, f"{POLICY[0][1]}; frame-src 'self'"),)
"""For a page of ours that shows what other sites may show in a frame."""

IN_FRAMES: Final[Headers] = (
    (
        _POLICY,
        (
            "default-src 'none'; style-src 'self'; form-action 'none'; base-uri 'none'; "
            "frame-ancestors *; sandbox allow-popups allow-popups-to-escape-sandbox"
        ),
    ),
)
"""For what any site may show in a frame: no script, no form, no cookie, whatever the frame says."""

ANY_ORIGIN: Final[Headers] = (("Access-Control-Allow-Origin", "*"),)
EXPOSED: Final[Headers] = (
    ("Access-Control-Expose-Headers", "ETag, Link, Last-Modified, Retry-After"),
)
PUBLIC: Final = ANY_ORIGIN + EXPOSED
PREFLIGHT: Final[Headers] = (
    ("Access-Control-Allow-Methods", "GET, HEAD"),
    ("Access-Control-Allow-Headers", "A-IM, If-Modified-Since, If-None-Match"),
    ("Access-Control-Max-Age", "86400"),
)

# Nothing withdrawn may be shown for longer than an hour by a cache that cannot reach us.
FEED_CACHE: Final = "public, max-age=300, stale-while-revalidate=600, stale-if-error=3600"
EMBED_CACHE: Final = "public, no-cache"  # asked again each time: a withdrawal empties it at once
PAGE_CACHE: Final = "public, max-age=60"
MOVED_CACHE: Final = "public, max-age=3600"
FILE_CACHE: Final = "public, max-age=86400"
ERROR_CACHE: Final = "public, max-age=60"
NO_CACHE: Final = "no-store"


def security(base_url: str) -> Headers:
    """Return what every answer carries. HSTS only where the public address is https."""
    return SECURITY + (HSTS if base_url.startswith("https://") else ())


def governed(policy: Headers, rest: Headers) -> Headers:
    """Return a page's own policy and those of `rest` that it does not replace.

    Of two policies a browser obeys both; and X-Frame-Options would forbid what IN_FRAMES allows.
    """
    if not policy:
        return rest
    replaced = (_POLICY, _DENIAL) if policy == IN_FRAMES else (_POLICY,)
    return (*policy, *(one for one in rest if one[0] not in replaced))


def link(*targets: tuple[str, str]) -> str:
    """Return a Link header (RFC 8288) of (address, relation) pairs; empty addresses are left out.

    Addresses come from the definitions, which have no `>` or control character in them.
    """
    return ", ".join(f'<{address}>; rel="{relation}"' for address, relation in targets if address)
