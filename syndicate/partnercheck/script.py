"""An origin that does what a script says between a mirror's requests, and remembers them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from syndicate.partnercheck.exchange import Reply, Request
from syndicate.partnercheck.origin import Origin

Edit = Callable[[Origin], None]
Refuse = Callable[[Request, Origin], Reply]
DATA: Final = frozenset({"changes", "snapshot"})


@dataclass(frozen=True, slots=True)
class Seen:
    """A request and what it was answered."""

    request: Request
    reply: Reply


@dataclass(slots=True)
class Script:
    """`refusals` are given in place of the next answers, `between` is done after each page."""

    origin: Origin
    refusals: deque[Refuse] = field(default_factory=deque)
    between: deque[Edit] = field(default_factory=deque)
    seen: list[Seen] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        return not self.refusals and not self.between

    def answer(self, request: Request) -> Reply:
        """Answer a request. One at a time: the caller holds the lock."""
        reply = self._answer(request)
        self.seen.append(Seen(request, reply))
        return reply

    def _answer(self, request: Request) -> Reply:
        if request.name not in DATA:
            return self.origin.answer(request)
        if self.refusals:
            return self.refusals.popleft()(request, self.origin)
        reply = self.origin.answer(request)
        if reply.status == 200 and self.between:
            self.between.popleft()(self.origin)
        if request.name == "changes" and b'"more":false' in reply.body:
            while self.between:  # no page is left between which anything could happen
                self.between.popleft()(self.origin)
        return reply
