"""The history that a partner's mirror is led through: scenes, each with what it tries. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import formatdate
from typing import Final

from syndicate.partnercheck.exchange import Reply, Request, problem
from syndicate.partnercheck.origin import Origin, Piece
from syndicate.partnercheck.script import Script

HOSTILE: Final = "hostile"
WHOLE: Final = ("letters", "long")
"""Entries whose text must come through whole."""
_LETTERS: Final = (
    "Naïve café, Ελληνικά, עברית, 한국어, \U0001d499 ≤ ½, "
    "\U0001f469\U0001f3fd\u200d\U0001f52c \U0001f1e8\U0001f1e6, e\u0301 and é, “quotes”, "
    "a\u00a0b, &lt;b&gt; &amp; co. End."
)
_LONG: Final = "A sentence that says little but goes on. " * 4_900 + "The last words."
_SCRIPTS: Final = """
<p onclick="alert(1)">Read <a href="javascript:alert(1)">this</a>.</p>
<script>alert(1)</script>
<img src=x onerror=alert(1)>
<svg onload=alert(1)></svg>
<iframe srcdoc="&lt;script&gt;alert(1)&lt;/script&gt;"></iframe>
<a href="java&#10;script:alert(1)">that</a>
<p style="position:fixed">Seen.</p>
"""


@dataclass(frozen=True, slots=True)
class Scene:
    """A part of the history. `prepare` writes it into the script before the mirror comes."""

    name: str
    tries: str
    prepare: Callable[[Script], None]


def id_of(name: str) -> str:
    return f"tag:rehearsal.example,2024:summary/{name}"


def _new(name: str, html: str = "") -> Piece:
    said = html or f"<p>What is known of {name}.</p>"
    return Piece(slug=name, title=f"Of {name}", html=said)


def publish(origin: Origin, *names: str, story: str) -> None:
    for name in names:
        origin.put(id_of(name), _new(name), story)


def correct(origin: Origin, *names: str, story: str) -> None:
    for name in names:
        piece = origin.piece(id_of(name))
        html = f"{piece.html}<p>Corrected, change {origin.seq + 1}.</p>"
        origin.put(id_of(name), replace(piece, html=html), story)


def withdraw(origin: Origin, *names: str, story: str) -> None:
    for name in names:
        origin.withdraw(id_of(name), story)


# Scenes -----------------------------------------------------------------------------------------

_FIRST: Final = [f"a{number:02}" for number in range(1, 11)]


def _first_copy(script: Script) -> None:
    publish(script.origin, *_FIRST, story="published before your mirror came")

    def first(origin: Origin) -> None:
        correct(origin, "a01", story="corrected after its page had been sent")
        correct(origin, "a09", story="corrected before its page was sent")

    def second(origin: Origin) -> None:
        withdraw(origin, "a02", story="withdrawn after its page had been sent")
        withdraw(origin, "a10", story="withdrawn before its page was sent")
        publish(origin, "b01", story="published while pages were being fetched")

    def third(origin: Origin) -> None:
        withdraw(origin, "b01", story="published and withdrawn while pages were being fetched")
        correct(origin, "a01", story="corrected twice while pages were being fetched")

    script.between.extend((first, second, third))


def _content(script: Script) -> None:
    origin = script.origin
    letters = _new("letters", f"<p>{_LETTERS}</p>")
    origin.put(
        id_of("letters"), letters, "published with emoji, combining and right-to-left letters"
    )
    origin.put(id_of("long"), _new("long", f"<p>{_LONG}</p>"), "published with 200 KB of text")
    origin.put(id_of(HOSTILE), _new(HOSTILE, _SCRIPTS), "published with hostile HTML")


def _corrections(script: Script) -> None:
    correct(script.origin, "a03", "a04", "a05", story="corrected")
    publish(script.origin, "c01", story="published")


def _withdrawals(script: Script) -> None:
    withdraw(script.origin, "a03", story="withdrawn")
    script.origin.withdraw(id_of("a04"), "withdrawn for legal reasons", "legal")


def _back_again(script: Script) -> None:
    publish(script.origin, "a03", story="withdrawn, and brought back")


def _other_topics(script: Script) -> None:
    for name, topics in (("a05", ("training",)), ("a06", ("empathy", "training"))):
        piece = script.origin.piece(id_of(name))
        script.origin.put(id_of(name), replace(piece, topics=topics), "given other topics")


def _renamed(script: Script) -> None:
    for name in ("a07", "a08"):
        piece = script.origin.piece(id_of(name))
        moved = replace(piece, slug=f"{piece.slug}-renamed", title=f"{piece.title}, renamed")
        script.origin.put(id_of(name), moved, "given another address and title; the id is the same")


def _too_many(script: Script) -> None:
    correct(script.origin, "a07", story="corrected while requests were too many")
    script.refusals.append(
        lambda *_: problem(429, "quota", "too many requests", {"Retry-After": "2"})
    )


def _unavailable(script: Script) -> None:
    correct(script.origin, "a08", story="corrected while the service was unavailable")

    def refuse(request: Request, _origin: Origin) -> Reply:
        when = formatdate(request.at + 3, usegmt=True)
        return problem(503, "unavailable", "back in a moment", {"Retry-After": when})

    script.refusals.append(refuse)


def _cut_off(script: Script) -> None:
    correct(
        script.origin, *_FIRST[:1], *_FIRST[4:8], story="corrected; its page was cut off at first"
    )

    def cut(request: Request, origin: Origin) -> Reply:
        return replace(origin.answer(request), cut=True)

    script.refusals.append(cut)


def _restored_backup(script: Script) -> None:
    origin = script.origin
    del origin.latest[id_of("c01")]
    correct(origin, "a05", story="another version, in the history that was put back")
    origin.begin_epoch()
    story = "corrected while the snapshot was being fetched"
    script.between.append(lambda origin: correct(origin, "a09", story=story))


def _expired_on_the_way(script: Script) -> None:
    correct(
        script.origin, *_FIRST[4:9], story="corrected when the cursor expired between two pages"
    )
    script.between.append(Origin.begin_epoch)


def _nothing_new(_script: Script) -> None:
    """Publish nothing."""


SCENES: Final = (
    Scene("first copy", "what changes between two pages of the first pull", _first_copy),
    Scene("content", "emoji and rare letters, 200 KB, hostile HTML", _content),
    Scene("corrections", "changed and new entries", _corrections),
    Scene("withdrawals", "entries that must go", _withdrawals),
    Scene("back again", "an entry that was withdrawn and is back", _back_again),
    Scene("other topics", "an entry that enters or leaves a filter", _other_topics),
    Scene("renamed", "the same entry with another address and title", _renamed),
    Scene("too many requests", "429 with Retry-After in seconds", _too_many),
    Scene("unavailable", "503 with Retry-After as a date", _unavailable),
    Scene("cut off", "an answer that ends in the middle", _cut_off),
    Scene("restored backup", "410: some of it never was, most still holds", _restored_backup),
    Scene("expired on the way", "410 between two pages", _expired_on_the_way),
    Scene("nothing new", "a copy stays as it is", _nothing_new),
)
