"""The contract that `/v1` serves, and answers held against it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from werkzeug.test import TestResponse

from syndicate.web.pull.service import CONTRACT

Ask = Callable[..., TestResponse]


_CONTRACT: dict[str, Any] = orjson.loads(CONTRACT.read_bytes())


_REGISTRY: Registry[Any] = Registry().with_resource(
    "contract:", Resource(contents=_CONTRACT, specification=DRAFT202012)
)


def contract() -> dict[str, Any]:
    return _CONTRACT


def schema_of(rule: str, status: int, media_type: str) -> dict[str, Any]:
    """Return the schema that the contract gives for an answer; KeyError where it gives none."""
    answer = _CONTRACT["paths"][rule]["get"]["responses"][str(status)]
    if "$ref" in answer:
        answer = _CONTRACT["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    found: dict[str, Any] = answer.get("content", {}).get(media_type, {}).get("schema", {})
    return found


def _rule(path: str) -> str:
    """Return the path of the contract that an address belongs to."""
    if path in _CONTRACT["paths"]:
        return path
    for prefix, rule in (
        ("/v1/items/by-doi/", "/v1/items/by-doi/{doi}"),
        ("/v1/items/", "/v1/items/{id}"),
        ("/v1/problems/", "/v1/problems/{code}"),
        ("/v1/embed/", "/v1/embed/{what}"),
    ):
        if path.startswith(prefix):
            return rule
    return ""


def _absolute(schema: Any) -> Any:
    """Let references lead into the contract."""
    if isinstance(schema, dict):
        return {
            key: f"contract:{value}" if key == "$ref" else _absolute(value)
            for key, value in schema.items()
        }
    return [_absolute(each) for each in schema] if isinstance(schema, list) else schema


def hold_against_contract(answer: TestResponse, path: str) -> None:
    """Fail unless the contract foresees this status here, and the body is as it says."""
    rule = _rule(path.partition("?")[0])
    if not rule:
        return
    assert str(answer.status_code) in _CONTRACT["paths"][rule]["get"]["responses"], path
    if not answer.is_json or "Content-Encoding" in answer.headers:
        return
    schema = schema_of(rule, answer.status_code, answer.content_type.partition(";")[0])
    assert schema, f"{path}: the contract says nothing of {answer.content_type}"
    validator = Draft202012Validator(
        _absolute(schema),
        registry=_REGISTRY,
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )
    assert [f"{e.json_path}: {e.message}" for e in validator.iter_errors(answer.json)] == [], path
