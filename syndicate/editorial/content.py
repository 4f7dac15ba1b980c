"""The text below the front matter: Markdown in, sanitised HTML out, or each problem by its line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from syndicate.editorial import language, markdown
from syndicate.editorial.frontmatter import Parts
from syndicate.editorial.markdown import Rendered
from syndicate.editorial.plaintext import text_of
from syndicate.editorial.sanitize import sanitize
from syndicate.errors import ContentError, Problem, Severity
from syndicate.model import Form, SafeHtml

_HEADING = "`## Practice implications`"
# What was meant as this heading: no space after ##, in bold, in other words.
_NEAR_HEADING = re.compile(
    r"^[^\w\n]*(?:(?:practice|clinical) implications?|implications? for practice)[^\w\n]*$",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What readers read, in its two parts; `text` is the whole as plain text."""

    body_html: SafeHtml
    implications_html: SafeHtml
    text: str


def read_content(
    path: str, parts: Parts, *, form: Form | None, draft: bool
) -> tuple[Content | None, list[Problem]]:
    """Return the content, None where it cannot be published, and every problem of it.

    `form` is None where the front matter does not tell it. What is missing from a draft is a
    warning.
    """
    text = unicodedata.normalize("NFC", parts.body)  # keeps the number of lines
    try:
        rendered = markdown.render(text, path=path, first_line=parts.body_line)
    except ContentError as error:
        return None, list(error.problems)
    problems = list(rendered.warnings)
    body = _safe(path, rendered.body_html, rendered.body_lines, problems)
    implications = _safe(path, rendered.implications_html, rendered.implications_lines, problems)
    if body is None or implications is None:
        return None, problems
    content = Content(body_html=body, implications_html=implications, text=rendered.text)
    last_line = parts.body_line + len(parts.body.rstrip().split("\n")) - 1
    severity: Severity = "warning" if draft else "error"
    problems += (
        replace(problem, path=path, line=problem.line or last_line, severity=severity)
        for problem in _gaps(content, rendered, form, _near_heading(parts))
    )
    if form == "announcement" and rendered.heading_line:
        message = "an announcement has no practice implications"
        remedy = "delete the heading, or write `form: research`"
        problems.append(Problem(path, rendered.heading_line, message, remedy))
    for part, line in ((body, parts.text_line), (implications, rendered.heading_line)):
        if fault := language.check(text_of(part)):
            problems.append(Problem(path, line, fault, "summaries are in English only"))
    return content, problems


def _near_heading(parts: Parts) -> int:
    """Return the line that was to be the heading of the practice implications, or 0."""
    found = _NEAR_HEADING.search(parts.body)
    return parts.body_line + parts.body.count("\n", 0, found.start()) if found else 0


def _gaps(content: Content, rendered: Rendered, form: Form | None, near: int) -> Iterator[Problem]:
    """Yield what is missing; line 0 is the end of the text. `near` may be meant as the heading."""
    if not text_of(content.body_html):
        yield Problem("", 0, "the text is missing", "write it below the front matter")
    if form == "research" and not rendered.heading_line:
        remedy = f"add the heading {_HEADING} and below it what this means for practice"
        if near:
            remedy = f"write this line as {_HEADING}"
        yield Problem("", near, "the practice implications are missing", remedy)
    elif form == "research" and not text_of(content.implications_html):
        message = "there is nothing below the heading of the practice implications"
        yield Problem("", rendered.heading_line, message, "write what this means for practice")


def _safe(path: str, html: str, lines: Sequence[int], problems: list[Problem]) -> SafeHtml | None:
    """Sanitise; problems get the line of the Markdown block that their HTML was made from."""
    try:
        return sanitize(html)
    except ContentError as error:
        for problem in error.problems:
            line = lines[min(max(problem.line, 1), len(lines)) - 1] if lines else 0
            problems.append(replace(problem, path=path, line=line))
        return None
