"""One GET at another site, and what an answer that is no answer means to a mirror."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from syndicate.errors import FetchFailed, OriginBusy, OriginError
from syndicate.mirror import wire
from syndicate.outgoing import Answer, Limits, retry_after

Ask = Callable[[str, Mapping[str, str], Limits], Answer]
"""(address, headers, limits) -> an answer of any status; FetchError where there is none."""

SECONDS: Final = 60.0  # for one answer
_RAW, _INFLATED = 32_000_000, 200_000_000  # bytes
_LATER: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_REMEDIES: Final[Mapping[int, str]] = {
    401: "check the key (SYNDICATE_MIRROR_KEY or --key-file)",
    403: "ask its operator for a key that reaches so far, or narrow the filter",
    404: "check the address and the filter's slugs",
}


def get(ask: Ask, url: str, headers: Mapping[str, str], *, seconds: float = SECONDS) -> Answer:
    """GET an address. An answer of 200, 304, 400 or 410 is returned, for its meaning varies.

    OriginBusy: later it may be answered. OriginError: it is refused.
    """
    limits = Limits(seconds=seconds, raw_bytes=_RAW, inflated_bytes=_INFLATED)
    try:
        answer = ask(url, headers, limits)
    except FetchFailed as error:
        raise OriginBusy(error.message, error.remedy) from error
    if answer.status not in {200, 304, 400, 410}:
        raise refusal(url, answer)
    return answer


def refusal(url: str, answer: Answer) -> OriginError:
    """Return what an answer says that gives nothing."""
    place = url.partition("?")[0]  # a query may hold a cursor
    words = wire.read_problem(answer.body)[1]
    said = f"{place} answers {answer.status}{': ' if words else ''}{words}"
    if answer.status in _LATER:
        seconds = retry_after(answer.headers)
        remedy = "run this again later" if seconds is None else f"it asks to wait {seconds:g} s"
        return OriginBusy(said, remedy, seconds=seconds)
    return OriginError(said, _REMEDIES.get(answer.status, "look at the address in a browser"))
