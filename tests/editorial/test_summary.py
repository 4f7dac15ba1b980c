"""Files of tests/corpus/summaries against the summary or the problems that stand beside them.

`REWRITE_EXPECTED=1 pytest tests/editorial/test_summary.py` writes the expectations anew; review
the difference before you commit it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from syndicate.definitions import Definitions
from syndicate.editorial.plaintext import text_of
from syndicate.editorial.sanitize import sanitize
from syndicate.editorial.summary import Parsed, parse
from syndicate.errors import ContentError

_CORPUS = Path(__file__).parents[1] / "corpus" / "summaries"
_GOOD = sorted((_CORPUS / "good").glob("*.md"))
_BAD = sorted((_CORPUS / "bad").glob("*.md"))
_REWRITE = "REWRITE_EXPECTED" in os.environ


def _expect(file: Path, suffix: str, found: str) -> None:
    expectation = file.with_suffix(suffix)
    if _REWRITE:
        expectation.write_text(found, "utf-8")
    assert found == expectation.read_text("utf-8")


def _as_json(parsed: Parsed) -> str:
    fields = dataclasses.asdict(parsed.summary)
    fields["warnings"] = [str(problem) for problem in parsed.warnings]
    return json.dumps(fields, ensure_ascii=False, indent=2, default=datetime.isoformat) + "\n"


@pytest.mark.parametrize("file", _GOOD, ids=lambda file: file.stem)
def test_a_good_file_gives_its_summary(file: Path, vocabulary: Definitions) -> None:
    raw = file.read_bytes()
    parsed = parse(file.name, raw, vocabulary)
    _expect(file, ".expected.json", _as_json(parsed))
    assert parsed.digest == hashlib.sha256(raw).hexdigest()
    assert parsed == parse(file.name, raw, vocabulary)


@pytest.mark.parametrize("file", _BAD, ids=lambda file: file.stem[:40])
def test_a_bad_file_gives_all_its_problems(file: Path, vocabulary: Definitions) -> None:
    with pytest.raises(ContentError) as caught:
        parse(file.name, file.read_bytes(), vocabulary)
    problems = caught.value.problems
    _expect(file, ".expected.txt", "".join(f"{problem}\n" for problem in problems))
    assert list(problems) == sorted(problems)
    assert all(problem.path == file.name for problem in problems)


@pytest.mark.parametrize("file", _GOOD, ids=lambda file: file.stem)
def test_what_is_published_is_sanitised_and_described(file: Path, vocabulary: Definitions) -> None:
    summary = parse(file.name, file.read_bytes(), vocabulary).summary
    for html in (summary.body_html, summary.implications_html, summary.content_html):
        assert sanitize(html) == html
    assert len(summary.description) <= 300
    if not summary.draft:
        assert 0 < len(summary.description) < len(text_of(summary.content_html))


def test_a_large_file_is_refused_before_it_is_read(vocabulary: Definitions) -> None:
    with pytest.raises(ContentError, match=r"x\.md: 5\.0 MB is too large .*; shorten it"):
        parse("x.md", b"\xff" * 5_000_001, vocabulary)


def test_the_rules_hold_for_the_whole_as_well_as_for_its_parts(vocabulary: Definitions) -> None:
    text = (_CORPUS / "good" / "mindfulness-and-empathy.md").read_text("utf-8")
    part = "& " * 11_000
    text = text.replace("In six studies", part + "In six studies").replace("Studies were", part)
    with pytest.raises(ContentError, match=r"x\.md:21: 22,\d+ signs .* are too many"):
        parse("x.md", text.encode(), vocabulary)


def test_a_hostile_file_does_not_fill_the_screen(vocabulary: Definitions) -> None:
    text = "---\nschema: 1\nfindings: [" + "{a: b}, " * 7_000 + "]\n---\n"
    with pytest.raises(ContentError) as caught:
        parse("x.md", text.encode(), vocabulary)
    assert 100 < len(caught.value.problems) < 120


def test_keys_know_their_lines(vocabulary: Definitions) -> None:
    file = _CORPUS / "good" / "every-field.md"
    lines = parse(file.name, file.read_bytes(), vocabulary).lines
    text = file.read_text("utf-8").splitlines()
    assert text[lines["title"] - 1].startswith("title:")
    assert text[lines["findings.1.value"] - 1].strip().startswith("- {label: no sign of it")
    assert text[lines["corrections.0.date"] - 1] == "  - date: 2021-05-01T12:00:00Z"
    assert text[lines["withdrawn.replaced_by"] - 1].strip().startswith("replaced_by:")


_FRONT = b"---\nschema: 1\nid: a:b\ntitle: t\nlang: en\ndraft: true\n"


@settings(max_examples=300)
@given(
    raw=st.binary(max_size=200), head=st.sampled_from([b"", b"---\n", _FRONT, _FRONT + b"---\n"])
)
@example(raw=b"[" * 100_000, head=_FRONT)
@example(raw=b"a: &a [*a, *a]\n---\n", head=_FRONT)
@example(raw=b"> " * 5_000, head=_FRONT + b"---\n")
@example(raw=b"&#xd800; &#0;", head=_FRONT + b"---\n")
def test_no_bytes_raise_anything_but_a_content_error(
    vocabulary: Definitions, raw: bytes, head: bytes
) -> None:
    try:
        parsed = parse("x.md", head + raw, vocabulary)
    except ContentError:
        return
    assert parsed.summary.draft


@settings(max_examples=200)
@given(
    value=st.text(max_size=40),
    key=st.sampled_from(["id", "title", "kind", "doi", "p", "value", "date"]),
)
def test_no_value_raises_anything_but_a_content_error(
    vocabulary: Definitions, value: str, key: str
) -> None:
    file = _CORPUS / "good" / "every-field.md"
    lines = file.read_text("utf-8").split("\n")
    index = next(i for i, line in enumerate(lines) if line.strip(" -").startswith(f"{key}: "))
    indent = lines[index][: lines[index].index(key)]
    lines[index] = f"{indent}{key}: {json.dumps(value, ensure_ascii=False)}"
    try:
        parse(file.name, "\n".join(lines).encode("utf-8", "surrogatepass"), vocabulary)
    except ContentError:
        return
