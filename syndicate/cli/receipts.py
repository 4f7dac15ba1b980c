"""`partner receipts`: who has applied a withdrawal or a correction, and who has not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import click

from syndicate.cli import here

if TYPE_CHECKING:
    from syndicate.receipts import Copy, Receipt

_WORDS: Final = {"correct": "corrected", "withdraw": "withdrawn", "restore": "restored"}
_INSTANT: Final = "%Y-%m-%dT%H:%M:%SZ"


@click.command
@click.argument("slug", required=False)
@click.option(
    "--after",
    type=click.IntRange(0),
    metavar="HOURS",
    help="Exit with 1 where a copy has not applied a change that is older.",
)
@click.option("--json", "as_json", is_flag=True, help="For a program.")
@click.pass_context
def receipts(ctx: click.Context, slug: str | None, after: int | None, *, as_json: bool) -> None:
    """Say which partners' copies have applied the last change of SLUG, and which have not.

    Without SLUG: the newest withdrawals and corrections, and all that a copy has not applied yet.
    A partner proves it with the cursor that it sends. Who has no key that works is never overdue.
    """
    from syndicate import receipts as receipts_

    limit = None if after is None else timedelta(hours=after)
    with here.store(here.settings()) as engine:
        found = receipts_.collect(engine, now=here.now(), slug=slug, after=limit)
    if as_json:
        click.echo(json.dumps([_to_json(one) for one in found], ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(line for one in found for line in _lines(one)) or _nothing(slug))
    ctx.exit(1 if any(one.overdue for one in found) else 0)


def _nothing(slug: str | None) -> str:
    what = slug or "Nothing"
    return f"{what} {'was never' if slug else 'was'} corrected or withdrawn."


def _lines(receipt: Receipt) -> Iterator[str]:
    change = receipt.change
    word = _WORDS[change.op]
    yield f"{change.at:%Y-%m-%d %H:%M} UTC  {word:<9}  {change.slug}  (change {change.seq})"
    for copy in receipt.applied:
        yield f"    has it   {_told(copy)}"
    for copy in receipt.waiting:
        mark = "OVERDUE" if copy in receipt.overdue else "has not"
        yield f"    {mark}  {_told(copy)}{_reach(copy)}"
    if not receipt.applied and not receipt.waiting:
        yield "    no partner has a copy that it concerns"


def _told(copy: Copy) -> str:
    seen = f"{copy.place.at:%Y-%m-%d %H:%M} UTC"
    return f"{copy.partner.name}, {copy.scope}: at change {copy.applied}, last asked {seen}"


def _reach(copy: Copy) -> str:
    """Return how a partner that must be told can be told."""
    if copy.partner.live_keys(here.now()):
        return f"; contact: {copy.partner.contact}" if copy.partner.contact else ""
    return f"; it has no key that works: write to {copy.partner.contact or 'it'}"


def _to_json(receipt: Receipt) -> dict[str, Any]:
    change = receipt.change
    return {
        "seq": change.seq,
        "what": _WORDS[change.op],
        "at": change.at.strftime(_INSTANT),
        "id": change.id,
        "slug": change.slug,
        "applied": [_copy(copy) for copy in receipt.applied],
        "waiting": [_copy(copy) | {"overdue": copy in receipt.overdue} for copy in receipt.waiting],
    }


def _copy(copy: Copy) -> dict[str, Any]:
    return {
        "partner": copy.partner.name,
        "contact": copy.partner.contact,
        "filter": str(copy.scope),
        "seq": copy.applied,
        "at": copy.place.at.strftime(_INSTANT),
    }
