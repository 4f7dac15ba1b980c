"""`wait=`: holds a request until there is something new, and neither the store nor the server."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any, Final

from syndicate.web import aside
from syndicate.web.site import Site

LONGEST: Final = 30  # seconds
AT_ONCE: Final = aside.AT_ONCE // 2  # the other half is for requests that do not wait
_LOOK: Final = 0.05  # seconds between looks at what this process has loaded


class News:
    """Lets a bounded number of requests wait; a further one is answered at once."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._places = threading.BoundedSemaphore(AT_ONCE)

    def wait(self, seq: int, deadline: float, environ: Mapping[str, Any]) -> bool:
        """Wait until the journal has passed `seq`; False when that was not to be.

        Only where the server has a thread for each such request: elsewhere waiting would hold up
        others.
        """
        if aside.KEY not in environ or not self._places.acquire(blocking=False):
            return False
        try:
            while time.monotonic() < deadline:
                head = self._site.snapshot.head
                if head is None or head.seq != seq:
                    return True
                time.sleep(_LOOK)
            return False
        finally:
            self._places.release()
