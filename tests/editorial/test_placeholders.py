"""A copy of the template that was not filled in is not published."""

from __future__ import annotations

import re

import pytest

from syndicate.definitions import Definitions
from syndicate.editorial.placeholders import PLACEHOLDERS, find
from syndicate.editorial.summary import parse
from syndicate.errors import ContentError
from tests.sites import REPOSITORY

TEMPLATE = (REPOSITORY / "content" / "TEMPLATE.md").read_text("utf-8")


@pytest.mark.parametrize("phrase", PLACEHOLDERS)
def test_each_stands_in_the_template(phrase: str) -> None:
    assert phrase in TEMPLATE


def test_all_that_the_template_asks_for_is_found() -> None:
    found = {problem.line for problem in find("a.md", TEMPLATE, draft=False)}
    for number, line in enumerate(TEMPLATE.splitlines(), start=1):
        words = re.findall(r"\b[A-Z]{4,}\b", line.partition("#")[0].replace("https", ""))
        assert number in found or not words, line


def test_whoever_deletes_draft_alone_is_told_what_is_left(vocabulary: Definitions) -> None:
    ready = re.sub(r"(?m)^draft: .*\n", "", TEMPLATE)
    with pytest.raises(ContentError) as caught:
        parse("my-slug.md", ready.encode(), vocabulary)
    told = "\n".join(map(str, caught.value.problems))
    assert "“TITLE IN PLAIN WORDS” of the template is still here" in told
    assert parse("my-slug.md", TEMPLATE.encode(), vocabulary).warnings  # a draft may have them
