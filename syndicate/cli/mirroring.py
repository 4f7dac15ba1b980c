"""`mirror`."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from syndicate.cli import here
from syndicate.cli.progress import counting

if TYPE_CHECKING:
    from syndicate.config import Settings
    from syndicate.errors import OriginBusy
    from syndicate.mirror import Mirror, Outcome, Patience

STATUS: Final = {"exact": 0, "unprovable": 0, "unproven": 75, "differs": 3}
_NAMED: Final = 20


@click.command
@click.argument("url", required=False)
@click.option("--to", "target", required=True, help="A folder, sqlite:///… or postgresql://…")
@click.option("--topic", "topics", multiple=True, help="Only this topic; may be repeated.")
@click.option("--all-topics", is_flag=True, help="Only what has all of these topics.")
@click.option("--not-topic", "not_topics", multiple=True, help="Not this topic.")
@click.option("--kind", "kinds", multiple=True, help="Only this kind of research.")
@click.option(
    "--key-file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A file with the partner's key; else SYNDICATE_MIRROR_KEY.",
)
@click.option("--anew", is_flag=True, help="Ask for everything again; what still holds stays.")
@click.option("--watch", type=click.IntRange(min=1), metavar="SECONDS", help="Go on, so often.")
@click.option("--check", is_flag=True, help="Only tell whether the copy is exact.")
@click.option("--list", "as_list", is_flag=True, help="Only print `id TAB content_hash` of each.")
@click.option(
    "--patience",
    default=300,
    show_default=True,
    type=click.IntRange(min=0),
    metavar="SECONDS",
    help="How long to wait in all where the origin asks for it.",
)
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def mirror(
    url: str | None,
    target: str,
    *,
    watch: int | None,
    check: bool,
    as_list: bool,
    anew: bool,
    patience: int,
    as_json: bool,
    key_file: Path | None,
    **filters: Any,  # noqa: ANN401 - topics, all_topics, not_topics, kinds
) -> None:
    """URL is a site, its /v1/, or any Atom, RSS or JSON feed; later runs may leave it out.

    Exit status: 0 the copy is exact (of a plain feed: as far as can be known), 1 refused, 3 it
    differs from its origin, 75 the origin cannot answer now: run it again, nothing is lost.
    """
    from syndicate.mirror import Patience

    wanted = _wanted(here.settings(), url, target, key_file, **filters)
    if as_list:
        _list(wanted, as_json=as_json)
        return
    waits = Patience(None if watch else patience, time.sleep, _tell_wait)
    if watch:
        _watch(wanted, waits, watch, as_json=as_json)
        return
    with counting("mirroring") as count:
        if check:
            outcome = wanted.check(waits)
        else:
            outcome = wanted.bring_up(waits, anew=anew, progress=count.reach)
    _show(outcome, as_json=as_json)
    status = 3 if check and outcome.verdict == "unproven" else STATUS[outcome.verdict]
    click.get_current_context().exit(status)


def _wanted(
    settings: Settings,
    url: str | None,
    target: str,
    key_file: Path | None,
    *,
    topics: tuple[str, ...],
    all_topics: bool,
    not_topics: tuple[str, ...],
    kinds: tuple[str, ...],
) -> Mirror:
    from syndicate.mirror import Mirror, asker, scope
    from syndicate.outgoing import Guard

    query = scope(topics, not_topics=not_topics, kinds=kinds, all_topics=all_topics)
    return Mirror(
        target=target,
        ask=asker(Guard(allow_loopback=settings.allow_loopback)),
        clock=here.now,
        url=url,
        scope=query or None,
        key=_key(key_file) if key_file else settings.mirror_key,
    )


def _key(file: Path) -> str:
    """Return the key of a file; an empty one must not look as if the key had been shown."""
    from syndicate.config import bearer_key
    from syndicate.store.secret import is_private

    try:
        key = bearer_key(file.read_text("utf-8").strip())
    except ValueError as error:
        raise click.UsageError(f"{file}: {error}") from None
    if key is None:
        raise click.UsageError(f"{file} is empty: put the key into it, or leave out --key-file")
    if not is_private(file):
        click.echo(f"others can read {file}: chmod 600 {file}", err=True)
    return key


def _watch(wanted: Mirror, waits: Patience, every: int, *, as_json: bool) -> None:
    """Go on until SIGTERM or Ctrl-C; what is under way then is as if it had not begun."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        wanted.follow(waits, every=every, told=lambda found: _show(found, as_json=as_json))
    except KeyboardInterrupt:
        click.echo("stopped", err=True)


def _tell_wait(seconds: float, why: OriginBusy) -> None:
    click.echo(f"{why.message}; waiting {seconds:g} s", err=True)


def _list(wanted: Mirror, *, as_json: bool) -> None:
    for held in wanted.held():
        click.echo(held.record if as_json else f"{held.id}\t{held.content_hash}")


# What is shown ----------------------------------------------------------------------------------


def _show(outcome: Outcome, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(outcome.to_json(), ensure_ascii=False))
    else:
        click.echo("\n".join(_lines(outcome)))


def _lines(outcome: Outcome) -> Iterator[str]:
    tally = outcome.tally
    yield f"{outcome.origin}: {_verdict(outcome)}"
    counts = [f"{tally.put:,} taken in"] if tally.put else []
    counts += [f"{count:,} {reason}" for reason, count in sorted(tally.deleted.items())]
    if tally.vanished:
        counts.append(f"{len(tally.vanished):,} gone from the origin")
    if tally.kept:
        counts.append(f"{tally.kept:,} unchanged")
    if counts:
        yield ", ".join(counts)
    yield from (f"began anew: {why}" for why in tally.rounds)
    yield from _named("mended", (f"{one.id} ({one.how})" for one in outcome.mended))
    yield from _named("came damaged, not taken in", sorted(tally.damaged))
    yield from _named("altered", outcome.faults)
    yield from _named(
        "made safe", (f"{id}: {', '.join(names)}" for id, names in tally.cleaned.items())
    )
    yield from outcome.remarks


def _named(what: str, texts: Iterable[str]) -> Iterator[str]:
    found = list(texts)
    yield from (f"{what}: {text}" for text in found[:_NAMED])
    if len(found) > _NAMED:
        yield f"{what}: … and {len(found) - _NAMED:,} more"


def _verdict(outcome: Outcome) -> str:
    held = f"{outcome.entries:,} {'entry' if outcome.entries == 1 else 'entries'}"
    last = f", last change {outcome.last_change_at}" if outcome.last_change_at else ""
    if outcome.verdict == "exact":
        return f"exact at change {outcome.seq:,}: {held}{last}"
    if outcome.verdict == "unprovable":
        return f"{held}; whether that is all, a plain feed does not say"
    if outcome.verdict == "unproven":
        return f"{held}, {outcome.behind:,} changes behind{last}"
    where = f" in {len(outcome.buckets)} of 256 buckets" if outcome.buckets else ""
    return f"NOT EXACT{where}: {held}, at change {outcome.seq or 0:,}{last}"
