"""Receipts follow whatever was published and whatever cursors were sent, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate import granting, receipts, selection, sync
from syndicate.errors import NotFound
from syndicate.granting import Terms
from syndicate.partners import Partner
from syndicate.quotas import windows
from syndicate.store import backup, journal, usage
from syndicate.store import engine as store
from syndicate.store.usage import Gathered, Place
from syndicate.sync import EVERY, Scope
from tests import small
from tests.sites import Site, written

HOUR = timedelta(hours=1)
EMPATHY = Scope(selection=selection.parse("empathy"))


@dataclass
class Stand:
    """A site with partners whose cursors a test sends."""

    site: Site

    def partner(self, name: str) -> Partner:
        return granting.add(self.site.engine, name, Terms(), now=self.site.now).partner

    def send(self, partner: Partner, seq: int, scope: Scope = EVERY) -> None:
        """Let a partner show a cursor of change `seq`; 0: begin."""
        with store.recording(self.site.engine) as connection:
            head = journal.get_head(connection)
            place = Place(
                partner=partner.id,
                scope=scope.meant(lambda slug: slug),
                epoch=head.epoch,
                seq=seq,
                begun_at=self.site.now,
                at=self.site.now,
            )
            usage.write(connection, Gathered(places=[place]), windows(0))

    def told(self, **options: object) -> list[tuple[str, str, list[str], list[str], list[str]]]:
        """Return (op, slug, who has applied it, who has not, who is overdue)."""
        found = receipts.collect(self.site.engine, now=self.site.now, **options)  # type: ignore[arg-type]
        return [
            (
                one.change.op,
                one.change.slug,
                *(
                    [f"{c.partner.name}: {c.scope}" for c in copies]
                    for copies in (one.applied, one.waiting, one.overdue)
                ),
            )
            for one in found
        ]


@pytest.fixture
def stand(tmp_path: Path, database_url: str) -> Iterator[Stand]:
    site = small.make(tmp_path / "site", database_url)
    site.write("first")
    site.write("second", number=1, topics=["training"])
    site.publish()
    yield Stand(site)
    site.engine.dispose()


def withdraw(site: Site, slug: str, **more: object) -> None:
    site.write(slug, withdrawn={"date": written(site.now), "reason": "error"}, **more)
    assert site.publish().problems == ()


def test_nothing_to_tell(stand: Stand) -> None:
    stand.send(stand.partner("Care"), 2)
    assert stand.told() == []
    assert stand.told(slug="first") == []


def test_whose_cursor_lies_behind_a_withdrawal_has_applied_it(stand: Stand) -> None:
    care, clinic = stand.partner("Care"), stand.partner("Clinic")
    for partner in (care, clinic):
        stand.send(partner, 2)
    withdraw(stand.site, "first")
    both = ["Care: everything", "Clinic: everything"]
    assert stand.told() == [("withdraw", "first", [], both, [])]
    stand.send(care, 3)
    assert stand.told(slug="first") == [("withdraw", "first", both[:1], both[1:], [])]
    stand.send(clinic, 3)
    assert stand.told() == [("withdraw", "first", both, [], [])]


def test_who_has_not_after_some_hours_is_overdue(stand: Stand) -> None:
    care = stand.partner("Care")
    stand.send(care, 2)
    withdraw(stand.site, "first")
    assert stand.told(after=HOUR)[0][4] == []
    stand.site.now += HOUR
    assert stand.told(after=HOUR)[0][4] == ["Care: everything"]
    assert stand.told()[0][4] == []
    granting.revoke(stand.site.engine, "Care", now=stand.site.now)
    assert stand.told(after=HOUR) == [("withdraw", "first", [], ["Care: everything"], [])]


def test_a_copy_that_never_had_it_owes_nothing(stand: Stand) -> None:
    """Neither a copy of another topic, nor one that was begun after the withdrawal."""
    stand.send(stand.partner("Trainers"), 2, Scope(selection=selection.parse("training")))
    stand.send(stand.partner("Limited"), 2, Scope(allowed=frozenset({"training"})))
    stand.send(stand.partner("Listeners"), 2, EMPATHY)
    withdraw(stand.site, "first")
    stand.site.now += HOUR
    stand.send(stand.partner("Late"), 0)
    assert stand.told() == [("withdraw", "first", [], ["Listeners: empathy"], [])]


def test_a_copy_that_has_begun_and_shown_no_cursor_has_applied_nothing(stand: Stand) -> None:
    stand.send(stand.partner("Care"), 0)
    withdraw(stand.site, "first")
    assert stand.told() == [("withdraw", "first", [], ["Care: everything"], [])]


def test_the_last_change_counts(stand: Stand) -> None:
    care = stand.partner("Care")
    stand.send(care, 2)
    withdraw(stand.site, "first")
    stand.site.now += timedelta(minutes=1)
    note = {"date": written(stand.site.now), "note": "It is back: the data were right."}
    stand.site.write("first", corrections=[note])
    assert stand.site.publish().problems == ()
    assert [row[:2] for row in stand.told()] == [("restore", "first")]
    stand.send(care, 3)
    assert stand.told()[0][3] == ["Care: everything"]
    stand.send(care, 4)
    assert stand.told()[0][2] == ["Care: everything"]


def test_a_copy_that_went_back_has_not_applied_it_any_more(stand: Stand) -> None:
    care = stand.partner("Care")
    stand.send(care, 2)
    withdraw(stand.site, "first")
    stand.send(care, 3)
    stand.site.now += HOUR
    stand.send(care, 2)
    assert stand.told()[0][3] == ["Care: everything"]


def test_a_cursor_of_another_history_proves_nothing(stand: Stand, tmp_path: Path) -> None:
    care = stand.partner("Care")
    stand.send(care, 2)
    withdraw(stand.site, "first")
    stand.send(care, 3)
    backup.write(stand.site.engine, tmp_path / "kept", secret_key=None, now=stand.site.now)
    backup.restore(stand.site.engine, tmp_path / "kept", replace=True)
    assert stand.told() == [("withdraw", "first", [], ["Care: everything"], [])]


def test_a_renamed_topic_is_the_same_filter(stand: Stand) -> None:
    stand.send(stand.partner("Care"), 2, EMPATHY)
    path = stand.site.folder / "feeds" / "topics.toml"
    renamed = 'slug = "rapport"\nkey = "empathy"\nformer = ["empathy"]'
    path.write_text(path.read_text("utf-8").replace('slug = "empathy"', renamed), "utf-8")
    withdraw(stand.site, "first")
    assert stand.told() == [("withdraw", "first", [], ["Care: rapport"], [])]


def test_only_the_newest_are_told_of_where_all_have_them(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receipts, "NEWEST", 1)
    care = stand.partner("Care")
    stand.send(care, 2)
    withdraw(stand.site, "first")
    withdraw(stand.site, "second", number=1, topics=["training"])
    assert [row[1] for row in stand.told()] == ["second", "first"]
    stand.send(care, 4)
    assert [row[1] for row in stand.told()] == ["second"]


def test_an_unknown_summary(stand: Stand) -> None:
    with pytest.raises(NotFound, match="no summary 'nothing'"):
        stand.told(slug="nothing")


# A filter is read back as it was written --------------------------------------------------------

SLUGS = st.sampled_from(["a", "b", "c-d", "e1"])
TERMS = st.builds(
    selection.Term, st.sampled_from(["topic", "kind", "form"]), SLUGS, excluded=st.booleans()
)
SCOPES = st.builds(
    Scope,
    selection=st.lists(TERMS, max_size=6).map(selection.canonical),
    all_topics=st.booleans(),
    allowed=st.none() | st.frozensets(SLUGS),
)


@given(SCOPES)
def test_a_scope_is_read_as_it_was_meant(scope: Scope) -> None:
    meant = scope.meant(lambda slug: f"key-{slug}")
    assert sync.read_scope(meant, lambda key: key.removeprefix("key-")) == scope
