"""A copy follows its origin, whatever happens between two requests."""

from __future__ import annotations

from contextlib import closing

import pytest

from syndicate.errors import CopyError, OriginError
from syndicate.mirror.pull import Pull
from syndicate.mirror.target import open_copy
from syndicate.partnercheck.exchange import problem
from syndicate.partnercheck.origin import Origin
from tests.mirror.stand import Stand, id_of


def test_a_first_copy_and_its_changes(stand: Stand) -> None:
    stand.put(*"abcdefgh")
    stand.withdraw("b")
    outcome = stand.mirror()
    assert (outcome.verdict, outcome.entries, outcome.behind) == ("exact", 7, 0)
    assert stand.held() == stand.has()
    assert stand.asked().count("snapshot") == 3  # parts of three records
    stand.put("a", "x", said="corrected")
    stand.withdraw("c")
    outcome = stand.mirror()
    assert outcome.verdict == "exact"
    assert (outcome.tally.put, dict(outcome.tally.deleted)) == (2, {"withdrawn": 1})
    assert stand.held() == stand.has()
    assert "snapshot" not in stand.asked()


def test_an_idle_run_is_one_request_that_is_answered_304(one: Stand) -> None:
    one.put(*"abc")
    one.mirror()
    one.mirror()  # learns the entity-tag of "nothing is new"
    one.script.seen.clear()
    assert one.mirror().verdict == "exact"
    (seen,) = one.script.seen
    assert (seen.request.name, seen.reply.status) == ("changes", 304)


def test_what_changes_between_two_parts_is_neither_lost_nor_doubled(stand: Stand) -> None:
    stand.put(*"abcdefgh")
    stand.script.between.extend(
        (
            lambda _origin: (stand.put("h", "a", said="corrected"), stand.withdraw("b", "g")),
            lambda _origin: (stand.put("b", said="back"), stand.put("new")),
            lambda _origin: stand.withdraw("new", "d"),
        )
    )
    assert stand.mirror().verdict == "exact"
    assert stand.held() == stand.has()
    assert stand.script.is_done


def test_a_filter_and_what_leaves_it(stand: Stand) -> None:
    stand.put(*"abc", topics=("empathy", "training"))
    stand.put(*"de", topics=("training",))
    stand.mirror("topic=empathy")
    assert stand.held() == stand.has({"topic": "empathy"})
    stand.put("a", topics=("training",))
    stand.put("d", topics=("empathy",))
    outcome = stand.mirror("topic=empathy")
    assert outcome.verdict == "exact"
    assert dict(outcome.tally.deleted) == {"left-scope": 1}
    assert stand.held() == stand.has({"topic": "empathy"})


def test_another_filter_or_origin_is_refused_unless_the_copy_is_made_over(one: Stand) -> None:
    one.put(*"abc", topics=("empathy",))
    one.put("d", topics=("training",))
    one.mirror()
    with pytest.raises(CopyError, match=r"is a copy of everything, not topic=empathy; .*--anew"):
        one.mirror("topic=empathy")
    assert one.mirror("topic=empathy", anew=True).tally.vanished == [id_of("d")]
    assert one.held() == one.has({"topic": "empathy"})


# Beginning anew -----------------------------------------------------------------------------------


def test_a_restored_backup_takes_back_what_it_never_had(stand: Stand) -> None:
    stand.put(*"abcd")
    stand.mirror()
    before = dict(stand.origin.latest), stand.origin.seq
    stand.put("e")
    stand.put("a", said="lost")
    stand.mirror()
    stand.origin.latest, stand.origin.seq = before
    stand.origin.begin_epoch()
    outcome = stand.mirror()
    assert outcome.verdict == "exact"
    assert outcome.tally.vanished == [id_of("e")]
    assert outcome.tally.kept == 3  # b, c, d were held as they are
    assert stand.held() == stand.has()


def test_what_still_holds_is_held_all_the_time_that_a_copy_is_made_over(stand: Stand) -> None:
    stand.put(*"abcdefg")
    stand.mirror()
    stand.origin.begin_epoch()
    # g leaves the snapshot's end for the changes after it
    stand.script.between.append(lambda _origin: stand.put("g", said="corrected"))
    with closing(open_copy(stand.target)) as copy:
        pull = Pull(copy, stand.service())
        held = [set(copy.hashes())]
        while not pull.step():
            held.append(set(copy.hashes()))
        held.append(set(copy.hashes()))
    assert len(held) == 5
    assert all(ids == {id_of(name) for name in "abcdefg"} for ids in held)
    assert stand.held() == stand.has()


def test_a_cursor_that_expires_within_a_pass(stand: Stand) -> None:
    stand.put(*"abcdefg")
    stand.script.between.extend((lambda _origin: None, Origin.begin_epoch))
    outcome = stand.mirror()
    assert outcome.verdict == "exact"
    assert len(outcome.tally.rounds) == 1
    assert stand.held() == stand.has()


def test_an_origin_that_lost_its_keys(one: Stand) -> None:
    one.put(*"abc")
    one.mirror()
    one.origin.seal = type(one.origin.seal)(("another key" * 4,))
    assert one.mirror().verdict == "exact"


def test_an_origin_that_always_sends_back_to_the_beginning(one: Stand) -> None:
    one.put(*"abc")
    gone = problem(410, "cursor-expired", "it is old", {})
    one.script.refusals.extend([lambda _request, _origin: gone] * 9)
    with pytest.raises(OriginError, match="sends the copy back to the beginning"):
        one.mirror()
