"""Knows the keys as the store has them: in memory, and never more than a minute old."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from syndicate.errors import StoreError
from syndicate.partners import Keyring
from syndicate.store import partners
from syndicate.web.site import Site

FRESH: Final = 1.0
"""Seconds after which the store is asked whether a key was given out or revoked."""
STALE: Final = 60.0
"""Seconds after which no key is taken if the store could not be asked."""


class Keys:
    """Asks the store when somebody asks with a key, so that an idle process asks nothing."""

    def __init__(self, site: Site, clock: Callable[[], float] = time.monotonic) -> None:
        self._site = site
        self._clock = clock
        self._looking = threading.Lock()
        self._ring = Keyring(())
        self._mark: tuple[str, int] | None = None  # the store's epoch, and the last change there
        self._seen_at = float("-inf")

    def current(self) -> Keyring:
        """Return the keys, not a second old. While one looks, others go on with what is known.

        StoreError where what is known is too old to be relied on.
        """
        age = self._clock() - self._seen_at
        if age >= FRESH and self._looking.acquire(blocking=age >= STALE):
            try:
                self._look()
            except StoreError:
                if self._clock() - self._seen_at >= STALE:
                    raise
            finally:
                self._looking.release()
        return self._ring

    def _look(self) -> None:
        now = self._clock()
        if now - self._seen_at < FRESH:  # another has looked while this one waited
            return
        with self._site.reading() as (connection, present):
            assert present.head is not None
            mark = (present.head.epoch, partners.get_mark(connection))
            if mark != self._mark:
                self._ring, self._mark = Keyring(partners.list_partners(connection)), mark
        self._seen_at = now
