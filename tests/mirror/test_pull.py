"""A copy follows its origin, whatever happens between two requests."""

from __future__ import annotations

from contextlib import closing

import pytest
from sqlalchemy import text

from syndicate.errors import CopyError, OriginBusy, OriginError
from syndicate.mirror import run
from syndicate.mirror.outcome import Outcome
from syndicate.mirror.pull import Pull
from syndicate.mirror.target import find_copy, open_copy
from syndicate.partnercheck.exchange import Reply, Request, problem
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


# Beginning anew ---------------------------------------------------------------------------------


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


# Refusals ---------------------------------------------------------------------------------------


def _busy(status: int, **headers: str) -> Reply:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return problem(status, "quota", "too many requests", sent)


def test_waiting_as_long_as_it_is_asked_to(one: Stand) -> None:
    one.put(*"abcdefg")
    when = {"Retry_After": "Mon, 01 Jan 2024 12:00:07 GMT", "Date": "Mon, 01 Jan 2024 12:00:00 GMT"}
    for reply in (
        _busy(429, Retry_After="5"),
        _busy(503, **when),
        _busy(503),
        Reply(cut=True),
        _busy(429, Retry_After="soon"),
    ):
        one.script.refusals.append(lambda _request, _origin, reply=reply: reply)
    assert one.mirror().verdict == "exact"
    assert one.waits == [5, 7, 1, 2, 4]


def test_waiting_no_longer_than_allowed(one: Stand) -> None:
    one.put(*"abcdefg")
    one.script.between.append(
        lambda _origin: one.script.refusals.append(lambda *_: _busy(429, Retry_After="3600"))
    )
    with pytest.raises(
        OriginBusy, match=r"429: too many requests; the copy has 3 .*; it asks to wait 3600 s"
    ) as busy:
        one.mirror()
    assert busy.value.exit_code == 75
    assert len(one.held()) == 3  # what was taken in stays
    one.asked()
    assert one.mirror().verdict == "exact"
    assert one.asked().count("snapshot") == 2  # and is not asked for again
    assert one.held() == one.has()


@pytest.mark.parametrize(
    ("status", "code", "told"),
    [
        (401, "key-invalid", "check the key"),
        (403, "key-scope", "a key that reaches so far"),
        (404, "topic-unknown", "check the address and the filter's slugs"),
        (400, "unknown-param", "look at the address in a browser"),
    ],
)
def test_a_refusal_says_what_to_do(one: Stand, status: int, code: str, told: str) -> None:
    one.script.refusals.append(lambda *_: problem(status, code, "That is so.", {}))
    with pytest.raises(OriginError, match=f"{status}: That is so.; .*{told}") as refused:
        one.mirror()
    assert "secret" not in str(refused.value)


def test_the_key_is_sent_as_a_header_and_stands_nowhere_else(one: Stand) -> None:
    one.put("a")
    one.mirror()
    assert {headers["authorization"] for headers in one.sent} == {"Bearer sk_1_secret"}
    assert all("secret" not in seen.request.query for seen in one.script.seen)
    assert "secret" not in repr(one.service())


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"[]",
        b'{"changes":[{"seq":1,"op":"put","item":{}}],"cursor":"c","more":false,"seq_head":1}',
        b'{"changes":[{"seq":1,"op":"move","id":"x"}],"cursor":"c","more":false,"seq_head":1}',
        b'{"changes":[{"seq":true,"op":"delete","id":"x"}],"cursor":"c","more":0,"seq_head":1}',
        b'{"changes":[],"cursor":"c","more":false}',
    ],
)
def test_an_answer_that_is_none_changes_nothing(one: Stand, body: bytes) -> None:
    one.put(*"ab")
    one.mirror()
    held = one.held()
    one.script.refusals.append(lambda *_: Reply(body=body))
    with pytest.raises(OriginError, match="the origin sends"):
        one.mirror()
    assert one.held() == held
    assert one.mirror().verdict == "exact"


def test_changes_that_do_not_go_on(one: Stand) -> None:
    one.put(*"ab")
    one.mirror()

    def again(request: Request, _origin: Origin) -> Reply:
        cursor = request.query.partition("since=")[2].partition("&")[0]
        body = b'{"changes":[],"cursor":"%s","more":true,"seq_head":9}' % cursor.encode()
        return Reply(body=body)

    one.script.refusals.extend([again] * 3)
    with pytest.raises(OriginError, match="do not go on"):
        one.mirror()


# Proof ------------------------------------------------------------------------------------------


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
