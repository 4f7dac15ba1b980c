"""A cache in front is purged of what changed: at least once, however often something fails."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from syndicate.deliver import purging
from syndicate.store import engine as store
from syndicate.store.purges import LEASE
from syndicate.store.schema import purge
from syndicate.web import call_figures
from tests.deliver.purged import TOKEN, Stand, keys, standing
from tests.outgoing.stand import Handler, sent
from tests.sites import BODY, REPOSITORY

EDITED = [{"date": "2024-01-01T13:00:00Z", "note": "A slip of the pen."}]
ALWAYS = {"full", "lists", "oai", "search", "selection", "v1"}
WRITES = """
import json, os, sys
with open({path!r}, "a") as file:
    print(json.dumps([sys.argv[1:], sorted(os.environ)]), file=file)
{more}
"""


@pytest.fixture
def stand(tmp_path: Path, database_url: str) -> Iterator[Stand]:
    with standing(tmp_path, database_url) as made:
        yield made


def test_not_configured_nothing_is_queued_or_run(stand: Stand) -> None:
    stand.site.write("one")
    stand.site.publish()
    stand.withdraw("one")
    duties = stand.wired(PURGE_URL="")
    assert [name for found in duties for name in found if "purge" in name] == []
    assert stand.standing() is None
    with store.reading(stand.site.engine) as connection:
        assert connection.execute(select(purge)).all() == []


def test_a_withdrawal_purges_all_that_showed_it(stand: Stand) -> None:
    stand.work()
    stand.site.write("one", topics=["empathy", "training"])
    stand.site.write("two", number=1, topics=["adherence"])
    stand.site.publish()
    assert stand.work() == []  # what is only added is in no cache
    stand.withdraw("one")
    (asked,) = stand.work()
    assert asked.method == "POST"
    kinds = {"kinds/meta-analysis", "feeds/therapist-development"}
    assert keys(asked) == ALWAYS | kinds | {"summary/one", "topics/empathy", "topics/training"}
    assert stand.work() == []


def test_what_moved_is_purged_where_it_was_and_where_it_is(stand: Stand) -> None:
    same = {"id": "tag:pprnet.example,2013:summary/one", "title": "What is known of it"}
    body = BODY.replace("{slug}", "it")
    stand.site.write("one", topics=["empathy"], body=body, **same)
    stand.site.publish()
    stand.work()
    stand.site.remove("one")
    stand.site.write("other", topics=["adherence"], body=body, minor_edits=EDITED, **same)
    assert stand.site.publish().problems == ()
    (asked,) = stand.work()
    moved = {"summary/one", "summary/other", "topics/empathy", "topics/adherence"}
    assert moved <= keys(asked)


def test_many_changes_are_one_purge_of_few_calls(stand: Stand) -> None:
    stand.work()
    for number in range(60):
        stand.site.write(f"piece-{number}", number=number)
    stand.site.publish()
    for number in range(60):
        body = BODY.replace("well", "very well")
        stand.site.write(f"piece-{number}", number=number, body=body, minor_edits=EDITED)
    stand.site.publish()
    calls = stand.work()
    assert len(calls) == 2
    assert max(len(call.headers["surrogate-key"]) for call in calls) < 6000
    assert keys(calls[0]) | keys(calls[1]) >= {f"summary/piece-{n}" for n in range(60)}


def test_who_first_asks_for_it_gets_what_a_cache_still_holds(stand: Stand) -> None:
    stand.site.write("old")
    stand.site.write("new", number=1)
    stand.site.publish()
    stand.withdraw("old")
    stand.site.now += timedelta(hours=2)
    stand.withdraw("new", number=1)
    (asked,) = stand.work()
    assert "summary/new" in keys(asked)
    assert "summary/old" not in keys(asked)


def test_one_that_answers_500_is_asked_again(stand: Stand) -> None:
    stand.site.write("one")
    stand.site.publish()
    stand.work()
    stand.withdraw("one")
    withdrawn = stand.site.now
    replies = iter([500, 500, 200])

    def reply(handler: Handler) -> None:
        sent(b"", next(replies))(handler)

    stand.server.answers["/purge"] = reply
    (first,) = stand.work()
    assert stand.work() == []  # it is left alone for a while
    (found,) = stand.diagnoses()
    assert found.verdict == "error"
    assert found.message.endswith("purging it failed: the cache answered 500")
    assert _figures(stand) == {"syndicate_purge_oldest_seconds": 0, "syndicate_purge_failures": 1}
    stand.site.now += timedelta(seconds=6)
    (second,) = stand.work()
    stand.site.now += timedelta(seconds=6)
    assert stand.work() == []  # twice as long
    age = (stand.site.now - withdrawn).total_seconds()
    assert _figures(stand) == {"syndicate_purge_oldest_seconds": age, "syndicate_purge_failures": 2}
    stand.site.now += timedelta(seconds=6)
    (third,) = stand.work()
    assert keys(first) == keys(second) == keys(third)
    (found,) = stand.diagnoses()
    assert (found.verdict, found.message) == ("ok", "purged up to change 2")
    assert _figures(stand) == {"syndicate_purge_oldest_seconds": 0, "syndicate_purge_failures": 0}


def _figures(stand: Stand) -> dict[str, float]:
    with store.reading(stand.site.engine) as connection:
        found = list(call_figures.collect_purges(connection, stand.site.now))
    documented = (REPOSITORY / "docs/operators.md").read_text("utf-8")
    assert [one.name for one in found if f"`{one.name}`" not in documented] == []
    return {one.name: one.samples[0].value for one in found}


def test_the_pause_grows_to_five_minutes() -> None:
    waits = [purging.pause(attempts).total_seconds() for attempts in (1, 2, 3, 6, 7, 8, 1000)]
    assert waits == [5, 10, 20, 160, 300, 300, 300]


def test_a_change_that_nobody_purges_is_told(stand: Stand) -> None:
    (found,) = stand.diagnoses()
    assert (found.verdict, found.message) == ("ok", "no worker has begun to purge it")
    stand.work()
    stand.site.write("one")
    stand.site.publish()
    stand.site.now += timedelta(minutes=16)
    (found,) = stand.diagnoses()
    assert (found.verdict, found.remedy) == (
        "error",
        "keep `syndicate worker` or `syndicate serve` running",
    )


def test_a_private_cache_is_not_called_but_told_of(stand: Stand) -> None:
    stand.site.write("one")
    stand.site.publish()
    stand.withdraw("one")
    guard = purging.Guard()  # as it is where nobody allows loopback
    assert stand.work(purging.by_url(stand.url, None, guard)) == []
    (found,) = stand.diagnoses()
    assert "which is not a public address" in found.message
    assert "SYNDICATE_PURGE_COMMAND" in found.remedy


def test_the_token_goes_with_it_and_is_shown_nowhere(stand: Stand) -> None:
    (purger,) = [found for found in stand.wired(PURGE_TOKEN=TOKEN) if "purge" in found]
    stand.site.write("one")
    stand.site.publish()
    stand.withdraw("one")
    stop = threading.Event()
    while purger["purge"](stop):
        pass
    (asked,) = stand.server.asked
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in repr(stand.settings(PURGE_TOKEN=TOKEN))


def test_told_to_stop_before_every_process_has_the_change_it_leaves_it(stand: Stand) -> None:
    stand.work()
    stand.site.write("one")
    stand.site.publish()
    stand.withdraw("one")
    stop = threading.Event()
    stop.set()
    assert stand.purger(settle=30).purge(stop) is False
    assert stand.server.asked == []
    assert len(stand.work()) == 1


# A command ----------------------------------------------------------------------------------------


def _program(folder: Path, more: str = "") -> tuple[tuple[str, ...], Path]:
    written, program = folder / "purged", folder / "purge.py"
    program.write_text(WRITES.format(path=str(written), more=more), "utf-8")
    return (sys.executable, str(program), "--zone", "a b"), written


def test_a_command_gets_the_keys_as_arguments_and_no_secret_of_ours(
    stand: Stand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYNDICATE_SECRET_KEY", "k" * 32)
    words, written = _program(tmp_path)
    stand.site.write("one")
    stand.site.publish()
    stand.withdraw("one")
    stand.work(purging.by_command(words, TOKEN))
    ((arguments, names),) = [json.loads(line) for line in written.read_text().splitlines()]
    assert arguments[:2] == ["--zone", "a b"]
    assert {"summary/one", "topics/empathy", "full"} <= set(arguments[2:])
    assert [name for name in names if name.startswith("SYNDICATE_")] == ["SYNDICATE_PURGE_TOKEN"]


@pytest.mark.parametrize(
    ("more", "reply"),
    [
        ("sys.exit(3)", "ended with status 3"),
        ("import time; time.sleep(60)", "did not end in 2 s"),
    ],
)
def test_a_command_that_fails_is_run_again(
    stand: Stand, tmp_path: Path, more: str, reply: str
) -> None:
    words, written = _program(tmp_path, more)
    stand.site.write("one")
    stand.site.publish()
    stand.withdraw("one")
    stand.work(purging.by_command(words, None, seconds=2))
    (found,) = stand.diagnoses()
    assert found.message.endswith(f"{sys.executable} {reply}")
    _program(tmp_path)  # it is mended
    stand.site.now += timedelta(seconds=6)
    stand.work(purging.by_command(words, None))
    assert len(written.read_text().splitlines()) == 2
    assert stand.diagnoses()[0].verdict == "ok"


def test_what_a_command_started_ends_with_it(tmp_path: Path) -> None:
    child = "import subprocess, time; subprocess.Popen(['sleep', '61.25']); time.sleep(60)"
    words, _ = _program(tmp_path, child)
    assert purging.by_command(words, None, seconds=2)(["full"])
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    assert "sleep 61.25" not in listed.stdout


def test_a_command_that_is_not_there_is_told_of(tmp_path: Path) -> None:
    words = [str(tmp_path / "none")]
    assert purging.by_command(words, None)(["full"]) == f"{words[0]}: No such file or directory"


# Killed -------------------------------------------------------------------------------------------


def test_a_worker_killed_in_the_middle_is_followed_by_another(stand: Stand) -> None:
    stand.work()
    stand.site.write("one")
    stand.site.publish()
    stand.withdraw("one")
    arrived, killed = threading.Event(), threading.Event()

    def hold(_handler: Handler) -> None:
        arrived.set()
        killed.wait(30)  # it never hears whether this arrived

    stand.server.answers["/purge"] = hold
    settings = stand.settings()
    environ = {
        "SYNDICATE_DATABASE_URL": settings.database_url,
        "SYNDICATE_PURGE_URL": stand.url,
        "SYNDICATE_ALLOW_LOOPBACK": "1",
        "SYNDICATE_SECRET_KEY": "k" * 32,
        "PYTHONPATH": str(REPOSITORY),
    }
    worker = subprocess.Popen(
        [sys.executable, "-m", "syndicate", "worker"], env=environ, cwd=stand.site.folder
    )
    assert arrived.wait(30)
    worker.kill()
    assert worker.wait() == -signal.SIGKILL
    killed.set()
    stand.server.answers["/purge"] = sent(b"")
    found = stand.standing()
    assert found
    assert found.oldest  # it is known to be open
    stand.site.now = found.due_at - timedelta(seconds=1)
    assert stand.work() == []  # until its lease has ended
    stand.site.now += LEASE
    (asked,) = stand.work()
    assert "summary/one" in keys(asked)
    assert keys(asked) == keys(stand.server.asked[0])
