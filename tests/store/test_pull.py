"""What partners ask of the store, on both databases: the answers follow whatever was published."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from syndicate import selection, sync
from syndicate.publish import pulling
from syndicate.store import engine as store
from syndicate.store import journal, pull, records, schema
from syndicate.store import site as site_
from syndicate.sync import EVERY, Scope
from tests import small
from tests.sites import Site, written

TOPIC = Scope(selection=selection.parse("empathy"))


@pytest.fixture
def site(tmp_path: Path, database_url: str) -> Iterator[Site]:
    made = small.make(tmp_path / "site", database_url)
    yield made
    made.engine.dispose()


class Copy:
    """A partner's copy, by id: (content_hash, seq)."""

    def __init__(self, site: Site, scope: Scope = EVERY) -> None:
        self.site, self.scope = site, scope
        self.since = 0
        self.held: dict[str, str] = {}
        self.deleted: list[str] = []
        self.pages: list[int] = []

    def page(self, limit: int = 500, largest: int = 2**20) -> bool:
        """Take one page; tell whether there is more."""
        with store.reading(self.site.engine) as connection:
            found, more = pull.list_changed(
                connection, since=self.since, limit=limit, largest=largest, scope=self.scope
            )
            upto = found[-1].seq if found else 0
            live = pull.list_live(
                connection, after=self.since, upto=upto, limit=limit, scope=self.scope
            )
            records = {one.summary_id: one for one in live}
        for one in found:
            assert one.seq > self.since
            self.since = one.seq
            if one.size is None:
                self.held.pop(one.id, None)
                self.deleted.append(one.id.rpartition("/")[2])
            else:
                body = orjson.loads(records[one.id].body)
                assert one.size == len(records[one.id].body)
                assert body["content_hash"] == records[one.id].content_hash
                assert (body["seq"], body["revision"]) == (one.seq, one.revision)
                self.held[one.id] = body["content_hash"]
        self.pages.append(len(found))
        return more

    def follow(self) -> pull.LiveSet:
        while self.page():
            pass
        return self.check()

    def check(self) -> pull.LiveSet:
        with store.reading(self.site.engine) as connection:
            live = pull.get_live_set(connection, self.scope)
        assert live.set_hash == sync.set_hash(sync.hashes_of(self.held.items()))
        assert live.live == len(self.held)
        return live

    def slugs(self) -> list[str]:
        return sorted(id.rpartition("/")[2] for id in self.held)


def test_a_copy_follows_publications_corrections_and_withdrawals(site: Site) -> None:
    copy = Copy(site)
    for number, slug in enumerate(["anna", "bert", "carl"]):
        site.write(slug, number=number)
    site.publish()
    assert copy.follow().live == 3
    corrected = {"corrections": [{"date": written(site.now), "note": "It was wrong."}]}
    site.write("anna", title="What is new of anna", **corrected)
    withdrawn = {"date": written(site.now - timedelta(seconds=1)), "reason": "error"}
    site.write("bert", number=1, withdrawn=withdrawn)
    site.publish()
    before = dict(copy.held)
    copy.follow()
    assert copy.slugs() == ["anna", "carl"]
    assert copy.deleted == ["bert"]
    changed = {id for id, content_hash in copy.held.items() if before[id] != content_hash}
    assert [id.rpartition("/")[2] for id in changed] == ["anna"]


