"""The blocks inside the front matter as pydantic models: citation, findings, changes, withdrawal.

Models are built once, at import, and the JSON Schema is made from them, so names, limits and
descriptions stand here and in fields.py only. Text in, typed values out; YAML is not known here.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)

from syndicate.editorial import findings
from syndicate.editorial.citation import parse_doi
from syndicate.editorial.values import (
    DECIMAL,
    FLAGS,
    MAX_LINE,
    MAX_SLUG,
    SLUG,
    FieldError,
    parse_decimal,
    parse_flag,
    parse_instant,
    parse_line,
    parse_p,
    parse_slug,
    parse_title,
    parse_whole,
    parse_year,
    shown,
)
from syndicate.model import WithdrawalReason

_WHOLE = {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": r"^\d+$"}]}
_NUMBER = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": f"^({DECIMAL})$"}]}
_P = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^[=<>]?\s*\d*\.?\d+$"}]}

Line = Annotated[str, BeforeValidator(parse_line)]
Title = Annotated[str, BeforeValidator(parse_title), Field(max_length=MAX_LINE)]
Flag = Annotated[bool, BeforeValidator(parse_flag), WithJsonSchema({"enum": [True, False, *FLAGS]})]
Whole = Annotated[int, BeforeValidator(parse_whole), WithJsonSchema(_WHOLE)]
Year = Annotated[int, BeforeValidator(parse_year), WithJsonSchema(_WHOLE)]
Number = Annotated[str, BeforeValidator(parse_decimal), WithJsonSchema(_NUMBER)]
Instant = Annotated[datetime, BeforeValidator(parse_instant)]
Note = Annotated[str, BeforeValidator(parse_line), Field(max_length=1000)]
Slug = Annotated[
    str,
    BeforeValidator(parse_slug),
    WithJsonSchema({"type": "string", "pattern": f"^{SLUG}$", "maxLength": MAX_SLUG}),
]


class Fields(BaseModel):
    """A block of keys. A key that is not listed is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CitationFields(Fields):
    """The summarised article."""

    text: Annotated[str, BeforeValidator(parse_line), Field(max_length=2000)] = Field(
        "", description="The reference as it should be read, usually APA style"
    )
    doi: Annotated[str, BeforeValidator(parse_doi)] | None = Field(
        None, description="Taken from the text when left out"
    )
    year: Year | None = Field(None, description="Taken from (2020) in the text when left out")


def _parse_measure(value: object) -> str:
    measure = parse_line(value)
    if len(measure) > 20 or set(measure) & set("<>&"):
        raise FieldError(
            f"{shown(measure)} is not a measure", "write a short name: r, d, g, SMD, OR"
        )
    return measure


def _parse_level(value: object) -> str:
    level = parse_decimal(value)
    if not 50 <= Decimal(level) < 100:
        raise FieldError(f"{level} is not a level of an interval", "write per cent, such as 95")
    return level


def _parse_se(value: object) -> str:
    se = parse_decimal(value)
    if Decimal(se) <= 0:
        raise FieldError(f"{se} is not a standard error", "it is greater than 0")
    return se


def _parse_pair(value: object) -> list[object]:
    if not isinstance(value, list) or len(value) != 2:
        raise FieldError(
            "must be two numbers", "write them like [-0.55, -0.27], with decimal points"
        )
    return value


class FindingFields(Fields):
    """An effect size with its interval; numbers are kept as they are written."""

    label: Title
    measure: Annotated[str, BeforeValidator(_parse_measure)]
    value: Number
    interval: Annotated[tuple[Number, Number], BeforeValidator(_parse_pair)] | None = None
    level: Annotated[str, BeforeValidator(_parse_level), WithJsonSchema(_NUMBER)] = Field(
        "95", description="Per cent, of the interval"
    )
    se: Annotated[str, BeforeValidator(_parse_se), WithJsonSchema(_NUMBER)] | None = Field(
        None, description="Standard error; may stand for the interval"
    )
    p: Annotated[str, BeforeValidator(parse_p), WithJsonSchema(_P)] | None = Field(
        None, description='=, < or > and a decimal: "< .001"'
    )
    k: Whole | None = Field(None, description="Studies or comparisons")
    n: Whole | None = Field(None, description="Participants")

    @field_validator("value")
    @classmethod
    def _value_can_be(cls, value: str, info: ValidationInfo) -> str:
        findings.check_bound(info.data.get("measure", ""), value)
        return value

    @field_validator("interval")
    @classmethod
    def _interval_can_be(cls, interval: tuple[str, str], info: ValidationInfo) -> tuple[str, str]:
        for bound in interval:
            findings.check_bound(info.data.get("measure", ""), bound)
        if "value" in info.data:
            findings.check_interval(info.data["value"], interval)
        return interval


class CorrectionFields(Fields):
    """A change that readers are told of."""

    date: Instant
    note: Note
    notify: Flag = Field(False, description="Also put a notice into every feed that held it")


class MinorEditFields(Fields):
    """A change that needs no telling."""

    date: Instant
    note: Note


class WithdrawalFields(Fields):
    """A summary taken back."""

    date: Instant
    reason: WithdrawalReason
    note: Note = ""
    replaced_by: Slug | None = Field(None, description="Slug of the summary to read instead")
