"""Our own mirror passes the rehearsal, and each way to be wrong fails it with a reason."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson
import pytest

from syndicate.errors import FetchFailed, OriginBusy
from syndicate.mirror import Mirror, Patience
from syndicate.mirror.target import find_copy
from syndicate.outgoing import Answer, Limits
from syndicate.partnercheck import holdings
from syndicate.partnercheck.exchange import Reply, Request
from syndicate.partnercheck.history import SCENES
from syndicate.partnercheck.holdings import Holdings
from syndicate.partnercheck.origin import Origin
from syndicate.partnercheck.run import Rehearsal, Report
from syndicate.partnercheck.script import Script
from syndicate.sync import Seal
from tests.mirror.network import clock

ORIGIN = "https://rehearsal.example"


@dataclass
class Stage:
    """The scripted origin, and a clock that goes forward as somebody sleeps."""

    script: Script = field(default_factory=lambda: Script(Origin(Seal(("k" * 32,)))))
    now: float = 1_700_000_000.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def get(self, url: str, headers: Mapping[str, str]) -> Reply:
        self.now += 0.01
        parts = urlsplit(url)
        return self.script.answer(
            Request(path=parts.path, query=parts.query, headers=headers, at=self.now)
        )

    def rehearse(self, come: Callable[[], None], look: Callable[[], Holdings]) -> Report:
        rehearsal = Rehearsal(
            script=self.script,
            lock=threading.Lock(),
            look=look,
            come=come,
            patience=600,
            sleep=self.sleep,
            clock=lambda: self.now,
        )
        return rehearsal.run()


# Ours -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "patience"),
    [("", 0), ("topic=empathy", 60), ("not_topic=training", 60), ("topic=training", 0)],
)
def test_our_mirror_passes(tmp_path: Path, scope: str, patience: float) -> None:
    stage = Stage()
    target = f"sqlite:///{tmp_path / 'copy.sqlite'}"

    def ask(url: str, headers: Mapping[str, str], _limits: Limits) -> Answer:
        sent = {"user-agent": "syndicate", "accept-encoding": "gzip", **headers}
        reply = stage.get(url, sent)
        if reply.cut:
            raise FetchFailed("cut off")
        received = {name.lower(): value for name, value in reply.headers.items()}
        if reply.status in {429, 503} and "GMT" in received["retry-after"]:
            received["date"] = clock(stage.now)
        return Answer(
            url=url, status=reply.status, media_type="", headers=received, body=reply.body
        )

    def come() -> None:
        mirror = Mirror(
            target=target,
            ask=ask,
            clock=lambda: pytest.fail("only plain feeds need the time"),
            url=f"{ORIGIN}/v1",
            scope=scope or None,
        )
        try:
            assert mirror.bring_up(Patience(patience, stage.sleep)).verdict == "exact"
        except OriginBusy:
            assert patience == 0  # given up; the next run goes on

    def look() -> Holdings:
        with closing(find_copy(target)) as copy:
            return holdings.read("\n".join(held.record for held in copy.iterate()))

    report = stage.rehearse(come, look)
    assert report.passed, report.to_json()
    assert report.advice == ()
    assert report.markup


# Others -----------------------------------------------------------------------------------------


@dataclass
class Naive:
    """A mirror of fifty lines; each of its flaws can be had alone."""

    stage: Stage
    flaws: frozenset[str]
    held: dict[str, dict[str, Any]] = field(default_factory=dict)
    cursor: str = ""
    seen: set[str] = field(default_factory=set)

    def get(self, **query: str) -> dict[str, Any]:
        for _ in range(9):
            reply = self.stage.get(f"{ORIGIN}/v1/changes?{urlencode(query)}", {})
            if reply.status not in {429, 503} and not reply.cut:
                break
            text = reply.headers.get("Retry-After", "5")
            self.stage.sleep(
                0.1 if "impatient" in self.flaws else 5 if "GMT" in text else int(text)
            )
        if reply.status == 410:
            raise LookupError
        page: dict[str, Any] = orjson.loads(reply.body)
        return page

    def come(self) -> None:
        try:
            self.follow()
        except LookupError:
            if "deaf" in self.flaws:
                return
            self.cursor, self.seen = "", set()
            self.follow()
            if "hoarder" not in self.flaws:
                self.held = {k: v for k, v in self.held.items() if v["id"] in self.seen}

    def follow(self) -> None:
        more = True
        while more:
            page = self.get(**({"since": self.cursor} if self.cursor else {}))
            for change in page["changes"]:
                self.apply(change)
            self.cursor, more = page["cursor"], page["more"]
            if "one page" in self.flaws:
                break

    def apply(self, change: dict[str, Any]) -> None:
        if change["op"] == "put":
            record = change["item"]
            self.seen.add(record["id"])
            if "never updates" in self.flaws and record["id"] in self.held:
                return
            self.held[record["url"] if "by address" in self.flaws else record["id"]] = record
        elif "never deletes" not in self.flaws:
            self.held.pop(change["id"], None)

    def look(self) -> Holdings:
        lines = []
        for record in self.held.values():
            html = record["content_html"]
            if "trusting" not in self.flaws:
                html = re.sub(r"<(?!/?p>)[^>]*>|\n", "", re.sub(r"<p[^>]*>", "<p>", html))
            if "short column" in self.flaws:
                html = html[:65_535]
            if "latin" in self.flaws:
                html = html.encode("latin-1", "replace").decode("latin-1")
            lines.append(orjson.dumps({**record, "content_html": html}).decode())
        return holdings.read("\n".join(lines))


def rehearse(*flaws: str) -> dict[str, list[str]]:
    """Return the faults by scene of a mirror with these flaws."""
    stage = Stage()
    mirror = Naive(stage, frozenset(flaws))
    report = stage.rehearse(mirror.come, mirror.look)
    return {mark.scene: list(mark.faults) for mark in report.marks if mark.faults}


def test_a_mirror_without_flaws_passes() -> None:
    assert rehearse() == {}


@pytest.mark.parametrize(
    ("flaw", "scene", "told"),
    [
        ("never deletes", "withdrawals", "a03 is still held: withdrawn"),
        (
            "never deletes",
            "first copy",
            "a02 is still held: withdrawn after its page had been sent",
        ),
        ("never updates", "corrections", "a03 is another version: corrected"),
        ("by address", "renamed", "a07 is held 2 times: given another address and title"),
        ("one page", "first copy", "a01 is another version: corrected twice"),
        ("impatient", "too many requests", "it asked again 0.1 s after a 429; Retry-After was 2"),
        ("impatient", "unavailable", "it asked again 0.1 s after a 503; Retry-After was "),
        ("hoarder", "restored backup", "c01 is still held: it is not in the history, or no longer"),
        ("deaf", "restored backup", "after a 410 it went on with a cursor"),
        ("trusting", "content", "hostile: <script> survives in its HTML"),
        ("trusting", "content", "hostile: the attribute onclick survives in its HTML"),
        ("short column", "content", "long: its text is not what was sent"),
        ("latin", "content", "letters: its text is not what was sent"),
    ],
)
def test_each_flaw_is_named(flaw: str, scene: str, told: str) -> None:
    found = rehearse(flaw)
    assert any(told in fault for fault in found.get(scene, ())), found


def test_a_mirror_that_does_not_come() -> None:
    stage = Stage()
    report = stage.rehearse(lambda: None, dict)
    assert {mark.faults for mark in report.marks} == {("it did not come",)}
    assert not report.passed


def test_a_mirror_that_makes_up_cursors() -> None:
    stage = Stage()

    def come() -> None:
        stage.get(f"{ORIGIN}/v1/changes?since=2024-01-01", {})

    report = stage.rehearse(come, dict)
    (fault, *_) = [f for f in report.marks[0].faults if "cursor" in f]
    assert fault.startswith("it asked for /v1/changes, and was answered 400: cursor-invalid")
    assert len(report.marks) == len(SCENES)
    assert any("never asked for /v1/state" in text for text in report.advice)


@pytest.mark.parametrize(
    ("text", "told"), [("tag:x", "line 1"), ("a\tb\n\n{}", "line 3"), ("{", "line 1")]
)
def test_what_is_shown_must_be_lines(text: str, told: str) -> None:
    with pytest.raises(Exception, match=told):
        holdings.read(text)


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<p>a</p><a href='https://x.example/'>b</a><img src='https://x.example/i'>", []),
        ("<P ONCLICK=x>", ["the attribute onclick"]),
        ("<a href=' java\nscript:x'>", ["href=' java\\nscript:x'"]),
        ("<object data=x></object>", ["<object>"]),
    ],
)
def test_dangers(html: str, found: list[str]) -> None:
    assert list(holdings.dangers(html)) == found
