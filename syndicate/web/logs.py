"""Log lines as text or JSON, one line an event: nothing that a request holds can begin another."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any, Literal

import orjson

_UNSEEN = "\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff"
_IN_MESSAGE = re.compile(f"[\x00-\x1f{_UNSEEN}]")
_CONTROL = re.compile(f"[\x00-\x08\x0b-\x1f{_UNSEEN}]")  # a traceback has lines and tabs


def escape(text: str, pattern: re.Pattern[str] = _IN_MESSAGE) -> str:
    r"""Write control and direction characters as `\x1b`, so that a terminal does not obey them."""
    return pattern.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


class TextFormatter(logging.Formatter):
    """`2026-11-23T12:00:00 error syndicate.web: message`; a traceback follows, indented."""

    def __init__(self) -> None:
        super().__init__(datefmt="%Y-%m-%dT%H:%M:%S%z")

    def format(self, record: logging.LogRecord) -> str:
        head = f"{self.formatTime(record, self.datefmt)} {record.levelname.lower()} {record.name}"
        line = f"{head}: {escape(record.getMessage())}"
        if not record.exc_info:
            return line
        trace = escape(self.formatException(record.exc_info), _CONTROL)
        return "\n    ".join([line, *trace.splitlines()])


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
            "message": escape(record.getMessage()),
        }
        if record.exc_info:
            fields["trace"] = escape(self.formatException(record.exc_info), _CONTROL)
        return orjson.dumps(fields).decode()


def configure(format: Literal["text", "json"]) -> None:
    """Send the program's log to standard error in this format. Called again, it replaces itself."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if format == "json" else TextFormatter())
    logger = logging.getLogger("syndicate")
    logger.handlers = [handler]
    logger.setLevel(logging.INFO)