def test_a_page_ends_where_its_bodies_are_large_enough(site: Site) -> None:
    """No page is empty while there is more, however little is allowed."""
    for number, slug in enumerate(["anna", "bert", "carl", "dora"]):
        site.write(slug, number=number)
    site.publish()
    withdrawn = {"date": written(site.now), "reason": "error"}
    site.write("bert", number=1, withdrawn=withdrawn)
    site.publish()

    def sizes(largest: int) -> list[int]:
        copy = Copy(site)
        while copy.page(largest=largest):
            pass
        copy.check()
        return copy.pages

    with store.reading(site.engine) as connection:
        (one, *_) = pull.list_live(connection, after=0, upto=99, limit=9)
    size = len(one.body)
    assert sizes(1) == [1, 1, 1, 1]
    assert sizes(size * 5 // 2) == [2, 2]
    assert sizes(size * 4) == [4]


def test_each_summary_comes_once_in_a_pass_though_it_changes_on_the_way(site: Site) -> None:
    for number, slug in enumerate(["anna", "bert", "carl"]):
        site.write(slug, number=number)
    site.publish()
    copy = Copy(site)
    assert copy.page(limit=1)
    # the one that was given, and one that was not, change between two pages
    for number, slug in enumerate(["anna", "carl"]):
        site.write(slug, number=number * 2, description="Another description of what is known.")
    site.publish()
    copy.follow()
    assert copy.slugs() == ["anna", "bert", "carl"]


def test_what_leaves_a_scope_is_deleted_and_what_never_was_in_it_is_not_told(site: Site) -> None:
    site.write("anna", topics=["empathy", "training"])
    site.write("bert", number=1, topics=["training"])
    site.publish()
    copy = Copy(site, TOPIC)
    copy.follow()
    assert copy.slugs() == ["anna"]
    site.write("anna", topics=["training"])
    site.write("bert", number=1, topics=["training", "adherence"])
    site.publish()
    copy.follow()
    assert (copy.slugs(), copy.deleted) == ([], ["anna"])
    site.write("anna", topics=["empathy"])
    site.publish()
    copy.follow()
    assert copy.slugs() == ["anna"]


@pytest.mark.parametrize(
    ("scope", "slugs"),
    [
        (Scope(selection=selection.parse("empathy+training")), ["anna", "bert", "carl"]),
        (Scope(selection=selection.parse("empathy+training"), all_topics=True), ["anna"]),
        (Scope(selection=selection.parse("training+~empathy")), ["carl"]),
        (Scope(selection=selection.parse("form:announcement")), ["dora"]),
        (Scope(selection=selection.parse("kind:meta-analysis+~empathy")), ["carl"]),
        (Scope(allowed=frozenset({"training"})), ["anna", "carl"]),
        (Scope(selection=selection.parse("empathy"), allowed=frozenset({"training"})), ["anna"]),
    ],
)
def test_scopes_as_sql_say_what_they_say_in_python(
    site: Site, scope: Scope, slugs: list[str]
) -> None:
    topics = {"anna": ["empathy", "training"], "bert": ["empathy"], "carl": ["training"]}
    for number, (slug, names) in enumerate(topics.items()):
        site.write(slug, number=number, topics=names)
    site.write("dora", number=9, form="announcement", topics=["adherence"])
    assert site.publish().problems == ()
    copy = Copy(site, scope)
    copy.follow()
    assert copy.slugs() == slugs
    with store.reading(site.engine) as connection:
        live = pull.list_live(connection, after=0, upto=99, limit=9, scope=scope)
    assert sorted(one.summary_id.rpartition("/")[2] for one in live) == slugs


def test_browsing_goes_from_the_newest_to_the_oldest_without_gap_or_double(site: Site) -> None:
    for number in range(7):
        site.write(f"p-{number}", number=number, authors=["Ann Ames" if number % 2 else "Bo 100%"])
    site.publish()
    after, found = None, []
    with store.reading(site.engine) as connection:
        while page := pull.list_newest(connection, pull.Browsing(after=after), limit=3):
            found += [one.summary_id.rpartition("/")[2] for _, one in page]
            after = (page[-1][0], page[-1][1].summary_id)
        by = pull.list_newest(connection, pull.Browsing(author="ann AMES"), limit=9)
        none = pull.list_newest(connection, pull.Browsing(author="%"), limit=9)
    assert found == [f"p-{number}" for number in reversed(range(7))]
    assert len(by) == 3
    assert none == []


def test_a_store_filled_before_there_were_records_gets_them(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulling, "_AT_ONCE", 2)
    for number, slug in enumerate(["anna", "bert", "carl"]):
        site.write(slug, number=number)
    site.publish()
    copy = Copy(site)
    wanted = copy.follow()
    with store.writing(site.engine) as connection:
        connection.execute(schema.record.delete())
        connection.execute(schema.bucket.delete())
        connection.execute(schema.site.delete().where(schema.site.c.name == site_.RECORDS))
    site.publish()
    assert copy.check() == wanted


def test_kept_hashes_are_those_of_the_records(site: Site) -> None:
    for number in range(40):
        site.write(f"p-{number}", number=number)
    site.publish()
    site.write("p-7", number=7, withdrawn={"date": written(site.now), "reason": "error"})
    site.publish()
    with store.reading(site.engine) as connection:
        kept = {number: one.hash for number, one in records.list_buckets(connection).items()}
        made = sync.hashes_of(pull.iterate_hashes(connection))
        head = journal.get_head(connection)
    assert kept == made
    assert head.seq == 41
