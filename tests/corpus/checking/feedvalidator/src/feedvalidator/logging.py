"""The kinds of events of the W3C feed validator that the tests ask its stand-in for."""

from __future__ import annotations

from typing import Any


class LoggedEvent:
    def __init__(self, params: dict[str, Any]) -> None:
        self.params = params


class Info(LoggedEvent):
    pass


class Warning(LoggedEvent):
    pass


class Error(LoggedEvent):
    pass


class MissingDCLanguage(Info):
    pass


class DuplicateUpdated(Warning):
    pass


class UnknownNamespace(Warning):
    pass


class MissingElement(Error):
    pass
