"""Gives freed memory back to the system, which a process that goes on would otherwise keep."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress


def give_back() -> None:
    """Have glibc return what is free (malloc_trim(3)); do nothing where there is another."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
