from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.editorial.values import (
    FieldError,
    is_odd_tag,
    parse_decimal,
    parse_flag,
    parse_id,
    parse_instant,
    parse_language,
    parse_line,
    parse_p,
    parse_slug,
    parse_whole,
    shown,
)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2021-04-01T12:00:00Z", datetime(2021, 4, 1, 12, tzinfo=UTC)),
        ("2021-04-01t12:00:00z", datetime(2021, 4, 1, 12, tzinfo=UTC)),
        ("2021-04-01 08:00:00 -04:00", datetime(2021, 4, 1, 12, tzinfo=UTC)),
        ("2021-04-01T12:00Z", datetime(2021, 4, 1, 12, tzinfo=UTC)),
        ("2021-01-01T00:30:00+01:00", datetime(2020, 12, 31, 23, 30, tzinfo=UTC)),
    ],
)
def test_an_instant_is_utc(text: str, instant: datetime) -> None:
    assert parse_instant(text) == instant
    assert parse_instant(text).tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2021",
        "2021-4-1",
        "2021-04-01",
        "2021-04-01T12:00:00",
        "2021-04-01T12:00:00.000Z",
        "2021-04-01T24:00:00Z",
        "2021-04-01T12:00:60Z",
        "2021-13-01T12:00:00Z",
        "2021-04-01T12:00:00+25:00",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "1021-04-01T12:00:00Z",
        "٢٠٢١-04-01T12:00:00Z",
        "2021-04-01T12:00:00 EDT",
    ],
)
def test_no_other_text_is_an_instant(text: str) -> None:
    with pytest.raises(FieldError) as caught:
        parse_instant(text)
    assert caught.value.remedy


@given(st.datetimes(datetime(1900, 1, 2), datetime(2999, 12, 30)))  # noqa: DTZ001
def test_every_written_instant_is_read_back(instant: datetime) -> None:
    instant = instant.replace(microsecond=0, tzinfo=UTC)
    assert parse_instant(f"{instant:%Y-%m-%dT%H:%M:%SZ}") == instant


def test_text_is_joined_and_composed() -> None:
    assert parse_line(" a\n  b\tc\u2028e\u0301 ") == "a b c \u00e9"


@pytest.mark.parametrize("text", ["0.50", ".5", "-0.42", "+1", "007", "12"])
def test_a_decimal_stays_as_written(text: str) -> None:
    assert parse_decimal(text) == text
    assert parse_decimal(text.replace("-", "\u2212")) == text


@pytest.mark.parametrize("text", ["", "1.", "1,5", "1e5", "nan", "--1", "½", "٣", "1" * 31])
def test_what_is_no_decimal_is_refused(text: str) -> None:
    with pytest.raises(FieldError):
        parse_decimal(text)


@pytest.mark.parametrize(
    ("parse", "text", "remedy"),
    [
        (parse_decimal, "r = .28", "write .28"),
        (parse_decimal, "0,28", "write 0.28"),
        (parse_decimal, "\u20130.28", "write -0.28"),
        (parse_decimal, "1,234", "write it like -0.42"),  # perhaps a thousand and more
        (parse_decimal, "28%", "write it like -0.42"),
        (parse_decimal, "12 3", "write it like -0.42"),
        (parse_whole, "6,138", "write 6138"),
        (parse_whole, "82 studies", "write digits only"),
        (parse_p, "p = .03", 'write "= .03"'),
        (parse_p, "\u201c< .001\u201d", 'write "< .001"'),
        (parse_p, "p<0,05", 'write "< 0.05"'),
        (parse_p, "p = 3", 'write =, < or > and a decimal from 0 to 1: "< .001"'),
        (parse_p, "\u2264 .05", 'write =, < or > and a decimal from 0 to 1: "< .001"'),
    ],
)
def test_a_figure_as_articles_print_it_is_told_as_it_is_to_be_written(
    parse: Callable[[str], object], text: str, remedy: str
) -> None:
    with pytest.raises(FieldError) as caught:
        parse(text)
    assert caught.value.remedy == remedy


