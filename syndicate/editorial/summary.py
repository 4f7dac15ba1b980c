"""From the bytes of an editor's file to a valid, sanitised, English Summary, or to all its errors.

Pure: the same bytes and definitions give the same summary. What other files say is not known
here (clashes.py), and neither is the store.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from syndicate.definitions import Definitions
from syndicate.editorial import frontmatter, placeholders
from syndicate.editorial.characters import decode
from syndicate.editorial.citation import citation_html, make_citation
from syndicate.editorial.content import Content, read_content
from syndicate.editorial.faults import read_fields
from syndicate.editorial.fields import MAX_DESCRIPTION, FrontMatter
from syndicate.editorial.file import Parsed
from syndicate.editorial.findings import list_disagreements, list_missing
from syndicate.editorial.frontmatter import Front, Parts
from syndicate.editorial.notices import with_notices
from syndicate.editorial.numbers import spelled
from syndicate.editorial.plaintext import first_sentences, first_words, prose_of, text_of
from syndicate.editorial.sanitize import join, sanitize
from syndicate.editorial.values import FLAGS, MAX_SLUG, SLUG
from syndicate.errors import ContentError, Problem
from syndicate.model import (
    Citation,
    Correction,
    Finding,
    Form,
    MinorEdit,
    SafeHtml,
    Summary,
    SummaryId,
    Withdrawal,
)

_HEADING = "<h3>Practice implications</h3>\n"
_CURLY = re.compile("[“”„«][^“”„«»]*[“”»]")
_INITIALS = re.compile(r"(?:[A-Z]\.[ -]?)+|[A-Z]")
# Markdown and HTML where neither is read; a star alone, as in A*, is none.
_MARKS = re.compile(r"(\*{1,2})[^*\s](?:[^*]*[^*\s])?\1|</?(?:i|em|b|strong|sup|sub)>|\]\(https?:")
_EATEN = re.compile(r"<[A-Za-z/!]|&#?[A-Za-z0-9]+;")


def parse(path: str, raw: bytes, definitions: Definitions) -> Parsed:
    """Read the file `path`, which holds `raw`. ContentError carries every problem of the file."""
    text, problems = decode(path, raw)
    problems += _file_name(path)
    try:
        parts = frontmatter.split(path, text)
    except ContentError as error:
        raise ContentError(*sorted([*problems, *error.problems])) from None
    front = frontmatter.read(path, parts.front, first_line=parts.front_line)
    problems += front.problems
    problems += placeholders.find(path, text, draft=_is_draft(front))
    fields = None
    if front.whole:
        fields, found = read_fields(path, front, definitions)
        problems += found
    content, found = read_content(path, parts, form=_form(front), draft=_is_draft(front))
    problems += found
    summary = None
    if fields is not None and content is not None and not _has_errors(problems):
        try:
            summary = _summary(path, fields, content, definitions)
        except ContentError as error:  # over a limit only as a whole
            problems += (replace(p, path=path, line=parts.body_line) for p in error.problems)
        else:
            problems += _warnings(path, front, summary, content)
            problems += _contradictions(path, front, summary, parts.text_line)
    if summary is None or _has_errors(problems):
        raise ContentError(*sorted(problems))
    return Parsed(
        summary=with_notices(summary),
        warnings=tuple(sorted(problems)),
        digest=hashlib.sha256(raw).hexdigest(),
        lines={".".join(map(str, place)): line for place, line in front.lines.items()}
        | {"": parts.body_line},
        numbers=_numbers(parts),
    )


def _numbers(parts: Parts) -> dict[str, tuple[int, str]]:
    found: dict[str, tuple[int, str]] = {}
    for line, text in enumerate(parts.body.split("\n"), start=parts.body_line):
        for written, number in spelled(text):
            found.setdefault(number, (line, written))
    return found


def _has_errors(problems: list[Problem]) -> bool:
    return any(problem.severity == "error" for problem in problems)


def _file_name(path: str) -> Iterator[Problem]:
    name = PurePosixPath(path).name
    slug = name.removesuffix(".md")
    if slug == name or not re.fullmatch(SLUG, slug, re.ASCII) or len(slug) > MAX_SLUG:
        better = re.sub("[^a-z0-9]+", "-", slug.lower())[:MAX_SLUG].strip("-") or "a-short-title"
        message = f"the file name {name!r} makes no address"
        yield Problem(path, 0, message, f"rename it, for example to {better}.md")


def _form(front: Front) -> Form | None:
    """Return the form as far as it can be told from front matter that may be faulty elsewhere."""
    if not front.whole:
        return None
    match front.values.get("form", "research"):
        case "research":
            return "research"
        case "announcement":
            return "announcement"
    return None


def _is_draft(front: Front) -> bool:
    draft = front.values.get("draft")
    return isinstance(draft, str) and FLAGS.get(draft.lower(), False)


# The whole ---------------------------------------------------------------------------------------


def _summary(path: str, fields: FrontMatter, content: Content, definitions: Definitions) -> Summary:
    citation = _citation(fields)
    content_html = _content_html(fields, content, citation)
    return Summary(
        id=SummaryId(fields.id),
        slug=PurePosixPath(path).stem,
        form=fields.form,
        title=fields.title,
        published=fields.published,
        authors=fields.authors or (definitions.network.author,),
        topics=fields.topics,
        kind=fields.kind,
        lang=fields.lang,
        description=fields.description or _description(fields.title, content, content_html),
        body_html=content.body_html,
        implications_html=content.implications_html,
        content_html=content_html,
        citation=citation,
        findings=tuple(Finding(**dict(finding)) for finding in fields.findings),
        corrections=tuple(Correction(**dict(change)) for change in fields.corrections),
        minor_edits=tuple(MinorEdit(**dict(change)) for change in fields.minor_edits),
        withdrawn=Withdrawal(**dict(fields.withdrawn)) if fields.withdrawn else None,
        draft=fields.draft,
        backfill=fields.backfill,
        month_only=fields.month_only,
    )


def _citation(fields: FrontMatter) -> Citation | None:
    given = fields.citation
    if given is None or not given.text:
        return None
    return make_citation(given.text, doi=given.doi, year=given.year)


def _content_html(fields: FrontMatter, content: Content, citation: Citation | None) -> SafeHtml:
    """Join what feeds and partners carry."""
    if fields.form == "announcement":
        return content.body_html
    parts = [content.body_html]
    if content.implications_html:
        parts += [sanitize(_HEADING), content.implications_html]
    if citation is not None:
        parts.append(sanitize(citation_html(citation)))
    return join(parts)


def _description(title: str, content: Content, content_html: SafeHtml) -> str:
    """Return the first sentences, shorter than the content: some readers show the longer text.

    An announcement of one short sentence is described by its title.
    """
    text = prose_of(content.body_html) or text_of(content.body_html)
    limit = min(MAX_DESCRIPTION, len(text_of(content_html)) - 1)
    if sentences := first_sentences(text, limit):
        return sentences
    return title if limit < MAX_DESCRIPTION and len(title) <= limit else first_words(text, limit)


# What is odd --------------------------------------------------------------------------------------


def _contradictions(path: str, front: Front, summary: Summary, text_line: int) -> Iterator[Problem]:
    """Yield the errors that only the whole shows."""
    if not summary.draft and not summary.description:
        remedy = "write at least a sentence of text"
        yield Problem(path, text_line, "the text is too short to be described", remedy)
    elif len(summary.description) >= max(len(text_of(summary.content_html)), 1):
        message, remedy = "`description` is not shorter than the text", "shorten or delete it"
        yield Problem(path, front.line(("description",)), message, remedy)
    if summary.withdrawn and summary.withdrawn.replaced_by == summary.slug:
        line = front.line(("withdrawn", "replaced_by"))
        yield Problem(path, line, "`replaced_by` names this summary itself", "name another one")


def _plain_texts(front: Front, summary: Summary) -> Iterator[tuple[str, str]]:
    """Yield what the front matter says in plain text: it has no marks."""
    if "title" in front.values:
        yield "title", summary.title
    if "description" in front.values:
        yield "description", summary.description
    if summary.citation:
        yield "citation.text", summary.citation.text


def _odd_names(path: str, front: Front, summary: Summary) -> Iterator[Problem]:
    for index, author in enumerate(summary.authors):
        if _INITIALS.fullmatch(author):
            message = f"`authors`: {author!r} is not a whole name"
            remedy = "in a list a comma parts names: write Jo Smith, or 'Smith, J.' in quotes"
            yield Problem(path, front.line(("authors", index)), message, remedy, "warning")


def _warnings(path: str, front: Front, summary: Summary, content: Content) -> Iterator[Problem]:
    yield from _odd_names(path, front, summary)
    for name, text in _plain_texts(front, summary):
        if match := _MARKS.search(text):
            place = tuple(name.split("."))
            message = f"`{name}`: readers see {match[0]!r} as it stands"
            yield Problem(path, front.line(place), message, "delete the marks", "warning")
        if text.count('"') % 2:
            message = f"`{name}`: one quotation mark is left over"
            remedy = "delete it, or add the other"
            yield Problem(path, front.line(tuple(name.split("."))), message, remedy, "warning")
    for name, text in (("title", summary.title), ("description", summary.description)):
        if name in front.values and (match := _EATEN.search(text)):
            message = f"`{name}`: many feed readers would swallow {match[0]!r}"
            remedy = "put a space after < and write & and not &amp;"
            yield Problem(path, front.line((name,)), message, remedy, "warning")
        if name in front.values and _CURLY.fullmatch(text):
            message = f"`{name}`: readers see the quotation marks {text[0]}{text[-1]} around it"
            remedy = 'delete them, or type straight ones: " at both ends'
            yield Problem(path, front.line((name,)), message, remedy, "warning")
    for index, finding in enumerate(summary.findings):
        for number in list_missing(finding, content.text):
            message = f"the number {number} of {finding.label!r} is missing from the text"
            line = front.line(("findings", index, _key_of(finding, number)))
            remedy = "mention it, or correct one of the two"
            yield Problem(path, line, message, remedy, "warning")
        for disagreement in list_disagreements(finding):
            line = front.line(("findings", index, "p" if finding.p else "se"))
            yield Problem(path, line, disagreement, "compare with the article", "warning")


def _key_of(finding: Finding, number: str) -> str:
    return "value" if number == finding.value else "interval"
