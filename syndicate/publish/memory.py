"""How a process that publishes keeps house: what it holds on to, and what it gives back."""

from __future__ import annotations

import ctypes
import gc
import sys
from contextlib import suppress
from typing import Final

_M_TRIM_THRESHOLD: Final = -1  # malloc.h
_KEPT: Final = 16 << 20
"""Bytes: more than the documents of one summary take."""


def settle() -> None:
    """Get ready to publish again and again, once everything is imported.

    What is there now stays to the end, so the collector need not look at it each time; and the
    memory of one publish is kept for the next, instead of being given back in between.
    """
    gc.collect()
    gc.freeze()
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).mallopt(_M_TRIM_THRESHOLD, _KEPT)


def give_back() -> None:
    """Have glibc return what is free (malloc_trim(3)); do nothing where there is another."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
