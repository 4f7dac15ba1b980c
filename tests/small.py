"""A site with four topics, one kind and one feed of its own: published in a tenth of the time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests import stores
from tests.sites import REPOSITORY, Site

TOPICS = ("adherence", "empathy", "therapist-factors", "training")
KINDS = ("meta-analysis",)
FEEDS = ("therapist-development",)


def write_definitions(folder: Path, kinds: Sequence[str] = KINDS) -> None:
    """Write feeds/ of the repository with only these blocks, and an empty content/."""
    (folder / "feeds").mkdir(parents=True)
    (folder / "content" / "summaries").mkdir(parents=True)
    kept = {"topics": ("[[topic]]", TOPICS), "kinds": ("[[kind]]", kinds)}
    kept |= {"feeds": ("[[feed]]", FEEDS), "network": ("[[none]]", ())}
    for name, (mark, slugs) in kept.items():
        head, *blocks = (REPOSITORY / f"feeds/{name}.toml").read_text("utf-8").split(mark)
        wanted = [mark + block for block in blocks if block.split('"')[1] in slugs]
        (folder / f"feeds/{name}.toml").write_text(head + "".join(wanted), "utf-8")


def make(folder: Path, url: str) -> Site:
    """Set up such a site, and a store as `db upgrade` makes it."""
    write_definitions(folder)
    return Site(folder, stores.make(url))
