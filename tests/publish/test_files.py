"""What becomes of files that move, go, clash or are wrong: each stops only itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syndicate.errors import PublishRefused
from tests.sites import START, Site

LATER = START + timedelta(hours=5)


def test_a_renamed_file_is_a_move_and_its_old_slug_is_remembered(site: Site) -> None:
    site.write("one")
    site.publish()
    site.remove("one")
    site.write(
        "better-name", id="tag:pprnet.example,2013:summary/one", title="What is known of one"
    )
    outcome = site.publish()
    assert outcome.problems == ()
    assert site.acts(outcome) == [("edit", "better-name")]
    body = site.document("/feed.atom")
    assert b"/summaries/better-name/" in body
    assert b"<id>tag:pprnet.example,2013:summary/one</id>" in body


def test_a_deleted_file_is_refused_unless_withdrawn_or_asked_for(site: Site) -> None:
    path = site.write("one")
    site.publish()
    site.remove("one")
    outcome = site.publish()
    assert [(p.path, "--withdraw-missing" in p.remedy) for p in outcome.problems] == [(path, True)]
    assert b"summary/one" in site.document("/feed.atom")
    outcome = site.publish(withdraw_missing=True)
    assert site.acts(outcome) == [("withdraw", "one")]
    assert site.publish().problems == ()


def test_one_bad_file_stops_only_itself(site: Site) -> None:
    site.write("good")
    site.write("bad", number=1)
    site.publish()
    path = site.write("bad", number=1, topics=["empaty"])
    site.write("new", number=2)
    outcome = site.publish()
    assert {p.path for p in outcome.problems} == {path}
    assert "did you mean 'empathy'" in str(outcome.problems[0])
    assert site.ids("/feed.atom") == ["new", "bad", "good"]


def test_all_or_nothing_refuses_all(site: Site) -> None:
    site.write("bad", topics=["empaty"])
    site.write("new", number=2)
    with pytest.raises(PublishRefused, match="empaty"):
        site.publish(all_or_nothing=True)
    assert site.stored() == {}


def test_a_clash_blocks_the_files_that_clash(site: Site) -> None:
    one = site.write("one", id="urn:x:same")
    two = site.write("two", id="urn:x:same", number=1)
    site.write("three", number=2)
    outcome = site.publish()
    assert {p.path for p in outcome.problems} == {one, two}
    assert site.acts(outcome) == [("publish", "three")]


def test_a_copy_of_a_published_file_is_a_clash_and_the_original_stays(site: Site) -> None:
    site.write("one")
    site.publish()
    copy = site.write("two", id="tag:pprnet.example,2013:summary/one")
    outcome = site.publish()
    assert {p.path for p in outcome.problems} == {copy}
    assert site.ids("/feed.atom") == ["one"]


def test_two_summaries_at_one_instant_name_the_next_free_minute(site: Site) -> None:
    site.write("one")
    site.publish()
    path = site.write("two")
    outcome = site.publish()
    assert [p.path for p in outcome.problems] == [path]
    assert "2024-01-01T12:01:00Z" in outcome.problems[0].remedy


def test_the_id_of_a_published_summary_never_changes(site: Site) -> None:
    site.write("one")
    site.publish()
    path = site.write("one", id="urn:x:other")
    outcome = site.publish()
    assert [(p.path, p.remedy) for p in outcome.problems] == [
        (path, "write id: tag:pprnet.example,2013:summary/one")
    ]
