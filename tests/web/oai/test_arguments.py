"""Every way to ask wrongly, and the code that OAI-PMH has for it."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from syndicate.documents.oai.response import Answer, add_errors
from syndicate.web.oai.arguments import VERBS, Refused, read
from tests import oai

LIST = "verb=ListRecords&metadataPrefix=oai_dc"
ONE = "verb=GetRecord&metadataPrefix=oai_dc&identifier=tag:a.example,2013:1"


def ask(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, keep_blank_values=True)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("", "verb is missing"),
        ("verb=", "no verb ''"),
        ("verb=listrecords", "no verb 'listrecords'"),
        ("verb=ListEverything", "no verb"),
        ("verb=Identify&verb=Identify", "more than once"),
        ("metadataPrefix=oai_dc", "verb is missing"),
        ("verb=%00", "no verb '\\x00'"),
    ],
)
def test_bad_verbs(query: str, told: str) -> None:
    with pytest.raises(Refused) as refused:
        read(ask(query))
    ((code, text),) = refused.value.errors
    assert code == "badVerb"
    assert told in text


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("verb=Identify&set=topic", ["Identify takes no argument 'set'. It takes: none."]),
        ("verb=Identify&resumptionToken=x", ["takes no argument"]),
        ("verb=ListSets&set=topic", ["takes no argument 'set'"]),
        ("verb=ListSets&resumptionToken=", ["resumptionToken is empty"]),
        ("verb=GetRecord", ["identifier is missing", "metadataPrefix is missing"]),
        ("verb=GetRecord&identifier=tag:a", ["metadataPrefix is missing"]),
        (f"{ONE}&identifier=tag:b", ["identifier was given more than once"]),
        (f"{ONE}&from=2024-01-01", ["takes no argument 'from'"]),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=", ["identifier is empty"]),
        ("verb=ListRecords", ["metadataPrefix is missing"]),
        ("verb=ListIdentifiers&from=2024-01-01", ["metadataPrefix is missing"]),
        ("verb=ListRecords&metadataPrefix=", ["metadataPrefix has characters"]),
        ("verb=ListRecords&metadataPrefix=a%20b", ["metadataPrefix has characters"]),
        (f"{LIST}&metadataPrefix=oai_dc", ["metadataPrefix was given more than once"]),
        (f"{LIST}&Set=topic", ["no argument 'Set'"]),
        (f"{LIST}&set=", ["set has characters"]),
        (f"{LIST}&set=topic:", ["set has characters"]),
        (f"{LIST}&set=a%00b", ["set has characters", "\\x00"]),
        (f"{LIST}&set=%C3%A9", ["set has characters"]),
        (f"{LIST}&from=", ["from is no date"]),
        (f"{LIST}&from=yesterday", ["from is no date", "YYYY-MM-DD"]),
        (f"{LIST}&from=2024-02-30", ["from is no date"]),
        (f"{LIST}&from=2024-01-01T12:00:00", ["from is no date"]),
        (f"{LIST}&from=2024-01-01T12:00:00%2B01:00", ["from is no date"]),
        (f"{LIST}&from=2024-01-01T12:00:00.5Z", ["from is no date"]),
        (f"{LIST}&from=2024-01-01T12:00Z", ["from is no date"]),
        (f"{LIST}&from=2024-01", ["from is no date"]),
        (f"{LIST}&from=20240101", ["from is no date"]),
        (f"{LIST}&from=0000-01-01", ["from is no date"]),
        (f"{LIST}&until=2024-01-01T25:00:00Z", ["until is no date"]),
        (f"{LIST}&until=%D9%A2%D9%A0%D9%A2%D9%A4-01-01", ["until is no date"]),
        (f"{LIST}&from=2024-01-01&until=2024-01-02T00:00:00Z", ["written alike"]),
        (f"{LIST}&from=2024-01-01T00:00:00Z&until=2024-01-02", ["written alike"]),
        (f"{LIST}&from=2024-01-02&until=2024-01-01", ["from is later than until"]),
        (f"{LIST}&resumptionToken=x", ["stands alone, without metadataPrefix"]),
        ("verb=ListRecords&resumptionToken=x&resumptionToken=y", ["more than once"]),
        ("verb=ListRecords&resumptionToken=x&from=2024-01-01&set=a", ["without from, set"]),
        (
            "verb=ListRecords&set=%20&from=x&until=y&foo=1&foo=2",
            [
                "'foo'",
                "metadataPrefix is missing",
                "from is no date",
                "until is no date",
                "set has",
            ],
        ),
    ],
)
def test_bad_arguments_are_all_told_at_once(query: str, told: list[str]) -> None:
    with pytest.raises(Refused) as refused:
        read(ask(query))
    errors = refused.value.errors
    assert {code for code, _ in errors} == {"badArgument"}
    texts = " ".join(text for _, text in errors)
    assert [part for part in told if part not in texts] == []
    assert len(errors) >= len(told) - 1


def test_dates_are_inclusive_in_either_granularity() -> None:
    day = read(ask(f"{LIST}&from=2024-01-01&until=2024-01-01"))
    assert day.since == datetime(2024, 1, 1, tzinfo=UTC)
    assert day.until == datetime(2024, 1, 1, 23, 59, 59, tzinfo=UTC)
    second = read(ask(f"{LIST}&from=2024-01-01T01:02:03Z&until=2024-01-01T01:02:03Z"))
    assert second.since == second.until == datetime(2024, 1, 1, 1, 2, 3, tzinfo=UTC)


def test_what_no_answer_can_hold_is_not_repeated() -> None:
    asked = read([("verb", "ListMetadataFormats"), ("identifier", "a <b>\x00")])
    assert asked.identifier == "a <b>\x00"
    assert asked.repeated() == {"verb": "ListMetadataFormats"}
    asked = read([("verb", "ListRecords"), ("resumptionToken", "\x00")])
    assert asked.repeated() == {"verb": "ListRecords"}


NAMES = ["verb", "from", "until", "set", "metadataPrefix", "identifier", "resumptionToken", "x"]
VALUES = st.one_of(
    st.sampled_from([*VERBS, "oai_dc", "2024-01-01", "2024-01-01T00:00:00Z", "topic:a", ""]),
    st.text(max_size=50),
)


@given(st.lists(st.tuples(st.one_of(st.sampled_from(NAMES), st.text(max_size=9)), VALUES)))
def test_whatever_is_sent_is_read_or_refused_in_an_answer_that_is_valid(
    given: list[tuple[str, str]],
) -> None:
    now = datetime(2024, 1, 1, tzinfo=UTC)
    try:
        request, errors = read(given).repeated(), (("noRecordsMatch", "Nothing."),)
    except Refused as refused:
        request, errors = {}, refused.errors
    made = Answer(url="http://feeds.example/oai", now=now, request=request)
    body = made.render(lambda root: add_errors(root, errors))
    assert list(oai.problems(etree.fromstring(body))) == []