@pytest.mark.parametrize("parse", [parse_decimal, parse_p, parse_whole])
def test_no_figure_takes_long_to_refuse(parse: Callable[[str], object]) -> None:
    with pytest.raises(FieldError):
        parse("r" + " " * 60_000 + "x")  # within the time limit


@given(st.text("0123456789.,-\u2013\u2212<>= pr\u201c\u201d", max_size=10))
def test_what_is_told_to_be_written_is_taken(text: str) -> None:
    for parse in (parse_decimal, parse_p):
        try:
            parse(text)
        except FieldError as error:
            told = error.remedy.removeprefix("write ").strip('"')
            if error.remedy.startswith("write") and not told.startswith(("it like", "=, <")):
                parse(told)


@pytest.mark.parametrize(
    ("text", "p"),
    [
        ("<.001", "< .001"),
        ("=  0.05", "= 0.05"),
        (".02", "= .02"),
        ("> .05", "> .05"),
        ("1", "= 1"),
    ],
)
def test_a_p_value_gets_one_spelling(text: str, p: str) -> None:
    assert parse_p(text) == p
    assert parse_p(p) == p


@pytest.mark.parametrize("text", ["", "<", "ns", "< 1.01", "≤ .05", "-0.1", "< .05 .06", "1."])
def test_what_is_no_p_value_is_refused(text: str) -> None:
    with pytest.raises(FieldError):
        parse_p(text)


@pytest.mark.parametrize(
    "text",
    [
        "tag:network.example,2013:summary/k3v9x2m7",
        "tag:network.example,2013-04-01:a",
        "https://old.example/?p=17&x=1",
        "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
        "http://old.example/é",
    ],
)
def test_an_id_is_kept_as_it_stands(text: str) -> None:
    assert parse_id(text) == text


def test_an_id_is_not_even_composed() -> None:
    assert parse_id("http://old.example/e\u0301") == "http://old.example/e\u0301"


@pytest.mark.parametrize(
    "text",
    [
        *("", "17", "/a/b", "http://a b", "a:<b>", "a:" + "x" * 300),
        *("javascript:alert(1)", "DATA:,x", "file:///etc/passwd", "vbscript:x"),
    ],
)
def test_what_is_no_absolute_uri_is_no_id(text: str) -> None:
    with pytest.raises(FieldError):
        parse_id(text)


@pytest.mark.parametrize(("text", "tag"), [("en", "en"), ("en-ca", "en-CA"), ("en-001", "en-001")])
def test_english_has_regions(text: str, tag: str) -> None:
    assert parse_language(text) == tag


@pytest.mark.parametrize("text", ["fr", "eng", "en-", "en_CA", "EN", "en-Latn-GB", "fr-en"])
def test_nothing_else_is_english(text: str) -> None:
    with pytest.raises(FieldError):
        parse_language(text)


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (parse_line, "half \ud800"),
        (parse_line, " \n "),
        (parse_slug, "Upper"),
        (parse_slug, "a--b"),
        (parse_slug, "-a"),
        (parse_slug, "a" * 81),
        (parse_slug, "é"),
        (parse_flag, "1"),
        (parse_whole, "0"),
        (parse_whole, "1_000"),
        (parse_whole, "1.0"),
        (parse_whole, ["1"]),
        (parse_whole, {"a": "1"}),
    ],
)
def test_other_values_have_their_limits(parse: object, text: object) -> None:
    assert callable(parse)
    with pytest.raises(FieldError):
        parse(text)


def test_flags_are_words() -> None:
    assert [parse_flag(word) for word in ("true", "Yes", "FALSE", "no")] == [
        True,
        True,
        False,
        False,
    ]


def test_a_message_quotes_one_short_line() -> None:
    assert shown("a\nb") == r"'a\nb'"
    assert len(shown("x" * 1000)) == 82


@pytest.mark.parametrize(
    ("id", "odd"),
    [
        ("tag:network.example,2013:summary/a", False),
        ("tag:Me@network.example,2013-04-01:a", False),
        ("https://old.example/", False),
        ("tag:network.example:a", True),
        ("tag:network.example,13:a", True),
    ],
)
def test_a_tag_uri_has_a_form(id: str, *, odd: bool) -> None:
    assert is_odd_tag(parse_id(id)) is odd
