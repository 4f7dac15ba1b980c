"""Scheduled summaries wait in the store and go live from there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syndicate.publish import publish_due
from tests.sites import START, Site

LATER = START + timedelta(hours=5)


def test_a_scheduled_summary_goes_live_from_the_store_alone(site: Site) -> None:
    due = LATER
    site.write("later", published=due)
    assert site.acts(site.publish()) == [("schedule", "later")]
    assert b"summary/later" not in site.document("/feed.atom")
    site.remove("later")
    assert publish_due(site.engine, now=due - timedelta(seconds=1)).changes == ()
    outcome = publish_due(site.engine, now=due)
    assert site.acts(outcome) == [("publish", "later")]
    assert b"summary/later" in site.document("/feed.atom")


@pytest.mark.parametrize(("days", "doubted"), [(366, False), (368, True), (36_500, True)])
def test_a_date_more_than_a_year_away_is_doubted(site: Site, days: int, doubted: bool) -> None:  # noqa: FBT001 - a case
    published = START + timedelta(days=days)
    site.write("later", published=published)
    warnings = list(site.publish().warnings)
    assert bool(warnings) == doubted
    for warning in warnings:
        assert warning.severity == "warning"
        assert warning.line > 1
        assert f"goes out on {published:%Y-%m-%d}" in warning.message
        assert f"{published:%Y} is a slip" in warning.remedy
    assert list(site.publish().warnings) == []  # the file is not read again


def test_a_scheduled_summary_whose_file_goes_is_not_published(site: Site) -> None:
    due = LATER
    site.write("later", published=due)
    site.publish()
    site.remove("later")
    assert site.publish().problems == ()
    assert publish_due(site.engine, now=due).changes == ()


def test_a_scheduled_summary_can_be_moved_edited_and_made_a_draft(site: Site) -> None:
    site.write("later", published=LATER)
    site.publish()
    site.write("later", published=LATER + timedelta(hours=2), title="Another title")
    site.publish()
    assert publish_due(site.engine, now=LATER).changes == ()
    site.write("later", published=LATER + timedelta(hours=2), draft=True)
    site.publish()
    assert publish_due(site.engine, now=LATER + timedelta(hours=3)).changes == ()
