"""`withdraw` and `restore`: edit the front matter of one summary, then publish that file alone."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from syndicate.definitions import Definitions, near_misses
from syndicate.editorial import editing, tree
from syndicate.editorial import summary as editorial
from syndicate.errors import NotFound, PublishRefused
from syndicate.model import Correction, Summary, Withdrawal, WithdrawalReason
from syndicate.publish import Options, Outcome, publish
from syndicate.store import engine as store
from syndicate.store import summaries
from syndicate.store.engine import Engine


def withdraw(
    engine: Engine,
    folder: Path,
    definitions: Definitions,
    slug: str,
    *,
    reason: WithdrawalReason,
    note: str = "",
    replaced_by: str | None = None,
    now: datetime,
) -> Outcome:
    """Take a published summary back. NotFound for no such slug; PublishRefused if it is already."""
    path, present = _find(engine, slug)
    _require_file(folder, definitions, path, present)
    if present.withdrawn is not None:
        raise PublishRefused(
            f"{slug!r} was withdrawn on {present.withdrawn.date:%Y-%m-%d}",
            f"`syndicate restore {slug}` brings it back",
        )
    date = _free_second(engine, now)
    taken_back = Withdrawal(date=date, reason=reason, note=note, replaced_by=replaced_by)
    return _publish_edited(
        engine,
        folder,
        definitions,
        path=path,
        now=date,
        edit=lambda text: editing.withdraw(path, text, taken_back),
    )


def restore(
    engine: Engine,
    folder: Path,
    definitions: Definitions,
    slug: str,
    *,
    note: str = "",
    now: datetime,
) -> Outcome:
    """Bring a withdrawn summary back, with a correction that tells of it."""
    path, present = _find(engine, slug)
    _require_file(folder, definitions, path, present)
    if present.withdrawn is None:
        raise PublishRefused(f"{slug!r} is not withdrawn", "there is nothing to restore")
    # newer than its tombstone, or readers would go on taking it for deleted (RFC 6721, section 3)
    date = _free_second(engine, max(now, present.withdrawn.date + timedelta(seconds=1)))
    told = Correction(date=date, note=note or "Restored after it had been withdrawn.")
    return _publish_edited(
        engine,
        folder,
        definitions,
        path=path,
        now=date,
        edit=lambda text: editing.restore(path, text, told),
    )


def _find(engine: Engine, slug: str) -> tuple[str, Summary]:
    with store.reading(engine) as connection:
        stored = summaries.find(connection, slug=slug)
        if stored is None:
            known = summaries.list_slugs(connection)
            raise NotFound(f"no published summary has the slug {slug!r}", near_misses(slug, known))
        return stored.path, summaries.get(connection, stored)


def _require_file(folder: Path, definitions: Definitions, path: str, present: Summary) -> None:
    """Refuse to edit what is not, or no longer, the file of the summary that is published."""
    if tree.find(folder, path) is None:
        raise PublishRefused(
            f"{path} is not there any more",
            "if it has moved, run `syndicate publish` first; if it was deleted, put it back or "
            "run `syndicate publish --withdraw-missing`",
        )
    there = editorial.parse(path, tree.load(folder, path), definitions).summary
    if there.id != present.id:
        raise PublishRefused(
            f"{path} holds another summary now, {there.id}",
            f"the file of {present.slug!r} has id: {present.id}; run `syndicate publish` first",
        )


def _free_second(engine: Engine, begin: datetime) -> datetime:
    """Return `begin` or the first second after it at which nothing of any summary stands."""
    following = [begin + timedelta(seconds=n) for n in range(600)]
    with store.reading(engine) as connection:
        taken = summaries.list_taken(connection, following)
    return next(second for second in following if second not in taken)


def _publish_edited(
    engine: Engine,
    folder: Path,
    definitions: Definitions,
    *,
    path: str,
    now: datetime,
    edit: Callable[[str], str],
) -> Outcome:
    """Write the edited file and publish it; put the old text back where it is refused."""
    old = tree.load(folder, path).decode()
    ends = "\r\n" if "\r\n" in old else "\n"
    new = edit(old.replace("\r\n", "\n")).replace("\n", ends)
    editorial.parse(path, new.encode(), definitions)  # ContentError before anything is written
    replace_text(folder / path, new)
    options = Options(only=[path], all_or_nothing=True)
    try:
        return publish(engine, folder, definitions, now=now, options=options)
    except BaseException:
        replace_text(folder / path, old)
        raise


def replace_text(path: Path, text: str) -> None:
    """Replace a file's text at once: a reader sees the old or the new, and so does a crash."""
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", newline="", dir=path.parent, prefix=".", delete=False
    ) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).chmod(path.stat().st_mode)
    Path(file.name).replace(path)
