"""The JSON Schema of the front matter, made from its models, and the text of a new summary.

An editor's program completes and checks keys with the schema; `syndicate check` remains the judge.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from syndicate.definitions import Definitions
from syndicate.editorial.fields import SCHEMA, FrontMatter
from syndicate.model import Form

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_OF_RESEARCH = ("kind", "citation", "findings")


def front_matter_schema(definitions: Definitions) -> dict[str, Any]:
    """Return the schema (2020-12) with the slugs of this site's topics and kinds filled in."""
    schema = FrontMatter.model_json_schema(by_alias=True)
    properties = schema["properties"]
    properties["schema"] = {"enum": [SCHEMA, str(SCHEMA)], "description": "Version of this form"}
    topics = [topic.slug for topic in definitions.topics]
    properties["topics"]["items"] = {"enum": topics}
    kinds = [kind.slug for kind in definitions.kinds]
    properties["kind"] = {"enum": kinds, "description": "Kind of research"}
    announcement = {"properties": {"form": {"const": "announcement"}}, "required": ["form"]}
    draft = {"properties": {"draft": {"enum": [True, "true", "yes"]}}, "required": ["draft"]}
    return {
        "$schema": _DIALECT,
        **schema,
        "title": f"Front matter of a summary of {definitions.network.short}",
        "allOf": [
            {"if": announcement, "then": {"properties": dict.fromkeys(_OF_RESEARCH, False)}},
            {"if": draft, "else": {"required": ["published", "topics"]}},
            {
                "if": {"anyOf": [announcement, draft]},
                "else": {"required": ["kind", "citation"]},
            },
        ],
    }


def new_summary_text(
    *,
    id: str,
    title: str,
    topics: Sequence[str],
    kind: str | None,
    published: datetime,
    doi: str | None,
    form: Form,
) -> str:
    """Return the file of a new draft: all that is known filled in, the rest said in comments."""
    research = form == "research"
    front = [
        f"schema: {SCHEMA}",
        f"id: {_quoted(id)}",
        f"title: {_quoted(title)}",
        f"form: {form}",
        "lang: en",
        f"published: {published.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "draft: true  # delete this line when the text is ready",
        f"topics: [{', '.join(topics)}]  # slugs of feeds/topics.toml",
    ]
    if research:
        front += [
            f"kind: {kind or ''}  # a slug of feeds/kinds.toml",
            "citation:",
            "  text:  # the article's reference, in 'single quotes'",
            f"  doi: {_quoted(doi) if doi else ''}",
            "findings: []  # label, measure, value, interval, p, k, n: see docs/editors.md",
        ]
    body = "\n## Practice implications\n\n" if research else "\n"
    return "\n".join(["---", *front, "---", body])


def _quoted(text: str) -> str:
    """Return text as a YAML double-quoted scalar; JSON's strings are such (YAML 1.2, 1.3)."""
    return json.dumps(text, ensure_ascii=False)
