"""The front matter as one pydantic model, and the rules that hold between its fields.

pydantic gathers every field's error; rules that span fields leave a Remark with its own place.
What is missing from a draft is a warning: its editor is still writing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from syndicate.definitions import Definitions
from syndicate.editorial.blocks import (
    CitationFields,
    CorrectionFields,
    Fields,
    FindingFields,
    Flag,
    Instant,
    MinorEditFields,
    Title,
    Whole,
    WithdrawalFields,
)
from syndicate.editorial.frontmatter import Place
from syndicate.editorial.notices import AFTER
from syndicate.editorial.values import FieldError, is_odd_tag, parse_id, parse_language, parse_line
from syndicate.errors import NotFound, Severity
from syndicate.model import Form

SCHEMA: Final = 1
MAX_DESCRIPTION: Final = 300


@dataclass(frozen=True, slots=True)
class Remark:
    """What a rule between fields has to say; pydantic itself can say one thing per field."""

    place: Place
    message: str
    remedy: str
    severity: Severity = "error"


@dataclass(slots=True)
class Reading:
    """The context of one validation: the site's vocabulary, and the remarks gathered on the way."""

    definitions: Definitions
    remarks: list[Remark] = field(default_factory=list)

    def missing(self, place: Place, remedy: str, values: dict[str, Any]) -> None:
        """Note that something is missing: an error, in a draft a warning."""
        severity: Severity = "warning" if values.get("draft") else "error"
        self.remarks.append(Remark(place, "is missing", remedy, severity))


def _reading(info: ValidationInfo) -> Reading:
    assert isinstance(info.context, Reading)
    return info.context


