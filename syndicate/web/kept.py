"""Bodies held in memory up to a number of bytes: what is oldest goes first."""

from __future__ import annotations

import threading
from typing import Final, Generic, Protocol, TypeVar

_OVERHEAD: Final = 2_000  # bytes that an entry takes besides its body, roughly


class Sized(Protocol):
    """Anything that knows how many bytes it holds."""

    def __len__(self) -> int: ...


T = TypeVar("T", bound=Sized)


class Kept(Generic[T]):
    """A map with a limit in bytes. `get` takes no lock: it is on every request's way."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._entries: dict[str, T] = {}
        self._lock = threading.Lock()
        self.size = 0
        self.get = self._entries.get

    def put(self, key: str, value: T) -> None:
        """Hold a value; one that is larger than a quarter of the limit is not held."""
        size = len(value) + _OVERHEAD
        if size > self._limit // 4:
            return
        with self._lock:
            self._drop(key)
            while self._entries and self.size + size > self._limit:
                self._drop(next(iter(self._entries)))
            self._entries[key] = value
            self.size += size

    def _drop(self, key: str) -> None:
        old = self._entries.pop(key, None)
        if old is not None:
            self.size -= len(old) + _OVERHEAD
