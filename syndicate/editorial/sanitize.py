"""The one door to bleach and nh3, and the only maker of `SafeHtml` from text.

`sanitize` is for what an editor wrote and repairs nothing: HTML that either library would change
is refused by line. `clean` is for HTML from elsewhere: it drops, and names what it dropped. Both
are slow on purpose (two parsers); call them once per revision, never when a document is rendered.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from html import unescape
from itertools import islice

import bleach
import nh3

from syndicate.editorial.parsed import Event, find_excess, parse, tokens
from syndicate.editorial.policy import (
    ELEMENTS,
    POLICY,
    REL,
    SCHEMES,
    allows,
    find_illegal,
    find_url_fault,
)
from syndicate.errors import ContentError, Problem
from syndicate.model import SafeHtml

__all__ = ["POLICY", "clean", "join", "sanitize"]

# Elements whose text is not prose: dropped whole. bleach would leave it standing in the text.
_WITHOUT_PROSE = """
    applet audio canvas head iframe math noembed noframes noscript object plaintext script select
    style svg template textarea title video xmp
"""
_DROPPED_WHOLE = frozenset(_WITHOUT_PROSE.split())
# The same meaning by an allowed name, for HTML from elsewhere.
_SAME_AS = {"b": "strong", "i": "em", "h1": "h3", "h2": "h3", "h5": "h4", "h6": "h4"}
_BLOCKS = """
    address article aside div figcaption figure footer form header main nav section
