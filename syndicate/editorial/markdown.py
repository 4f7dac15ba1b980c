"""The one door to markdown-it: an editor's CommonMark into HTML of the allow-list, not sanitised.

CommonMark 0.31 with tables, footnotes, `x^2^` and `H~2~O`. What would be lost or shown as code
to readers (raw HTML, images, links that are not absolute) is an error with its line, because
markdown-it alone lets it pass as text without a word. Call sanitize.py on what comes out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.subscript import sub_plugin
from mdit_py_plugins.superscript import superscript_plugin

from syndicate.editorial import near_markup
from syndicate.editorial.policy import MAX_BYTES, REL, allows, find_url_fault
from syndicate.errors import ContentError, Problem

IMPLICATIONS = "practice implications"

_MAX_BRACKETS = 5_000
_FOOTNOTE = re.compile(r"\[\^([^\]\s]+)\]")
# What sub and sup show as it stands, because they read no markup inside themselves.
_MARKUP = re.compile(r"<[A-Za-z/!?]|&#?\w+;|\]\(|\*[^*]+\*|_[^_]+_|`")
_HEADINGS = {"h1": "h3", "h2": "h3", "h3": "h4", "h4": "h4", "h5": "h4", "h6": "h4"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """The two parts of a summary's text, each balanced HTML that has yet to be sanitised.

    Footnotes stand at the end of the last part. `heading_line` is the line of the heading
    "Practice implications", which is in neither part; 0 where there is none. `body_lines` and
    `implications_lines` give, for each line of the HTML, the line of the block it was made from.
    `text` is the whole as plain text, a blank line between blocks. `warnings` are what readers may
    see otherwise than it was meant.
    """

    body_html: str
    implications_html: str
    text: str
    heading_line: int
    body_lines: tuple[int, ...]
    implications_lines: tuple[int, ...]
    warnings: tuple[Problem, ...]


def render(text: str, *, path: str = "", first_line: int = 1) -> Rendered:
    """Render Markdown whose first line is `first_line` of the file `path`.

    Raises ContentError with every problem of the text, if there is any but warnings.
    """
    _require_size(text, path, first_line)
    env: dict[str, object] = {}
    tokens = _MARKDOWN.parse(text, env)
    source = _Source(re.split("\r\n?|\n", text), path, first_line)
    problems = [*_check(tokens, source), *_check_footnotes(env, source)]
    headings = [
        index for index, token in enumerate(tokens) if _is_implications(tokens, token, index)
    ]
    problems += [
        source.problem(
            tokens[index], "a second heading “Practice implications”", "keep one of them"
        )
        for index in headings[1:]
    ]
    problems = sorted(set(problems))
    if any(problem.severity == "error" for problem in problems):
        raise ContentError(*problems)
    split = headings[0] if headings else len(tokens)
    body, body_lines = _render_blocks(tokens[:split], env, source)
    rest, rest_lines = _render_blocks(tokens[split + 3 :], env, source)
    return Rendered(
        body_html=body,
        implications_html=rest,
        text="\n\n".join(filter(None, (_plain(token) for token in tokens))),
        heading_line=source.line(tokens[split]) if headings else 0,
        body_lines=body_lines,
        implications_lines=rest_lines,
        warnings=tuple(problems),
    )


def _require_size(text: str, path: str, first_line: int) -> None:
    """Bound what markdown-it, whose time grows with the square of nested brackets, can take."""
    for what, count, most in (
        ("bytes", len(text.encode("utf-8", "surrogatepass")), MAX_BYTES),
        ("brackets “[”", text.count("["), _MAX_BRACKETS),
    ):
        if count > most:
            message = f"the text has {count:,} {what}; {most:,} is the most"
            raise ContentError(Problem(path, first_line, message, "shorten it or make two of it"))


# markdown-it, set up ----------------------------------------------------------------------------


class _Markdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 (markdown-it's name)
        """Take every link as a link, so that `_check` sees it; markdown-it would make it text."""
        del url
        return True


def _footnote_reference(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    del renderer, options, env
    return f"<sup>{tokens[index].meta['id'] + 1}</sup>"


def _make_markdown() -> MarkdownIt:
    # `html` is on only so that raw HTML is seen and refused: nothing that has any is rendered.
    # Past `maxNesting` markdown-it drops text in silence; long before, sanitize.py refuses it.
    markdown = _Markdown("commonmark", {"html": True, "xhtmlOut": False, "maxNesting": 100})
    markdown.enable("table").use(footnote_plugin).use(sub_plugin).use(superscript_plugin)
    markdown.add_render_rule("footnote_ref", _footnote_reference)
    for name, html in {
        "footnote_block_open": "<hr>\n<ol>\n",
        "footnote_block_close": "</ol>\n",
        "footnote_open": "<li>",
        "footnote_close": "</li>\n",
        "footnote_anchor": "",
    }.items():
        markdown.add_render_rule(name, lambda *_, html=html: html)
    return markdown


_MARKDOWN = _make_markdown()


# Lines ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Source:
    lines: list[str]
    path: str
    first_line: int

    def line(self, block: Token, breaks: int = 0, snippet: str = "") -> int:
        """Return the line of a block, or of `snippet` in it, from the line after `breaks` on."""
        start, end = block.map or (0, len(self.lines))
        places = range(start + breaks, end) if snippet else ()
        found = (number for number in places if snippet in self.lines[number])
        return next(found, start + breaks) + self.first_line

    def problem(
        self, block: Token, message: str, remedy: str, *, breaks: int = 0, snippet: str = ""
    ) -> Problem:
        return Problem(self.path, self.line(block, breaks, snippet), message, remedy)


# Checks -----------------------------------------------------------------------------------------


def _check(tokens: Sequence[Token], source: _Source) -> Iterator[Problem]:
    for block in tokens:
        if block.type == "html_block":
            snippet = block.content.strip().split("\n")[0]
            yield source.problem(block, *_raw_html(snippet), snippet=snippet)
        for message, remedy, breaks, snippet in near_markup.of_block(block):
            near = source.problem(block, message, remedy, breaks=breaks, snippet=snippet)
            yield replace(near, severity="warning")
        breaks = links = 0
        children = block.children or []
        for before, token in pairwise([block, *children]):
            if fault := _raised_fault(before, token) or _inline_fault(token, links):
                message, remedy, snippet = fault
                yield source.problem(block, message, remedy, breaks=breaks, snippet=snippet)
            breaks += token.type in near_markup.BREAKS
            links += (token.type == "link_open") - (token.type == "link_close")


def _inline_fault(token: Token, links: int) -> tuple[str, str, str] | None:
    """Return (message, remedy, what to look for in the source), or None.

    `links` are the links that the token stands in: HTML has none inside another.
    """
    if token.type == "html_inline":
        snippet = token.content.split("\n")[0]
        return *_raw_html(snippet), snippet
    if token.type == "image":
        address = str(token.attrs["src"])
        remedy = "describe in words what it shows, or link to it: [text](https://…)"
        return f"the image “{address[:80]}” cannot be published", remedy, address
    if token.type == "link_open":
        return _link_fault(token, links)
    if token.type == "text" and (match := _FOOTNOTE.search(token.content)):
        remedy = f"add a line {match[0]}: with its text"
        return f"the footnote {match[0]} is not defined", remedy, match[0]
    return None


def _link_fault(token: Token, links: int) -> tuple[str, str, str] | None:
    address, title = str(token.attrs["href"]), str(token.attrs.get("title", ""))
    if fault := find_url_fault(_publishable_url(address)):
        return f"the link “{address[:80]}” {fault[0]}", fault[1], address
    if links:
        remedy = "write one of the two, or both after each other"
        return f"the link “{address[:80]}” stands inside another link", remedy, address
    if not allows("a", "title", _one_line(title)):
        remedy = "leave out “<”, “>” and backticks, and keep it short"
        return f"the link's title “{title[:80]}” is not plain text", remedy, title
    return None


def _raised_fault(before: Token, token: Token) -> tuple[str, str, str] | None:
    if before.type not in {"sub_open", "sup_open"} or not _MARKUP.search(token.content):
        return None
    shown = f"{before.markup}{token.content[:60]}{before.markup}"
    remedy = "write plain text there, or put the markup around it: *~x~*"
    return f"markup inside {shown} would be shown as it is written", remedy, shown


def _raw_html(snippet: str) -> tuple[str, str]:
    if snippet.startswith("<!--"):
        return f"raw HTML: {snippet[:60]}", "delete the comment; nobody would see it"
    return (
        f"raw HTML: {snippet[:60]}",
        r"write it in Markdown (*emphasis*, **strong**); for the sign “<” itself, write \<",
    )


def _check_footnotes(env: dict[str, object], source: _Source) -> Iterator[Problem]:
    """Find footnotes that nothing refers to: markdown-it leaves them out in silence."""
    footnotes = env.get("footnotes")
    references = footnotes["refs"] if isinstance(footnotes, dict) else {}
    for key in (key for key, number in references.items() if number < 0):
        mark = f"[^{key[1:]}]"
        place = source.problem(Token("", "", 0), "", "", snippet=mark + ":").line
        message = f"nothing refers to the footnote {mark}"
        yield Problem(source.path, place, message, f"write {mark} in the text or delete it")


def _is_implications(tokens: Sequence[Token], token: Token, index: int) -> bool:
    if token.type != "heading_open" or token.level:
        return False
    return _one_line(_plain(tokens[index + 1])).rstrip(" :").casefold() == IMPLICATIONS


# Rendering --------------------------------------------------------------------------------------


def _render_blocks(
    tokens: Sequence[Token], env: dict[str, object], source: _Source
) -> tuple[str, tuple[int, ...]]:
    """Return the HTML of whole blocks, and for each of its lines the line of its block."""
    parts: list[str] = []
    lines: list[int] = []
    start = depth = 0
    for end, token in enumerate(tokens, start=1):
        depth += token.nesting
        if depth == 0:
            block = tokens[start:end]
            for inner in block:
                _make_publishable(inner)
            parts.append(_MARKDOWN.renderer.render(block, _MARKDOWN.options, env))
            placed = next((inner for inner in block if inner.map), None)
            line = source.line(placed) if placed else source.first_line
            lines += [line] * parts[-1].count("\n")
            start = end
    return "".join(parts), tuple(lines)


def _make_publishable(token: Token) -> None:
    """Take from a token what the allow-list has no room for."""
    token.tag = _HEADINGS.get(token.tag, token.tag)
    token.attrs.pop("style", None)  # the alignment of a table's column
    token.info = ""  # the language of a code block
    for link in (child for child in token.children or () if child.type == "link_open"):
        link.attrs["href"] = _publishable_url(str(link.attrs["href"]))
        if title := link.attrs.get("title"):
            link.attrs["title"] = _one_line(str(title))
        link.attrs["rel"] = REL


def _publishable_url(url: str) -> str:
    """Encode the one quote that markdown-it leaves: `…/Cohen's_kappa` is a common address."""
    return url.replace("'", "%27")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _plain(token: Token) -> str:
    """Return the words of a block, as read aloud: no markup, no footnote marks."""
    if token.type in {"fence", "code_block"}:
        return token.content.strip()
    breaks = {"softbreak": " ", "hardbreak": " "}
    return "".join(breaks.get(child.type, child.content) for child in token.children or ()).strip()
