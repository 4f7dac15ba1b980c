"""Front matter in, its typed fields out, or every fault of it with line, remedy and near misses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from syndicate.definitions import Definitions, near_misses
from syndicate.editorial.blocks import (
    CitationFields,
    CorrectionFields,
    Fields,
    FindingFields,
    MinorEditFields,
    WithdrawalFields,
)
from syndicate.editorial.fields import SCHEMA, FrontMatter, Reading, Remark
from syndicate.editorial.frontmatter import Front, Place
from syndicate.editorial.values import FieldError, shown
from syndicate.errors import Problem

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_BLOCKS: Final[Mapping[str | int, type[Fields]]] = {
    "citation": CitationFields,
    "findings": FindingFields,
    "corrections": CorrectionFields,
    "minor_edits": MinorEditFields,
    "withdrawn": WithdrawalFields,
}
_MOST_FAULTS = 100  # nobody reads more, and a hostile file could have tens of thousands
_MOST_SHOWN = 60
_EXAMPLES: Final = {
    "schema": f"add `schema: {SCHEMA}`",
    "id": "copy that of content/TEMPLATE.md and end it with the file's name; it never changes",
    "lang": "add `lang: en`",
}
_SHAPES: Final = {
    "list_type": ("must be a list", ""),
    "tuple_type": ("must be a list", ""),
    "model_type": ("must be a block of keys", "put `key: value` lines under it, indented"),
}


def read_fields(
    path: str, front: Front, definitions: Definitions
) -> tuple[FrontMatter | None, list[Problem]]:
    """Return the fields, None where any is wrong, and every problem, warnings included."""
    version = front.values.get("schema")
    if isinstance(version, str) and version.isdigit() and int(version) > SCHEMA:
        message = f"schema {version} was written for a newer syndicate; this one knows {SCHEMA}"
        remedy = "upgrade syndicate (pip install -U syndicate-service)"
        return None, [Problem(path, front.line(("schema",)), message, remedy)]
    reading = Reading(definitions)
    fields, remarks = None, reading.remarks
    if ("title",) in front.folded:
        remedy = "write it on one line; with quotes around it, it may hold a colon"
        remarks.append(Remark(("title",), "goes over several lines", remedy))
    try:
        fields = FrontMatter.model_validate(front.values, context=reading)
    except ValidationError as error:
        remarks += islice(_translate(error), _MOST_FAULTS)
    problems = [_problem(path, front, remark) for remark in remarks]
    if any(problem.severity == "error" for problem in problems):
        fields = None
    return fields, problems


def _problem(path: str, front: Front, remark: Remark) -> Problem:
    name = ".".join(_name(key) for key in remark.place if isinstance(key, str))
    joint = " " if remark.message.startswith(("goes ", "has ", "is ", "must ", "stands ")) else ": "
    message = f"`{name}`{joint}{remark.message}" if name else remark.message
    return Problem(path, front.line(remark.place), message, remark.remedy, remark.severity)


def _name(key: str) -> str:
    return key if key.isprintable() and len(key) <= 40 else shown(key)


def _translate(error: ValidationError) -> Iterator[Remark]:
    for detail in error.errors(include_url=False):
        message, remedy = _words(detail)
        yield Remark(detail["loc"], message, remedy)


def _words(detail: ErrorDetails) -> tuple[str, str]:
    """Return message and remedy of one of pydantic's errors, in an editor's words."""
    place, kind, context = detail["loc"], detail["type"], detail.get("ctx", {})
    own = context.get("error")
    if isinstance(own, FieldError):
        return own.message, own.remedy
    if kind == "missing":
        return "is missing", _EXAMPLES.get(str(place[-1]), "add it")
    if kind == "extra_forbidden":
        known = near_misses(str(place[-1]), _known_keys(place))
        return "is not a key of a summary", known or f"the keys are {', '.join(_known_keys(place))}"
    if kind == "literal_error":
        known = near_misses(str(detail["input"]), _choices(context))
        return f"{shown(detail['input'])} is none of {context['expected']}", known
    if kind in ("too_long", "string_too_long"):
        return "is too long", f"keep it to {context.get('max_length')}"
    message, remedy = _SHAPES.get(kind, (detail["msg"], "see docs/editors.md"))
    return message, remedy or _as_list(place, detail["input"])


def _as_list(place: Place, value: object) -> str:
    """Say how what stands there would be written as a list."""
    if place[0] not in _BLOCKS and isinstance(value, str) and len(value) <= _MOST_SHOWN:
        return f"write [{value}], with commas between"
    return "begin each block of it with a hyphen and a space: `- key: value`"


def _known_keys(place: Place) -> list[str]:
    model = _BLOCKS.get(place[0], FrontMatter) if len(place) > 1 else FrontMatter
    return [info.alias or name for name, info in model.model_fields.items()]


def _choices(context: Mapping[str, Any]) -> list[str]:
    return [word.strip("' ") for word in context["expected"].replace(" or ", ",").split(",")]
