"""The published schemas of Atom (RFC 4287, RELAX NG) and JSON Feed 1.1: see corpus/schemas."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from jsonschema import Draft7Validator
from lxml import etree

SCHEMAS = Path(__file__).parent.parent / "corpus" / "schemas"


@cache
def _atom() -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(str(SCHEMAS / "atom.rng")))


@cache
def _json_feed() -> Draft7Validator:
    return Draft7Validator(json.loads((SCHEMAS / "jsonfeed-v1.1.json").read_bytes()))


def atom_problems(body: bytes) -> list[str]:
    """Return where an Atom document departs from RFC 4287's schema."""
    try:
        document = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        return [f"schema: {error.msg}"]
    schema = _atom()
    schema.validate(document)
    return [f"schema: line {entry.line}: {entry.message}" for entry in schema.error_log]


def json_problems(body: bytes) -> list[str]:
    """Return where a JSON document departs from the schema of JSON Feed 1.1."""
    try:
        document = json.loads(body)
    except ValueError as error:
        return [f"schema: {error}"]
    errors = sorted(_json_feed().iter_errors(document), key=lambda error: error.json_path)
    return [f"schema: {error.json_path}: {error.message}" for error in errors]
