"""A list of any length in bounded memory.

A first publish of a hundred thousand files goes through these. What is not held lies in a file
without a name, which is gone when the process is, however that ends.
"""

from __future__ import annotations

import os
import pickle
import tempfile
import weakref
import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Generic, TypeVar

from syndicate.errors import StoreError

T = TypeVar("T")
HELD: Final = 50
_SHORT: Final = 1000  # bytes that are not worth compressing


class Spool(Generic[T]):
    """A list that grows at its end. The first values are held as they are, the others in a file."""

    def __init__(self, values: Iterable[T] = (), *, held: int = HELD) -> None:
        self._most = held
        self._held: list[T] = []
        self._ends = array("Q", [0])
        self._file = -1
        self.extend(values)

    def append(self, value: T) -> None:
        """Add a value. StoreError where the file cannot be written."""
        if len(self._held) < self._most:
            self._held.append(value)
            return
        data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        data = b"z" + zlib.compress(data, 1) if len(data) > _SHORT else b"p" + data
        begin = self._ends[-1]
        self._write(data, begin)
        self._ends.append(begin + len(data))

    def extend(self, values: Iterable[T]) -> None:
        for value in values:
            self.append(value)

    def __len__(self) -> int:
        return len(self._held) + len(self._ends) - 1

    def __getitem__(self, index: int) -> T:
        number = range(len(self))[index]
        if number < len(self._held):
            return self._held[number]
        begin, end = self._ends[number - self._most], self._ends[number - self._most + 1]
        data = os.pread(self._file, end - begin, begin)
        plain = zlib.decompress(data[1:]) if data[:1] == b"z" else data[1:]
        value: T = pickle.loads(plain)  # noqa: S301 - out of our own file, which has no name
        return value

    def __iter__(self) -> Iterator[T]:
        return (self[number] for number in range(len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Spool | Sequence):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # it grows

    def _write(self, data: bytes, begin: int) -> None:
        try:
            if self._file < 0:
                with tempfile.TemporaryFile(dir=_folder()) as file:
                    self._file = os.dup(file.fileno())
                weakref.finalize(self, os.close, self._file)
            while data:
                written = os.pwrite(self._file, data, begin)
                data, begin = data[written:], begin + written
        except OSError as error:
            told = f"{_folder()} cannot be written: {error.strerror}"
            raise StoreError(told, "make room, or name another folder in TMPDIR") from error


def _folder() -> str:
    """Return where large files go for a while: /tmp may be memory, which is to be spared."""
    lasting = "/var/tmp"  # noqa: S108 - the file has no name that anyone could guess
    chosen = any(os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP"))
    return tempfile.gettempdir() if chosen or not os.access(lasting, os.W_OK) else lasting
