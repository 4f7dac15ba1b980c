"""Named places at which a test can end a publisher, as a power cut would: nothing is cleaned up.

SYNDICATE_FAILPOINT=applied:kill ends the process there; without it nothing happens.
"""

from __future__ import annotations

import os
import signal
from typing import Final

POINTS: Final = ("planned", "partly", "applied", "rendered", "written", "committed")


_WANTED: Final = os.environ.get("SYNDICATE_FAILPOINT", "")


def reach(name: str) -> None:
    """Pass the point `name`; end this process here where the environment asks for it."""
    if _WANTED and f"{name}:kill" == _WANTED:
        os.kill(os.getpid(), signal.SIGKILL)
