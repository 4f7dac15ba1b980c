"""`preview`: the editor's bench."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syndicate.cli import here

if TYPE_CHECKING:
    from syndicate.config import Settings
    from syndicate.definitions import Definitions
    from syndicate.editorial.file import Previewed


@click.command
@click.argument("file", required=False)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8001, show_default=True, type=click.IntRange(1, 65535))
def preview(file: str | None, host: str, port: int) -> None:
    """Show FILE, or a list of all, as page, Atom, RSS and mail side by side; drafts too.

    FILE may be a path or a slug. What is shown is the file as it is: it needs no store and
    publishes nothing. Each save reloads it. Go on until Ctrl-C.
    """
    from syndicate.web.bench import Files, serve, views

    settings = here.settings()
    root = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    site = Site(settings.site, root)
    stop = here.stopped()
    named = [_found(file, site.listed(), settings)] if file else []
    app = views.make(Files(listed=site.listed, read=site.read, stamp=site.stamp), host=host)
    address = root + "".join(f"{views.BENCH}{path}" for path in named)

    def ready() -> None:
        click.echo(f"Preview: {address}")
        click.echo("Open it in a browser. Each save is shown at once; Ctrl-C ends it.", err=True)

    serve(app, host=host, port=port, stop=stop, ready=ready)


def _found(name: str, listed: list[str], settings: Settings) -> str:
    """Return the path of a file that is named by it, or by its slug; NotFound names near ones."""
    from syndicate.definitions import near_misses
    from syndicate.errors import NotFound

    by_slug = {Path(path).stem: path for path in listed}
    if found := by_slug.get(name):
        return found
    for path in here.paths(settings, [name]):
        if path in listed:
            return path
    raise NotFound(f"there is no summary {name}", near_misses(Path(name).stem, by_slug))


class Site:
    """The site's files for the bench; `root` is where it is served, so that links stay there."""

    def __init__(self, folder: Path, root: str) -> None:
        self._folder = folder
        self._root = root

    def listed(self) -> list[str]:
        from syndicate.editorial import tree
        from syndicate.editorial.tree import Source

        found = [one for one in tree.walk(self._folder) if isinstance(one, Source)]
        return [one.path for one in sorted(found, key=lambda one: -one.mtime_ns)]

    def read(self, path: str) -> tuple[Previewed, Definitions]:
        """Read a file as it is now. DefinitionError or ContentError where nothing can be read."""
        from syndicate import definitions
        from syndicate.editorial import tree
        from syndicate.editorial.file import Previewed
        from syndicate.editorial.previewing import preview
        from syndicate.errors import ContentError

        found = definitions.load(self._folder, base_url=self._root)
        try:
            raw = tree.load(self._folder, path)
        except ContentError as error:
            return Previewed(path=path, summary=None, problems=error.problems), found
        return preview(path, raw, found, now=here.now()), found

    def stamp(self, path: str) -> str:
        """Return what is another text once the file, or one of feeds/, was saved."""
        from syndicate.editorial import tree

        feeds = sorted((self._folder / "feeds").glob("*.toml"))
        seen = [repr(tree.find(self._folder, path))]
        seen += [f"{one.name} {one.stat().st_mtime_ns} {one.stat().st_size}" for one in feeds]
        return hashlib.sha256("\n".join(seen).encode()).hexdigest()
