"""What a process that publishes again and again does once."""

from __future__ import annotations

import gc

from syndicate.publish import memory


def test_what_is_there_is_not_looked_at_again() -> None:
    try:
        memory.settle()
        assert gc.get_freeze_count() > 10_000
        assert gc.isenabled()
        memory.give_back()
    finally:
        gc.unfreeze()