class FrontMatter(Fields):
    """The front matter of a summary."""

    # A field sees the fields above it: form, draft and published stand first.
    schema_version: Whole = Field(alias="schema", description="Version of this form: 1")
    id: Annotated[str, BeforeValidator(parse_id)] = Field(
        description="An absolute URI, written by `syndicate new`; it never changes"
    )
    title: Title = Field(description="Plain text")
    form: Form = "research"
    draft: Flag = False
    lang: Annotated[str, BeforeValidator(parse_language)] = Field(description="en or en-XX")
    published: Instant | None = Field(
        None, validate_default=True, description="RFC 3339 with a zone; in the future: scheduled"
    )
    month_only: Flag = Field(False, description="The date is known to the month only")
    backfill: Flag = Field(False, description="Imported history, never announced")
    authors: tuple[Title, ...] = Field((), max_length=20)
    topics: tuple[Title, ...] = Field((), validate_default=True, max_length=12)
    kind: Title | None = Field(None, validate_default=True, description="Of research")
    description: Annotated[str, BeforeValidator(parse_line), Field(max_length=MAX_DESCRIPTION)] = (
        Field("", description="Plain text that stands alone; the first sentences when left out")
    )
    citation: CitationFields | None = Field(None, validate_default=True)
    findings: tuple[FindingFields, ...] = Field((), max_length=50)
    corrections: tuple[CorrectionFields, ...] = Field((), max_length=100)
    minor_edits: tuple[MinorEditFields, ...] = Field((), max_length=100)
    withdrawn: WithdrawalFields | None = None

    @field_validator("id")
    @classmethod
    def _id_well_made(cls, id: str, info: ValidationInfo) -> str:
        if is_odd_tag(id):
            message = "is no tag URI: tag:example.org,2013:summary/k3v9x2m7 is one (RFC 4151)"
            remedy = "mend it, unless it was published like this"
            _reading(info).remarks.append(Remark(("id",), message, remedy, "warning"))
        return id

    @field_validator("published")
    @classmethod
    def _published_unless_draft(
        cls, published: datetime | None, info: ValidationInfo
    ) -> datetime | None:
        if published is None and info.data.get("draft") is False:
            _reading(info).missing(("published",), "write 2021-04-01T12:00:00Z", info.data)
        return published

    @field_validator("topics")
    @classmethod
    def _topics_known(cls, slugs: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        """Return present slugs; a former one is a warning, an unknown one an error at its line."""
        reading = _reading(info)
        present: list[str] = []
        for index, slug in enumerate(slugs):
            place = ("topics", index)
            try:
                topic = reading.definitions.topic(slug).slug
            except NotFound as error:
                reading.remarks.append(Remark(place, error.message, _choices("topics", error)))
                continue
            if topic != slug:
                message = f"the topic {slug!r} is called {topic!r} now"
                reading.remarks.append(Remark(place, message, f"write {topic}", "warning"))
            if topic not in present:
                present.append(topic)
            elif topic == slug and topic in slugs[:index]:  # merged topics may meet: no fault
                reading.remarks.append(Remark(place, f"{topic!r} stands twice", "delete one"))
        if not slugs:
            reading.missing(("topics",), "name at least one topic of feeds/topics.toml", info.data)
        return tuple(present)

    @field_validator("kind")
    @classmethod
    def _kind_known(cls, kind: str | None, info: ValidationInfo) -> str | None:
        reading = _reading(info)
        if kind is None:
            if info.data.get("form") == "research":
                remedy = "name the kind of research, one of feeds/kinds.toml"
                reading.missing(("kind",), remedy, info.data)
            return None
        _refuse_in_announcement("kind", info)
        try:
            return reading.definitions.kind(kind).slug
        except NotFound as error:
            raise FieldError(error.message, _choices("kinds", error)) from None

    @field_validator("citation")
    @classmethod
    def _citation_of_research(
        cls, citation: CitationFields | None, info: ValidationInfo
    ) -> CitationFields | None:
        if citation is not None:
            _refuse_in_announcement("citation", info)
        if info.data.get("form") == "research":
            if citation is None:
                remedy = "give the article's reference under citation: text:"
                _reading(info).missing(("citation",), remedy, info.data)
            elif not citation.text:
                remedy = "give the article's reference"
                _reading(info).missing(("citation", "text"), remedy, info.data)
        return citation

    @field_validator("findings")
    @classmethod
    def _findings_of_research(
        cls, findings: tuple[FindingFields, ...], info: ValidationInfo
    ) -> tuple[FindingFields, ...]:
        if findings:
            _refuse_in_announcement("findings", info)
        return findings

    @field_validator("corrections", "minor_edits")
    @classmethod
    def _dates_follow(
        cls, changes: tuple[CorrectionFields | MinorEditFields, ...], info: ValidationInfo
    ) -> tuple[CorrectionFields | MinorEditFields, ...]:
        name = str(info.field_name)
        seen: set[datetime] = set()
        told = {c.date + AFTER for c in changes if isinstance(c, CorrectionFields) and c.notify}
        for index, change in enumerate(changes):
            place = (name, index, "date")
            published = info.data.get("published")
            if published is not None and change.date <= published:
                message, remedy = "is not after `published`", "write when the change was made"
                _reading(info).remarks.append(Remark(place, message, remedy))
            if name == "corrections" and change.date in seen:
                message, remedy = "stands twice", "each correction needs a time of its own"
                _reading(info).remarks.append(Remark(place, message, remedy))
            elif change.date in told:
                message = "is when readers are told of another correction"
                _reading(info).remarks.append(Remark(place, message, "write a minute later"))
            seen.add(change.date)
        return changes

    @field_validator("withdrawn")
    @classmethod
    def _withdrawn_after(
        cls, withdrawn: WithdrawalFields, info: ValidationInfo
    ) -> WithdrawalFields:
        if info.data.get("draft"):
            raise FieldError("a draft cannot be withdrawn", "delete `draft` or `withdrawn`")
        published = info.data.get("published")
        if published is not None and withdrawn.date < published:
            remark = Remark(
                ("withdrawn", "date"), "is before `published`", "write when it was withdrawn"
            )
            _reading(info).remarks.append(remark)
        return withdrawn


def _refuse_in_announcement(name: str, info: ValidationInfo) -> None:
    if info.data.get("form") == "announcement":
        message = f"an announcement has no {name}"
        remedy = "delete it, or write `form: research`"
        _reading(info).remarks.append(Remark((name,), message, remedy))


def _choices(name: str, error: NotFound) -> str:
    return error.remedy or f"feeds/{name}.toml lists the {name}"
