"""A partner's copy: entries and where it stands, changed together or not at all.

In a database each page of changes is one transaction with its cursor. In a folder the same holds
for a SQLite file in it; folder.py has the files follow.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from syndicate.errors import CopyError
from syndicate.mirror.folder import Folder
from syndicate.store import mirrored
from syndicate.store.engine import Connection, Engine
from syndicate.store.mirrored import Held, Known

_STANDING: Final = "standing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one answer of the origin does to a copy.

    `kept` were met again as they are held, `doubted` came damaged, `ends_round`: what only earlier
    rounds have met goes.
    """

    puts: Sequence[Held] = ()
    kept: Collection[str] = ()
    deleted: Collection[str] = ()
    doubted: Collection[str] = ()
    round: int = 1
    ends_round: bool = False


class Copy:
    """A copy in a database, and where it stands (as the text that standing.py writes)."""

    def __init__(self, engine: Engine, shown: str, files: Folder | None = None) -> None:
        self._engine = engine
        self.files = files
        self.shown = shown
        with mirrored.reading(engine) as connection:
            self._standing = mirrored.get_state(connection, _STANDING)

    @property
    def standing(self) -> str | None:
        return self._standing

    def apply(self, batch: Batch, standing: str) -> list[str]:
        """Take in a batch together with the standing that it leads to; return what vanished by it.

        CopyError: another program has changed the copy since this one looked; nothing was done.
        """
        with mirrored.writing(self._engine) as connection:
            if not mirrored.swap_state(connection, _STANDING, self._standing, standing):
                raise CopyError(
                    f"another program is at work on {self.shown}", "let one mirror it at a time"
                )
            vanished = self._apply(connection, batch)
        self._standing = standing
        if self.files:
            self.files.follow(all_else=batch.ends_round)
        return vanished

    def _apply(self, connection: Connection, batch: Batch) -> list[str]:
        vanished: list[str] = []
        mirrored.put(connection, batch.puts, round=batch.round)
        mirrored.keep(connection, batch.kept, round=batch.round)
        mirrored.doubt(connection, batch.doubted, round=batch.round)
        mirrored.remove(connection, batch.deleted)
        if batch.ends_round:
            vanished = mirrored.list_before(connection, batch.round)
            mirrored.remove(connection, vanished)
        if self.files:
            ids = [*(one.id for one in batch.puts), *batch.kept, *batch.deleted, *vanished]
            self.files.will_follow(connection, ids)
        return vanished

    def require(self, made_of: str, asked: str) -> None:
        """Refuse to mix two origins, or two filters, in one copy."""
        if made_of != asked:
            raise CopyError(
                f"{self.shown} is a copy of {made_of or 'everything'}, not {asked or 'everything'}",
                "give the same as before, or --anew to make the copy over",
            )

    def count(self) -> int:
        with mirrored.reading(self._engine) as connection:
            return mirrored.count(connection)

    def find_known(self, ids: Collection[str]) -> dict[str, Known]:
        """Return what is known of those of `ids` that are held."""
        with mirrored.reading(self._engine) as connection:
            return mirrored.find_known(connection, ids)

    def hashes(self) -> dict[str, str]:
        """Return the content_hash of every entry by its id."""
        with mirrored.reading(self._engine) as connection:
            return dict(mirrored.iterate_hashes(connection))

    def faults(self) -> Iterator[str]:
        """Yield what is no longer as it was written here: rows, then files."""
        with mirrored.reading(self._engine) as connection:
            for held, is_whole in mirrored.iterate(connection):
                if not held.content_hash:
                    yield f"{held.id}: the origin sends it damaged; an older version is held"
                elif not is_whole:
                    yield f"{held.id}: its row was changed by another program"
        if self.files:
            yield from self.files.faults()

    def iterate(self) -> Iterator[Held]:
        """Yield every entry, in the order of ids as bytes."""
        with mirrored.reading(self._engine) as connection:
            yield from mirrored.iterate_in_order(connection)

    def close(self) -> None:
        self._engine.dispose()
        if self.files:
            self.files.close()
