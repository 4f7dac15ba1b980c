"""The same feeds by Hugo: all, one a topic, one a kind; RSS with 50 whole entries each.

Pages are not written, and Hugo renders only what its templates ask for: the entries in feeds.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Final

from bench.grounds import KEPT, Ground
from bench.measuring import Sample, ran
from syndicate.editorial import frontmatter, tree

_CONFIG: Final = """
baseURL = "https://feeds.network.example/"
title = "A network"
rssLimit = 50
timeZone = "UTC"
ignoreErrors = ["error-disable-taxonomy"]  # the list of all topics is no feed
disableKinds = ["sitemap", "robotsTXT", "404", "taxonomy", "section"]
[taxonomies]
topic = "topics"
research = "kinds"
[outputs]
home = ["RSS"]
term = ["RSS"]
[[cascade]]
[cascade._build]
render = "link"
list = "always"
[cascade._target]
kind = "page"
"""
_TEMPLATE: Final = """\
{{ `<?xml version="1.0" encoding="utf-8"?>` | safeHTML }}
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>{{ .Title }}</title><link>{{ .Permalink }}</link><description>{{ .Title }}</description>
{{ $pages := .RegularPages }}{{ if .IsHome }}{{ $pages = .Site.RegularPages }}{{ end -}}
{{ range first 50 $pages.ByDate.Reverse }}<item><title>{{ .Title }}</title>
<link>{{ .Permalink }}</link><guid>{{ .Permalink }}</guid>
<pubDate>{{ .Date.Format "Mon, 02 Jan 2006 15:04:05 -0700" | safeHTML }}</pubDate>
<description>{{ .Summary | plainify }}</description>
<content:encoded>{{ .Content | html }}</content:encoded></item>
{{ end }}</channel></rss>
"""


def is_installed() -> bool:
    return shutil.which("hugo") is not None


def make_site(where: Ground) -> Path:
    """Write Hugo's form of a ground's summaries, unless an earlier run did. Return its folder."""
    folder = KEPT / f"hugo-{where.size}"
    done = folder / "done"
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "layouts" / "_default").mkdir(parents=True)
        (folder / "layouts" / "_default" / "rss.xml").write_text(_TEMPLATE)
        (folder / "config.toml").write_text(_CONFIG)
        for source in tree.walk(where.folder):
            copy(where, folder, source.path)
        done.touch()
    return folder


def copy(where: Ground, folder: Path, path: str) -> Path:
    """Write Hugo's form of one summary."""
    text = tree.load(where.folder, path).decode()
    parts = frontmatter.split(path, text)
    values = frontmatter.read(path, parts.front, first_line=parts.front_line).values
    front = {
        "title": values["title"],
        "date": values["published"],
        "topics": values["topics"],
        "kinds": [values["kind"]],
    }
    target = folder / "content" / Path(path).relative_to(tree.ROOT)
    target.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{key}: {json.dumps(value)}" for key, value in front.items()]
    target.write_text("\n".join(["---", *lines, "---", parts.body]))
    return target


def run(folder: Path) -> Sample:
    """Measure making all feeds anew: Hugo has no other way to publish one more."""
    return ran(["hugo", "--quiet", "--source", folder, "--destination", folder / "public"])


def count_feeds(folder: Path) -> int:
    """Return how many feeds Hugo made, each with entries in it: the peer did the work."""
    feeds = list((folder / "public").rglob("index.xml"))
    return sum(1 for feed in feeds if "<item>" in feed.read_text())
