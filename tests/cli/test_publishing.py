"""`publish` and `diff`: what a person sees, what a program reads, and the exit status."""

from __future__ import annotations

import json
import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syndicate.cli import here
from syndicate.publish import diff
from tests.cli.conftest import Terminal


def test_publishing_says_what_changed(terminal: Terminal) -> None:
    terminal.site.write("first")
    shown = terminal.run("publish").stdout.splitlines()
    assert shown[0] == "new          first: What is known of first"
    assert shown[1].startswith("1 new, ")
    assert shown[1].endswith(" documents changed")
    assert terminal.run("publish").output == "nothing has changed\n"


def test_each_kind_of_change_has_its_word(terminal: Terminal) -> None:
    site = terminal.site
    for number, slug in enumerate(("corrected", "cosmetic", "moved", "renamed")):
        site.write(slug, number=number)
    terminal.run("publish")
    note = [{"date": "2024-02-01T09:00:00Z", "note": "Better."}]
    site.write("corrected", number=0, corrections=note)
    site.write("cosmetic", number=1, lang="en-CA")
    new_folder = site.folder / "content/summaries/2024/02"
    new_folder.mkdir()
    (site.folder / site.path("moved")).rename(new_folder / "moved.md")
    (site.folder / site.path("renamed")).rename(site.folder / site.path("new-name"))
    site.write("later", number=4, published=datetime.now(UTC) + timedelta(days=1))
    shown = terminal.run("publish").stdout.splitlines()
    assert {tuple(line.split()[:2]) for line in shown[:-1]} == {
        ("corrected", "corrected:"),
        ("cosmetic", "cosmetic:"),
        ("renamed", "moved:"),
        ("renamed", "renamed"),
        ("scheduled", "later"),
    }
    assert any("renamed → new-name: " in line for line in shown)


def test_a_wrong_file_is_named_and_holds_back_no_other(terminal: Terminal) -> None:
    terminal.site.write("good")
    path = terminal.site.write("bad", number=1, topics=["empathie"])
    result = terminal.run("publish", status=1)
    assert (
        result.stderr == f"{path}:7: `topics`: unknown topic 'empathie'; did you mean 'empathy'?\n"
    )
    assert result.stdout.splitlines()[-1].startswith("1 new, ")
    assert result.stdout.endswith(", 1 refused\n")


def test_a_warning_is_marked_and_refuses_nothing(terminal: Terminal) -> None:
    path = terminal.site.write("old-name", topics=["adherance"])
    result = terminal.run("publish")
    assert result.stderr.startswith(f"{path}:7: warning: ")


def test_all_or_nothing(terminal: Terminal) -> None:
    terminal.site.write("good")
    path = terminal.site.write("bad", number=1, kind="meta")
    result = terminal.run("publish", "--all-or-nothing", status=1)
    assert path in result.stderr
    assert "nothing was published" in result.stderr
    assert terminal.run("publish", status=1).stdout.startswith("new          good")


def test_a_first_publish_of_many_is_counted(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syndicate.cli.outcomes.AT_MOST", 3)
    for number in range(5):
        terminal.site.write(f"summary-{number}", number=number)
    shown = terminal.run("publish").stdout.splitlines()
    assert len(shown) == 5
    assert shown[3] == "new          … and 2 more"
    assert shown[4].startswith("5 new, ")


# Files named -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "named", ["content/summaries/2024/01/one.md", "{site}/content/summaries/2024/01/one.md"]
)
def test_only_named_files_are_looked_at(terminal: Terminal, named: str) -> None:
    terminal.site.write("one")
    terminal.site.write("two", number=1)
    shown = terminal.run("publish", named.format(site=terminal.site.folder)).stdout
    assert "one: " in shown
    assert "two: " not in shown


def test_files_may_be_named_from_a_folder_in_the_site_and_from_elsewhere(
    terminal: Terminal, tmp_path: Path
) -> None:
    terminal.site.write("one")
    terminal.site.write("two", number=1)
    os.chdir(terminal.site.folder / "content/summaries")
    terminal.environ["SYNDICATE_SITE"] = str(terminal.site.folder)
    assert "one: " in terminal.run("publish", "2024/01/one.md").stdout
    os.chdir(tmp_path)
    assert "two: " in terminal.run("publish", terminal.site.path("two")).stdout


def test_a_folder_stands_for_the_files_in_it(terminal: Terminal) -> None:
    terminal.site.write("one")
    assert "one: " in terminal.run("publish", "content/summaries/2024").stdout


def test_a_file_outside_the_site_is_refused(terminal: Terminal, tmp_path: Path) -> None:
    result = terminal.run("publish", str(tmp_path / "x.md"), status=2)
    assert "is not in the site" in result.stderr


# Machines --------------------------------------------------------------------------------------


