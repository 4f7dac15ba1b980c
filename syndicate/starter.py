"""Begins things: a site in an empty folder (`init`), a summary in a site (`new`).

The starter is the demonstration's own content/ and feeds/, with the network's name put in; kinds
and topics are kept as an example. Nothing that exists is ever overwritten.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Final

from syndicate import definitions as definitions_
from syndicate.definitions import Definitions
from syndicate.editorial import tree
from syndicate.editorial.clashes import next_free_minute
from syndicate.editorial.schema import new_summary_text
from syndicate.editorial.taken import load_taken, make_slug
from syndicate.errors import SyndicateError
from syndicate.model import Form

_PACKAGE: Final = Path(__file__).parent
_SAMPLES: Final = PurePosixPath(tree.ROOT)
_OF_THE_REPOSITORY: Final = re.compile(r"written for this demonstration|- The code:")
_DEMO_SHORT: Final = "PPRNet demo"
_DEMO_TAG: Final = "tag:pprnet.example,2013:"
_ALPHABET: Final = "23456789abcdefghjkmnpqrstvwxyz"  # nothing that is read for something else


# A site ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose site it will be. `authority` is a domain that the network holds today (RFC 4151)."""

    title: str
    authority: str
    base_url: str


def start_site(folder: Path, owner: Owner, *, now: datetime, samples: bool = False) -> list[str]:
    """Write a starter site into `folder` and return the paths, relative to it.

    SyndicateError names the files that are there already; DefinitionError what is wrong with
    `owner`. Nothing was written then.
    """
    texts = dict(_starter_texts(owner, now, samples=samples))
    definitions_.parse(_toml(texts))
    present = sorted(path for path in texts if (folder / path).exists())
    if present:
        raise SyndicateError(
            f"{folder} has {', '.join(present)} already", "name another folder: none is overwritten"
        )
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        with (folder / path).open("x", encoding="utf-8") as file:
            file.write(text)
    return sorted(texts)


def source() -> Path:
    """Return where the starter's files are: in the installed package, or in the repository."""
    for folder in (_PACKAGE / "_starter", _PACKAGE.parent):
        if (folder / "feeds" / "network.toml").is_file():
            return folder
    raise SyndicateError("the starter's files are missing", "install syndicate again")


def _starter_texts(owner: Owner, now: datetime, *, samples: bool) -> Iterator[tuple[str, str]]:
    root = source()
    yield f"{tree.ROOT}/.gitkeep", ""  # git keeps no empty folder, and publishing needs this one
    guide = root / "docs" / "editors.md"
    for path in (*root.glob("content/**/*.md"), *root.glob("feeds/*"), guide):
        place = path.relative_to(root)
        if path.is_file() and (samples or not place.is_relative_to(_SAMPLES)):
            yield place.as_posix(), _adapted(place.name, path.read_text("utf-8"), owner, now)


def _adapted(name: str, text: str, owner: Owner, now: datetime) -> str:
    text = text.replace(_DEMO_TAG, f"tag:{owner.authority},{now:%Y-%m-%d}:")
    if name == "README.md":
        lines = text.replace("They may be", "The summaries may be").splitlines(keepends=True)
        return "".join(line for line in lines if not _OF_THE_REPOSITORY.search(line))
    if name == "network.toml":
        return _network(text, owner, now)
    return text.replace(_DEMO_SHORT, _quoted(_short(owner))[1:-1])


def _network(text: str, owner: Owner, now: datetime) -> str:
    """Put the owner's facts into network.toml; its comments stay."""
    short = _short(owner)
    facts = {
        "title": owner.title,
        "short": short,
        "description": f"Short summaries of published research, by {owner.title}.",
        "author": f"Editors of {short}",
        "rights": f"© {owner.title}. Free to reuse with attribution under CC BY 4.0.",
        "contact": f"editors@{owner.authority}",
        "base_url": owner.base_url,
        "tag_authority": owner.authority,
        "tag_date": f"{now:%Y-%m-%d}",
    }
    text = re.sub(r"(?m)^(since = )\S+", rf"\g<1>{now:%Y-%m-%d}T00:00:00Z", text)
    text = text.replace(" Addresses under .example belong to nobody: replace them.", "")
    for key, value in facts.items():
        escaped = _quoted(value).replace("\\", r"\\")
        text = re.sub(rf'(?m)^{key} = ".*?"', f"{key} = {escaped}", text, count=1)
    return _without_alerts(text, owner)


def _without_alerts(text: str, owner: Owner) -> str:
    """Leave [alerts] as a comment: mails need a postal address, which only the owner knows."""
    facts, _, section = text.partition("[alerts]\n")
    section = section.replace("pprnet.example", owner.authority)
    own = 'postal = "street, town and country of the network"'
    section = re.sub(r"(?m)^postal = .*$", own, section)
    lines = [f"# {line}" for line in ["[alerts]", *section.splitlines()]]
    return facts + "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Return text as a TOML string; JSON's strings are such."""
    return json.dumps(text, ensure_ascii=False)


def _short(owner: Owner) -> str:
    """Return the title as it may stand in a feed's title: without comma and ampersand."""
    return " ".join(re.sub(r"[,&]", " ", owner.title).split())


def _toml(texts: Mapping[str, str]) -> dict[str, str]:
    return {PurePosixPath(p).name: text for p, text in texts.items() if p.endswith(".toml")}


# A summary -------------------------------------------------------------------------------------


def start_summary(
    site: Path,
    definitions: Definitions,
    *,
    title: str,
    topics: Sequence[str],
    kind: str | None,
    doi: str | None,
    form: Form,
    now: datetime,
) -> str:
    """Write a draft with an id and the next free minute; return its path under the site.

    NotFound for an unknown topic or kind, with near misses.
    """
    taken = load_taken(site)
    published = next_free_minute(now, taken.instants)
    slug = taken.free_slug(make_slug(title))
    text = new_summary_text(
        id=definitions.tag(f"summary/{_token()}"),
        title=title,
        topics=[definitions.topic(topic).slug for topic in topics],
        kind=definitions.kind(kind).slug if kind and form == "research" else None,
        published=published,
        doi=doi,
        form=form,
    )
    path = f"{tree.ROOT}/{published:%Y/%m}/{slug}.md"
    (site / path).parent.mkdir(parents=True, exist_ok=True)
    with (site / path).open("x", encoding="utf-8") as file:
        file.write(text)
    return path


def _token() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(8))
