"""From entries to the bytes of feeds. Pure: no clock, no SQL, no Flask; same input, same bytes."""

from __future__ import annotations