def test_json_says_the_same(terminal: Terminal) -> None:
    path = terminal.site.write("good")
    wrong = terminal.site.write("bad", number=1, kind="meta")
    told = json.loads(terminal.run("publish", "--json", status=1).stdout)
    assert told["seq"] == 1
    assert told["summaries"] == [
        {
            "what": "new",
            "slug": "good",
            "id": "tag:pprnet.example,2013:summary/good",
            "title": "What is known of good",
            "path": path,
        }
    ]
    assert "/topics/empathy/feed.atom" in told["documents"]
    assert [(error["path"], error["line"]) for error in told["errors"]] == [(wrong, 8)]
    assert told["warnings"] == []


# Withdrawals, schedule -------------------------------------------------------------------------


def test_a_deleted_file_is_refused_unless_it_is_to_be_withdrawn(terminal: Terminal) -> None:
    terminal.site.write("gone")
    terminal.run("publish")
    terminal.site.remove("gone")
    assert "this file was deleted" in terminal.run("publish", status=1).stderr
    assert terminal.run("diff", "--withdraw-missing").stdout.startswith("withdrawn    gone: ")
    assert terminal.run("publish", "--withdraw-missing").stdout.startswith("withdrawn    gone: ")


def test_what_is_due_is_published_without_its_file(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    due = here.now() + timedelta(hours=1)
    terminal.site.write("later", published=due)
    assert "scheduled    later (" in terminal.run("publish").stdout
    assert terminal.run("publish", "--due").stdout == "nothing has changed\n"
    terminal.site.remove("later")
    monkeypatch.setattr(here, "now", lambda: due)
    assert terminal.run("publish", "--due").stdout.startswith("new          later: ")


# diff ------------------------------------------------------------------------------------------


def test_diff_says_which_feeds_are_concerned_and_changes_nothing(terminal: Terminal) -> None:
    terminal.site.write("first", topics=["empathy", "training"])
    shown = terminal.run("diff").stdout.splitlines()
    assert shown[:3] == [
        "new          first: What is known of first",
        "1 new",
        "Subscribers of these feeds would get:",
    ]
    assert [line.split() for line in shown[3:]] == [
        ["full", "1", "new"],
        ["topics/empathy", "1", "new"],
        ["topics/training", "1", "new"],
        ["kinds/meta-analysis", "1", "new"],
        ["feeds/therapist-development", "1", "new"],
    ]
    assert terminal.run("publish").stdout.startswith("new          first: ")
    assert terminal.run("diff").output == "nothing has changed\n"


def test_diff_ends_as_publish_would(terminal: Terminal) -> None:
    terminal.site.write("bad", kind="meta")
    assert terminal.run("diff", status=1).stdout == "1 refused\n"


def test_diff_in_json_names_the_summaries_of_each_feed(terminal: Terminal) -> None:
    terminal.site.write("first")
    feeds = json.loads(terminal.run("diff", "--json").stdout)["feeds"]
    assert feeds["full"] == {"new": ["first"]}
    assert set(feeds) == {"full", "topics/empathy", "kinds/meta-analysis"}


def test_a_changed_topic_enters_one_feed_and_leaves_another(terminal: Terminal) -> None:
    site = terminal.site
    site.write("first")
    site.write("second", number=1)
    site.publish()
    site.write("first", topics=["training"])
    withdrawn = {"date": "2024-01-01T12:30:00Z", "reason": "error"}
    site.write("second", number=1, withdrawn=withdrawn)
    planned = diff(site.engine, site.folder, site.definitions, now=site.now)
    found = planned.feeds
    assert found["full"] == {"cosmetic": ["first"], "withdrawn": ["second"]}
    assert found["topics/empathy"] == {"leaves": ["first"], "withdrawn": ["second"]}
    assert found["topics/training"] == {"new": ["first"]}
    lines = [line.split() for line in terminal.run("diff").stdout.splitlines()]
    assert ["full", "1", "cosmetic,", "1", "withdrawn"] in lines


def test_what_is_only_scheduled_or_moved_reaches_nobody(terminal: Terminal) -> None:
    site = terminal.site
    site.write("later", published=datetime(2999, 1, 1, tzinfo=UTC))
    planned = diff(site.engine, site.folder, site.definitions, now=site.now)
    assert [step.act for step in planned.steps] == ["schedule"]
    assert planned.feeds == {}


# --watch ---------------------------------------------------------------------------------------


def test_watching_publishes_what_is_saved_until_it_is_ended(terminal: Terminal) -> None:
    terminal.site.write("before")
    process = terminal.start("publish", "--watch")
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stderr.readline().startswith("watching ")
    assert process.stdout.readline().startswith("new          before: ")
    process.stdout.readline()
    terminal.site.write("bad", kind="meta", number=1)
    assert ":8: " in process.stderr.readline()
    assert process.stdout.readline() == "1 refused\n"
    topics = terminal.site.folder / "feeds/topics.toml"
    topics.write_text("[[topic", "utf-8")
    assert process.stderr.readline().startswith("feeds/topics.toml:")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    assert process.returncode == 0
