from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.web import logs

HOSTILE = "a\r\n2026-01-01 error forged\x1b[31m\u202e\x00é"


def line(
    format: Literal["text", "json"], capsys: pytest.CaptureFixture[str], *, trace: bool
) -> str:
    logs.configure(format)
    log = logging.getLogger("syndicate.test")
    try:
        raise ValueError(HOSTILE) if trace else KeyError("unseen")
    except (ValueError, KeyError) as error:
        log.error("path %s", HOSTILE, exc_info=error if trace else None)  # noqa: TRY400 - both ways
    return capsys.readouterr().err


def test_a_request_cannot_write_a_line_of_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    text = line("text", capsys, trace=False)
    assert text.count("\n") == 1
    assert "error syndicate.test: path a\\r\\n2026" in text
    assert "\\x1b[31m\\u202e\\x00é" in text


def test_a_traceback_is_indented(capsys: pytest.CaptureFixture[str]) -> None:
    text = line("text", capsys, trace=True)
    assert "\n    Traceback" in text
    assert "\x1b" not in text
    assert all(row.startswith("    ") for row in text.splitlines()[1:])


@pytest.mark.parametrize("trace", [False, True])
def test_json_is_one_object_a_line(capsys: pytest.CaptureFixture[str], *, trace: bool) -> None:
    text = line("json", capsys, trace=trace)
    assert text.count("\n") == 1
    found = json.loads(text)
    assert (found["level"], found["logger"]) == ("error", "syndicate.test")
    assert found["message"].startswith("path a\\r\\n2026")
    assert ("trace" in found) is trace


def test_a_lone_surrogate_can_be_written() -> None:
    assert logs.escape("a\ud800") == "a\\ud800"


@given(st.text())
def test_what_is_escaped_holds_no_control_character(text: str) -> None:
    assert logs.escape(text).isprintable() or not any(c < " " for c in logs.escape(text))


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    yield
    logs.configure("text")
