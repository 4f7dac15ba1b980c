"""`withdraw` and `restore` edit one file as an editor would and publish it alone."""

from __future__ import annotations

import pytest

from syndicate.errors import NotFound, PublishRefused
from syndicate.publish import editing
from tests.checking import reading
from tests.sites import Site


def test_withdraw_then_restore(site: Site) -> None:
    path = site.folder / site.write("one")
    site.write("two", number=1)
    site.publish()
    before = path.read_text()
    outcome = editing.withdraw(
        site.engine,
        site.folder,
        site.definitions,
        "one",
        reason="error",
        note='A "wrong" table: 3 rows',
        now=site.now,
    )
    assert site.acts(outcome) == [("withdraw", "one")]
    assert 'note: "A \\"wrong\\" table: 3 rows"' in path.read_text()
    body = site.document("/feed.atom")
    assert b'ref="tag:pprnet.example,2013:summary/one"' in body
    assert b"<id>tag:pprnet.example,2013:summary/one</id>" not in body

    outcome = editing.restore(site.engine, site.folder, site.definitions, "one", now=site.now)
    assert site.acts(outcome) == [("restore", "one")]
    body = site.document("/feed.atom")
    assert b"deleted-entry" not in body
    assert b"Withdrawn:" not in body
    assert len(reading.read(body, "application/atom+xml")) == 2
    assert "withdrawn:" not in path.read_text()
    assert before.partition("\n---")[2] == path.read_text().partition("\n---")[2]


def test_restore_keeps_earlier_corrections(small_site: Site) -> None:
    site = small_site
    told = [{"date": "2024-01-01T12:30:00Z", "note": "First: r was 0.30", "notify": True}]
    path = site.folder / site.write("one", corrections=told)
    site.publish()
    editing.withdraw(
        site.engine, site.folder, site.definitions, "one", reason="error", now=site.now
    )
    editing.restore(site.engine, site.folder, site.definitions, "one", now=site.now)
    assert "First: r was 0.30" in path.read_text()
    assert path.read_text().count("- date:") == 2


def test_what_cannot_be_done_changes_nothing(small_site: Site) -> None:
    site = small_site
    path = site.folder / site.write("one")
    site.publish()
    before = path.read_text()
    arguments = (site.engine, site.folder, site.definitions)
    with pytest.raises(NotFound, match="did you mean 'one'"):
        editing.withdraw(*arguments, "onne", reason="error", now=site.now)
    with pytest.raises(PublishRefused, match="not withdrawn"):
        editing.restore(*arguments, "one", now=site.now)
    editing.withdraw(*arguments, "one", reason="error", now=site.now)
    with pytest.raises(PublishRefused, match="was withdrawn on"):
        editing.withdraw(*arguments, "one", reason="error", now=site.now)
    editing.restore(*arguments, "one", now=site.now)
    assert path.read_text().startswith(before.partition("\n---")[0])
