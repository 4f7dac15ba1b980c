"""`db upgrade`, `db backup` and `db restore`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from syndicate.cli import here
from syndicate.cli.progress import counting

if TYPE_CHECKING:
    from syndicate.config import Settings
    from syndicate.store.backup_file import Manifest
    from syndicate.store.secret import Restored

_KEY: Final[dict[Restored, str]] = {
    "none": "The backup holds no secret key.",
    "same": "The secret key is the same.",
    "written": "The secret key was put back with it.",
    "kept": "The present secret key was kept: links and cursors made with the other do not work.",
    "not used": "The backup holds another secret key than SYNDICATE_SECRET_KEY. Links and cursors "
    "made with it work once it stands in SYNDICATE_SECRET_KEY_FALLBACKS; docs/operators.md says "
    "how to read it.",
}


@click.group
def group() -> None:
    """See SYNDICATE_DATABASE_URL: it names the database that is the store."""


@group.command
def upgrade() -> None:
    """Make the tables, or bring them up to date.

    Do nothing to tables that are. Beside a new SQLite store it makes the secret key.
    """
    from syndicate.store import secret
    from syndicate.store import upgrade as upgrade_

    settings = here.settings()
    with here.database(settings) as engine:
        done = upgrade_.upgrade(engine)
    if done.has_changed:
        click.echo(f"The store went from {done.before or 'empty'} to {done.after}.")
    else:
        click.echo(f"The store is current: {done.after}.")
    if key := secret.make(settings):
        click.echo(f"Made a secret key: {key}")


@group.command
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(file: Path) -> None:
    """Write the store and its secret key into FILE.

    Others may publish meanwhile. It replaces an earlier backup, and no other file.
    """
    from syndicate.store import backup as backup_
    from syndicate.store import secret

    settings = here.settings()
    with here.store(settings) as engine, counting("copying") as count:
        key = secret.find(settings)
        made = backup_.write(engine, file, secret_key=key, now=here.now(), progress=count.reach)
    size = file.stat().st_size / 1e6
    click.echo(f"{file}: {size:.1f} MB, as of change {made.seq}. It holds the secret key.")


@group.command
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option(
    "--replace", is_flag=True, help="Even if the store is not empty: its content is lost."
)
@click.option("--keep-key", is_flag=True, help="Keep the secret key that is here.")
def restore(file: Path, *, replace: bool, keep_key: bool) -> None:
    """Put the backup FILE into the store.

    FILE is checked from beginning to end first, and whatever fails changes nothing. The store gets
    a new epoch, so that mirrors begin anew.
    """
    from syndicate.store import backup as backup_
    from syndicate.store import engine as store
    from syndicate.store import highwater, journal, secret

    settings = here.settings()
    keep_key = keep_key or _wants_present_key(settings, backup_.read_manifest(file))
    with here.database(settings) as engine, counting("restoring") as count:
        found = backup_.restore(engine, file, replace=replace, progress=count.reach)
        with store.reading(engine) as connection:
            highwater.note(engine, journal.get_head(connection))
    key = secret.restore(settings, found.secret_key, keep=keep_key)
    made = f"{found.made_at:%Y-%m-%d %H:%M} UTC"
    click.echo(f"Restored the backup of {made}, change {found.seq}.\n{_KEY[key]}")


def _wants_present_key(settings: Settings, found: Manifest) -> bool:
    """Ask, at a terminal, which of two keys is to be in force."""
    from syndicate.store import secret

    if not sys.stdin.isatty():
        return False
    question = "The backup holds another secret key. Put it in force?"
    if not secret.differs(settings, found.secret_key):
        return False
    return not click.confirm(question, default=True)
