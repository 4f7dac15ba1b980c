"""`topics rename` and `topics merge`: edit topics.toml, then publish. Nobody loses a feed.

The former slug stays in the file: its addresses lead to the present ones, and content files that
still name it go on working.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import tomlkit
from tomlkit.items import AoT, Table

from syndicate import definitions as definitions_
from syndicate.definitions import Definitions
from syndicate.errors import NotFound, PublishRefused
from syndicate.publish import Outcome, publish_redefined
from syndicate.publish.editing import replace_text
from syndicate.store.engine import Engine


def rename(
    engine: Engine,
    folder: Path,
    old: str,
    new: str,
    *,
    label: str | None = None,
    label_fr: str | None = None,
    base_url: str | None = None,
    now: datetime,
) -> Outcome:
    """Give a topic another slug, and other labels if they are named. Its feed keeps its id."""

    def edit(blocks: AoT) -> None:
        block = _block(blocks, old)
        if any(other["slug"] == new for other in blocks):
            raise PublishRefused(
                f"there is a topic {new!r} already", f"`syndicate topics merge {old} {new}`"
            )
        block["slug"] = new
        block.setdefault("key", old)
        former = [slug for slug in block.get("former", []) if slug != new]
        block["former"] = [*former, old]
        if label:
            block["label"] = label
            block["feed_label"] = label
        if label_fr:
            block["label_fr"] = label_fr

    return publish_redefined(engine, _edited(folder, base_url, edit), now=now)


def merge(
    engine: Engine,
    folder: Path,
    old: str,
    into: str,
    *,
    base_url: str | None = None,
    now: datetime,
) -> Outcome:
    """Make one topic of two: `into` takes over the summaries and addresses of `old`."""

    def edit(blocks: AoT) -> None:
        gone, kept = _block(blocks, old), _block(blocks, into)
        if gone is kept:
            raise PublishRefused(f"{old!r} and {into!r} are one topic", "name two")
        kept["former"] = [*kept.get("former", []), *gone.get("former", []), old]
        blocks.remove(gone)

    return publish_redefined(engine, _edited(folder, base_url, edit), now=now)


def _block(blocks: AoT, slug: str) -> Table:
    for block in blocks:
        if block["slug"] == slug:
            assert isinstance(block, Table)
            return block
    slugs = [block["slug"] for block in blocks]
    raise NotFound(f"there is no topic {slug!r}", definitions_.near_misses(slug, slugs))


@contextmanager
def _edited(
    folder: Path, base_url: str | None, edit: Callable[[AoT], None]
) -> Iterator[Definitions]:
    """Check the edited file before it is written; put the old text back where it is refused."""
    path = folder / "feeds" / "topics.toml"
    present = definitions_.load(folder, base_url=base_url)
    old = present.texts["topics.toml"]
    document = tomlkit.parse(old)
    blocks = document["topic"]
    assert isinstance(blocks, AoT)
    edit(blocks)
    new = tomlkit.dumps(document)
    after = definitions_.parse({**present.texts, "topics.toml": new}, base_url=base_url)
    replace_text(path, new)
    try:
        yield after
    except BaseException:
        replace_text(path, old)
        raise
