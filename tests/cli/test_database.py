"""`db upgrade`, `db backup` and `db restore`, on either database."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicate.store import engine as store
from syndicate.store import journal, schema
from tests.cli.conftest import Terminal
from tests.cli.talk import talk


def _epoch(terminal: Terminal) -> str:
    with store.reading(terminal.site.engine) as connection:
        return journal.get_head(connection).epoch


def _key(terminal: Terminal) -> Path:
    return terminal.site.folder.parent / "store.sqlite.key"


def test_upgrade_says_from_what_to_what(either: Terminal) -> None:
    assert either.run("db", "upgrade").stdout.startswith(
        f"The store went from empty to {schema.HEAD}.\n"
    )
    assert either.run("db", "upgrade").stdout == f"The store is current: {schema.HEAD}.\n"


def test_other_commands_say_that_an_upgrade_is_needed(either: Terminal) -> None:
    for command in ("publish", "diff", "serve"):
        assert "run `syndicate db upgrade`" in either.run(command, status=1).stderr


def test_two_upgrades_at_once_are_safe(either: Terminal) -> None:
    ended = [process.communicate() for process in [either.start("db", "upgrade") for _ in "12"]]
    assert [error for _, error in ended] == ["", ""]
    assert sorted(shown.partition("\n")[0] for shown, _ in ended) == [
        f"The store is current: {schema.HEAD}.",
        f"The store went from empty to {schema.HEAD}.",
    ]


def test_a_key_is_made_beside_a_sqlite_store(bare: Terminal) -> None:
    assert f"Made a secret key: {_key(bare)}\n" in bare.run("db", "upgrade").stdout
    assert _key(bare).stat().st_mode & 0o777 == 0o600
    made = _key(bare).read_text()
    bare.run("db", "upgrade")
    assert _key(bare).read_text() == made


def test_a_backup_is_put_back(either: Terminal) -> None:
    either.run("db", "upgrade")
    either.site.write("first")
    either.run("publish")
    shown = either.run("db", "backup", "kept").stdout
    assert shown.startswith("kept: ")
    assert shown.endswith(" as of change 1. It holds the secret key.\n")
    epoch = _epoch(either)
    either.site.write("second", number=1)
    either.run("publish")
    assert "--replace" in either.run("db", "restore", "kept", status=1).stderr
    shown = either.run("db", "restore", "kept", "--replace").stdout
    assert shown.startswith("Restored the backup of ")
    assert "change 1.\nThe secret key is the same.\n" in shown
    assert _epoch(either) != epoch
    assert either.run("publish").stdout.startswith("new          second: ")


def test_a_backup_may_found_a_new_store(terminal: Terminal, tmp_path: Path) -> None:
    terminal.site.write("first")
    terminal.run("publish")
    terminal.run("db", "backup", "kept")
    elsewhere = tmp_path / "elsewhere" / "store.sqlite"
    key = _key(terminal).read_text()
    terminal.environ["SYNDICATE_DATABASE_URL"] = f"sqlite:///{elsewhere}"
    assert "The secret key was put back with it." in terminal.run("db", "restore", "kept").stdout
    assert elsewhere.with_name("store.sqlite.key").read_text() == key
    assert elsewhere.with_name("store.sqlite.highwater").exists()


def test_the_key_that_is_here_may_be_kept(terminal: Terminal) -> None:
    terminal.run("db", "backup", "kept")
    of_backup = _key(terminal).read_text()
    _key(terminal).write_text("another key " * 4)
    shown = terminal.run("db", "restore", "kept", "--replace", "--keep-key").stdout
    assert "The present secret key was kept" in shown
    assert _key(terminal).read_text() == "another key " * 4
    terminal.run("db", "restore", "kept", "--replace")
    assert _key(terminal).read_text() == of_backup
    assert _key(terminal).with_name("store.sqlite.key.old").read_text() == "another key " * 4


@pytest.mark.parametrize(("answer", "told"), [("n", "was kept"), ("", "was put back")])
def test_at_a_terminal_the_key_is_asked_about(terminal: Terminal, answer: str, told: str) -> None:
    terminal.run("db", "backup", "kept")
    words = ("db", "restore", "kept", "--replace")
    folder, environ = terminal.site.folder, terminal.environ
    _key(terminal).write_text("another key " * 4)
    question = ("Put it in force? [Y/n]: ", answer)
    assert told in talk(words, [question], folder, environ)


def test_a_key_of_the_environment_stays_in_force(terminal: Terminal) -> None:
    terminal.run("db", "backup", "kept")
    terminal.environ["SYNDICATE_SECRET_KEY"] = "e" * 32
    shown = terminal.run("db", "restore", "kept", "--replace").stdout
    assert "SYNDICATE_SECRET_KEY_FALLBACKS" in shown


def test_a_backup_overwrites_only_a_backup(terminal: Terminal) -> None:
    store_file = str(terminal.site.folder.parent / "store.sqlite")
    for other in (store_file, "feeds/topics.toml"):
        assert "is no backup of syndicate" in terminal.run("db", "backup", other, status=1).stderr
    terminal.run("db", "backup", "kept")
    terminal.run("db", "backup", "kept")


def test_a_backup_where_nobody_may_write(terminal: Terminal) -> None:
    result = terminal.run("db", "backup", "no/such/folder", status=1)
    assert result.stderr == "no/such/folder cannot be written: No such file or directory\n"
