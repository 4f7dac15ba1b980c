"""A copy proves what it holds, and mends what differs."""

from __future__ import annotations

from contextlib import closing

import pytest
from sqlalchemy import text

from syndicate.errors import CopyError
from syndicate.mirror import run
from syndicate.mirror.outcome import Outcome
from syndicate.mirror.pull import Pull
from syndicate.mirror.target import find_copy, open_copy
from tests.mirror.stand import Stand, id_of


def test_a_copy_that_lost_entries_is_found_out_and_mended(stand: Stand) -> None:
    stand.put(*"abcdefg")
    stand.mirror()
    _tamper(stand, "DELETE FROM mirror_entry WHERE id LIKE '%/a'")
    _tamper(stand, "UPDATE mirror_entry SET content_hash = 'sha-256:0' WHERE id LIKE '%/b'")
    _tamper(stand, "UPDATE mirror_entry SET id = 'tag:stray' WHERE id LIKE '%/c'")
    stand.put("h")
    outcome = stand.mirror()
    assert outcome.verdict == "exact"
    assert stand.held() == stand.has()
    assert {(one.id.rpartition("/")[2], one.how) for one in outcome.mended} == {
        ("a", "missing"),
        ("b", "different"),
        ("c", "missing"),
        ("tag:stray", "not at the origin"),
    }


def _tamper(stand: Stand, statement: str) -> None:
    with closing(open_copy(stand.target)) as copy, copy._engine.begin() as connection:
        connection.execute(text(statement))


def test_a_check_names_what_was_altered_and_changes_nothing(stand: Stand) -> None:
    stand.put(*"abc")
    stand.mirror()
    assert _check(stand).verdict == "exact"
    _tamper(stand, "UPDATE mirror_entry SET record = '{}' WHERE id LIKE '%/a'")
    for _ in range(2):
        outcome = _check(stand)
        assert outcome.verdict == "differs"
        assert any(fault.startswith(id_of("a")) for fault in outcome.faults)
    stand.mirror(anew=True)
    assert _check(stand).verdict == "exact"


def test_a_check_tells_how_far_behind_a_copy_is(one: Stand) -> None:
    one.put(*"abc")
    one.mirror()
    one.put(*"de")
    outcome = _check(one)
    assert (outcome.verdict, outcome.behind) == ("unproven", 2)


def _check(stand: Stand) -> Outcome:
    with closing(find_copy(stand.target)) as copy:
        return run.check(copy, stand.service(), stand.patience())


def test_an_origin_that_is_wrong_about_itself(one: Stand) -> None:
    one.put(*"abcd")
    one.mirror()
    lost = one.origin.latest.pop(id_of("b"))  # without a change: no mirror can know
    outcome = one.mirror(anew=True)
    assert outcome.verdict == "exact"
    one.origin.latest = {id_of("b"): lost, **one.origin.latest}
    one.put("e")
    # b has an old seq: changes do not give it, the snapshot does
    outcome = one.mirror()
    assert outcome.verdict == "exact"
    assert [(d.id, d.how) for d in outcome.mended] == [(id_of("b"), "missing")]


def test_two_mirrors_at_once_do_not_mix(stand: Stand) -> None:
    stand.put(*"abcdefg")
    with closing(open_copy(stand.target)) as copy:
        pull = Pull(copy, stand.service())
        pull.step()
        if stand.target.startswith(("sqlite", "postgresql")):
            stand.mirror()
            late = pull.step  # in a database whoever has fallen behind changes nothing more
        else:
            late = stand.mirror  # type: ignore[assignment] # a folder is locked
        with pytest.raises(CopyError, match="another program is at work"):
            late()
    assert stand.mirror().verdict == "exact"
    assert stand.held() == stand.has()
