"""The one exception tree: every failure that the program foresees, with place, cause and remedy.

An error's text is written for the person who can mend it. Commands print `str(error)` and end
with `exit_code`; the web answers with `status`. Nothing here imports anything of the project.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong at one place. `line` counts from 1; 0 is the whole file."""

    path: str
    line: int
    message: str
    remedy: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        text = f"{place}: {self.message}" if place else self.message
        return f"{text}; {self.remedy}" if self.remedy else text


class SyndicateError(Exception):
    """The root: a cause and, where there is one, a remedy."""

    exit_code: ClassVar[int] = 1
    status: ClassVar[int] = 500

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}; {self.remedy}" if self.remedy else self.message


class ContentError(SyndicateError):
    """Everything that is wrong with one file (or piece of HTML), found in one reading."""

    status = 422

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems

    @property
    def path(self) -> str:
        return self.problems[0].path

    @property
    def line(self) -> int:
        return self.problems[0].line


class DefinitionError(ContentError):
    """Everything that is wrong with the files of feeds/."""


class SettingsError(SyndicateError):
    """Everything that is wrong with the SYNDICATE_* environment, found in one reading."""

    exit_code = 2


class NotFound(SyndicateError):
    """There is no such thing, and there never was."""

    status = 404


class Gone(SyndicateError):
    """It was published once and has been withdrawn."""

    status = 410


class Moved(SyndicateError):
    """It has another address now; `location` is that address."""

    status = 301

    def __init__(self, location: str) -> None:
        super().__init__(f"moved to {location}")
        self.location = location


class CursorInvalid(SyndicateError):
    """A cursor that was not made here, was changed, or belongs to another filter."""

    status = 400


class CursorExpired(SyndicateError):
    """A cursor of another history of the store, or whose filter means something else now."""

    status = 410


class StoreError(SyndicateError):
    """The store cannot do what was asked: it is missing, too old, locked, full or damaged."""

    status = 503


class PublishRefused(SyndicateError):
    """A publish that would break a promise to subscribers. Nothing was changed."""


class AddressError(SyndicateError):
    """Text that is no e-mail address to which we would send."""

    status = 422


class TooMany(SyndicateError):
    """Asked too often; later it is answered again."""

    status = 429


class DeliveryError(SyndicateError):
    """Nothing can be delivered as things are: no relay, no sender, or the relay is out of order."""

    status = 503


class ExportError(SyndicateError):
    """A folder into which nothing can be exported."""


class PartnerRefused(SyndicateError):
    """What cannot be had for a partner: a name twice, a third key. Nothing was changed."""

    status = 409


class FetchError(SyndicateError):
    """An outgoing request was refused by our own rules or failed at the other side."""

    status = 502


class FetchFailed(FetchError):
    """The other side, or the way to it, failed: later it may go well."""


class OriginError(SyndicateError):
    """A site that is mirrored refuses, or answers what cannot be understood."""

    status = 502


class OriginBusy(OriginError):
    """It cannot answer now. `seconds` is when it wants to be asked again, None where unsaid."""

    exit_code = 75  # EX_TEMPFAIL of sysexits.h

    def __init__(self, message: str, remedy: str = "", *, seconds: float | None = None) -> None:
        super().__init__(message, remedy)
        self.seconds = seconds


class CopyError(SyndicateError):
    """A partner's copy cannot be used as asked: it is another filter's, or others work on it."""


class CopyDiffers(CopyError):
    """A copy is not what its origin has."""

    exit_code = 3


class ForeignFeedError(SyndicateError):
    """Bytes from elsewhere that cannot be read as a feed within the limits."""

    status = 502