"""
_SEPARATES = frozenset(_BLOCKS.split())
_TAG = re.compile(r"(</?+)([A-Za-z][A-Za-z0-9]*+)(?=[\s/>])")
_ROUNDS = 4
_MOST_PROBLEMS = 20


def sanitize(html: str) -> SafeHtml:
    """Return `html`, written canonically, or raise ContentError naming all that is not allowed.

    Lines of the problems count within `html`; their path is empty. The result is a fixed point:
    sanitising it again returns it unchanged.
    """
    source = _with_line_feeds(html)
    _require_size(source)
    if illegal := _illegal_characters(source):
        raise ContentError(*illegal)
    events, problems = parse(source)
    problems += [problem for event in events for problem in _objections(event)]
    if problems:
        raise ContentError(*sorted(set(problems)))
    by_bleach = _bleach(source)
    if by_bleach != source:
        _require_same(events, by_bleach, "bleach")
    by_nh3 = _SECOND_GATE.clean(by_bleach)
    if by_nh3 != by_bleach:
        _require_same(events, by_nh3, "nh3")
    _require_size(by_nh3)  # escaping makes text longer; the result must pass again
    return SafeHtml(by_nh3)


def join(parts: Iterable[SafeHtml]) -> SafeHtml:
    """Return texts that passed as one, which would pass: every element is closed where it began.

    Raises ContentError where they are too much together. Half the price of sanitising them again.
    """
    html = SafeHtml("".join(parts))
    _require_size(html)
    return html


def clean(html: str) -> tuple[SafeHtml, tuple[str, ...]]:
    """Return the part of foreign `html` that may be published, and a name for all that was dropped.

    Links get `rel`. Raises ContentError where the limits are exceeded or where no part can be made
    safe with certainty. Cleaning a result again changes and names nothing.
    """
    source, names = _without_illegal_characters(_with_line_feeds(html))
    _require_size(source)
    names += _dropped(source)
    text = _TAG.sub(_renamed, source)
    for _ in range(_ROUNDS):
        # nh3 comes first here: it balances the tags, which bounds what bleach can be made to do.
        text, before = _FOREIGN_GATE.clean(text), text
        if text == before:
            break
    safe = sanitize(text)
    return safe, tuple(dict.fromkeys(names))


# The two libraries, configured from the one list ------------------------------------------------

_local = threading.local()


def _bleach(html: str) -> str:
    """Run bleach; its Cleaner holds a parser with state, so each thread has one of its own."""
    cleaner: bleach.Cleaner | None = getattr(_local, "cleaner", None)
    if cleaner is None:
        cleaner = _local.cleaner = bleach.Cleaner(
            tags=frozenset(ELEMENTS),
            attributes=_allows_encoded,
            protocols=SCHEMES,
            strip=True,
            strip_comments=True,
        )
    return cleaner.clean(html)


def _allows_encoded(tag: str, attribute: str, value: str) -> bool:
    # bleach hands over the value as written; `java&#115;cript:` must be judged as it will be read.
    return allows(tag, attribute, unescape(value))


def _keep(tag: str, attribute: str, value: str) -> str | None:
    return value if allows(tag, attribute, value) else None


def _nh3(*, link_rel: str | None) -> nh3.Cleaner:
    attributes = {tag: set(rules) for tag, rules in ELEMENTS.items()}
    if link_rel is not None:
        attributes["a"].remove("rel")  # nh3 writes it itself, and refuses to do both
    return nh3.Cleaner(
        tags=set(ELEMENTS),
        clean_content_tags=set(_DROPPED_WHOLE),
        attributes=attributes,
        attribute_filter=_keep,
        strip_comments=True,
        link_rel=link_rel,
        generic_attribute_prefixes=set(),
        url_schemes=set(SCHEMES),
    )


_SECOND_GATE = _nh3(link_rel=None)
_FOREIGN_GATE = _nh3(link_rel=REL)


# What an editor is told -------------------------------------------------------------------------


def _objections(event: Event) -> list[Problem]:
    if event.kind != "start":
        return []
    if event.name not in ELEMENTS:
        return [Problem("", event.line, f"<{event.name}> is not published", "take it out")]
    return [
        Problem("", event.line, *_objection(event.name, attribute, value))
        for attribute, value in event.attributes
        if not allows(event.name, attribute, value)
    ]


def _objection(tag: str, attribute: str, value: str) -> tuple[str, str]:
    if attribute not in ELEMENTS[tag]:
        return f"<{tag}> may not have the attribute “{attribute}”", "take it out"
    if attribute in {"href", "cite"} and (fault := find_url_fault(value)):
        return f"the address “{value[:80]}” {fault[0]}", fault[1]
    shown = f"{attribute}=“{value[:80]}”"
    return f"<{tag}> may not have {shown}", "take it out or write it as plain, short text"


def _require_size(html: str) -> None:
    if excess := find_excess(html):
        raise ContentError(excess)


def _require_same(events: list[Event], html: str, by: str) -> None:
    """Raise where `html`, the work of one library, is not the tree that went in."""
    after, problems = parse(html)
    if after == events and not problems:
        return
    place = next((a for a, b in zip(events, after, strict=False) if a != b), Event("text", ""))
    shown = f"<{place.name}>" if place.kind == "start" else f"“{place.name.strip()[:40]}”"
    raise ContentError(
        Problem(
            "",
            place.line,
            f"browsers would read the HTML at {shown} differently from how it is written ({by})",
            "close every element where it belongs, and write & as &amp; and < as &lt;",
        )
    )


def _illegal_characters(text: str) -> list[Problem]:
    return sorted(
        Problem("", text.count("\n", 0, start) + 1, what, remedy)
        for start, _, what, remedy in islice(find_illegal(text), _MOST_PROBLEMS)
    )


# What is dropped from foreign HTML --------------------------------------------------------------


def _with_line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _without_illegal_characters(text: str) -> tuple[str, list[str]]:
    names: list[str] = []
    for _ in range(_ROUNDS):  # `&#&#0;1;` is a reference once its inside has gone
        kept, position = [], 0
        for start, end, what, _remedy in sorted(find_illegal(text)):
            kept.append(text[position:start])
            position = end
            names.append(what)
        if not kept:
            return text, names
        text = "".join([*kept, text[position:]])
    raise ContentError(*_illegal_characters(text))


def _renamed(tag: re.Match[str]) -> str:
    name = tag[2].lower()
    gap = "\n" if name in _SEPARATES else ""  # words of two blocks must not run together
    return gap + tag[1] + _SAME_AS.get(name, name)


def _dropped(source: str) -> list[str]:
    """Name, in order, each thing of `source` that the list does not allow."""
    names: list[str] = []
    inside = ""  # the element whose whole text is being dropped
    for event in tokens(source):
        if inside:
            inside = "" if event.kind == "end" and event.name == inside else inside
        elif event.kind == "other":
            names.append("a comment" if event.name.startswith("<!--") else event.name[:80])
        elif event.kind == "start" and event.name in _DROPPED_WHOLE:
            inside = event.name
            names.append(f"<{event.name}> and its text")
        elif event.kind == "start":
            names += _dropped_of(event)
    return names


def _dropped_of(event: Event) -> list[str]:
    name = _SAME_AS.get(event.name, event.name)
    if name not in ELEMENTS:
        address = next((v for a, v in event.attributes if a in {"src", "href", "data"}), "")
        return [f'<{event.name} "{address[:80]}">' if address else f"<{event.name}>"]
    return [
        f'{attribute} "{value[:80]}"' if attribute in ELEMENTS[name] else f"{attribute} attribute"
        for attribute, value in event.attributes
        if not allows(name, attribute, value) and attribute != "rel"
    ]
