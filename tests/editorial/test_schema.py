from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from syndicate.definitions import Definitions
from syndicate.editorial import frontmatter
from syndicate.editorial.schema import front_matter_schema, new_summary_text
from syndicate.editorial.summary import parse
from syndicate.model import Form

_GOOD = sorted((Path(__file__).parents[1] / "corpus" / "summaries" / "good").glob("*.md"))
_ID = "tag:network.example,2013:summary/x"
_NOON = datetime(2021, 4, 1, 12, tzinfo=UTC)


def errors(vocabulary: Definitions, values: object) -> list[str]:
    schema = front_matter_schema(vocabulary)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    return sorted(error.json_path for error in validator.iter_errors(values))


@pytest.mark.parametrize("file", _GOOD, ids=lambda file: file.stem)
def test_the_schema_takes_what_check_takes(file: Path, vocabulary: Definitions) -> None:
    parts = frontmatter.split(file.name, file.read_bytes().decode().replace("\r\n", "\n"))
    values = frontmatter.read(file.name, parts.front).values
    values["topics"] = [s for s in values.get("topics", []) if s != "coaching"]  # a former slug
    assert errors(vocabulary, values) == []


def _values(**more: Any) -> dict[str, Any]:
    return {
        "schema": 1,
        "id": "tag:network.example,2013:summary/x",
        "title": "A title",
        "lang": "en",
        "published": "2021-04-01T12:00:00Z",
        "topics": ["empathy"],
        "kind": "meta-analysis",
        "citation": {"text": "A. (2020).", "year": 2020},
        "findings": [{"label": "x", "measure": "r", "value": 0.5, "interval": [0.1, 0.9], "k": 3}],
    } | more


def test_the_schema_takes_numbers_as_editors_read_them(vocabulary: Definitions) -> None:
    assert errors(vocabulary, _values(draft=False)) == []


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"schema": 2}, "$.schema"),
        ({"topics": ["empathie"]}, "$.topics[0]"),
        ({"kind": "review"}, "$.kind"),
        ({"colour": "blue"}, "$"),
        ({"draft": "maybe"}, "$.draft"),
        ({"withdrawn": {"date": "2021-04-01T12:00:00Z", "reason": "bored"}}, "$.withdrawn"),
        ({"form": "announcement"}, "$"),
    ],
)
def test_the_schema_refuses_what_check_refuses(
    more: dict[str, Any], place: str, vocabulary: Definitions
) -> None:
    assert place in errors(vocabulary, _values(**more))


def test_the_schema_knows_what_research_needs(vocabulary: Definitions) -> None:
    values = _values()
    for key in ("kind", "citation"):
        without = {name: value for name, value in values.items() if name != key}
        assert errors(vocabulary, without) == ["$"]
        assert errors(vocabulary, without | {"draft": True}) == []


# The text of a new summary ----------------------------------------------------------------------


@pytest.mark.parametrize("form", ["research", "announcement"])
@pytest.mark.parametrize(
    "given",
    [
        {"title": "Plain", "topics": ["empathy"], "kind": "meta-analysis", "doi": "10.1000/abc"},
        {"title": 'A: "b" \\ c # d & *e', "topics": [], "kind": None, "doi": None},
        {"title": "- [x]: {y} !z %é 🙂", "topics": ["training"], "kind": None, "doi": None},
    ],
    ids=lambda given: given["title"],
)
def test_a_new_summary_is_a_draft_that_lacks_only_its_text(
    form: Form, given: dict[str, Any], vocabulary: Definitions
) -> None:
    text = new_summary_text(id=_ID, published=_NOON, form=form, **given)
    parsed = parse("x.md", text.encode(), vocabulary)
    summary = parsed.summary
    assert (summary.id, summary.form, summary.draft) == (_ID, form, True)
    assert (summary.title, summary.published) == (given["title"], _NOON)
    assert summary.topics == tuple(given["topics"])
    assert summary.kind == (given["kind"] if form == "research" else None)
    said = [problem.message for problem in parsed.warnings]
    assert "the text is missing" in said
    assert all("missing" in message or "nothing below" in message for message in said)
