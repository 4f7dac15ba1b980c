"""`check --schema` prints a schema of the front matter that judges files as the program does."""

from __future__ import annotations

import json
import subprocess
import sys

import jsonschema

from tests.sites import REPOSITORY


def test_the_printed_schema_takes_what_check_takes_and_refuses_what_it_refuses() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "syndicate", "check", "--schema"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    schema = json.loads(done.stdout)
    judge = jsonschema.Draft202012Validator(schema)
    good = {
        "schema": 1,
        "id": "tag:network.example,2013:summary/one",
        "title": "A title",
        "lang": "en",
        "published": "2024-01-01T12:00:00Z",
        "topics": ["empathy"],
        "kind": "meta-analysis",
        "citation": {"text": "Doe, J. (2020). On it."},
    }
    assert list(judge.iter_errors(good)) == []
    for wrong in ({"topics": ["empaty"]}, {"kind": "nothing"}, {"titel": "x"}):
        assert list(judge.iter_errors(good | wrong)) != [], wrong
    del good["citation"]
    assert list(judge.iter_errors(good)) != []
