"""The secret key: whose word counts, and that nobody else reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicate import config
from syndicate.config import Settings
from syndicate.errors import StoreError
from syndicate.store import secret

GIVEN = "given by the environment, 32 characters"
SERVER = "postgresql://localhost/x"


def _settings(folder: Path, *, url: str = "", key: str = "") -> Settings:
    environ = {"SYNDICATE_DATABASE_URL": url, "SYNDICATE_SECRET_KEY": key}
    return config.load(environ, cwd=folder)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "var").mkdir()
    return _settings(tmp_path)


def _file(settings: Settings) -> Path:
    found = secret.find_file(settings.database_url)
    assert found is not None
    return found


def test_a_key_is_made_once(settings: Settings) -> None:
    path = secret.make(settings)
    assert path == settings.site / "var/syndicate.sqlite.key"
    assert secret.is_private(_file(settings))
    key = secret.get(settings)
    assert len(key) == 64
    assert secret.make(settings) is None
    assert secret.get(settings) == key
    assert [p.name for p in (settings.site / "var").iterdir()] == ["syndicate.sqlite.key"]


def test_the_environment_comes_first(settings: Settings) -> None:
    secret.make(settings)
    given = _settings(settings.site, key=GIVEN)
    assert secret.get(given) == GIVEN
    assert secret.get(settings) != GIVEN


def test_none_is_made_where_one_is_given_or_a_server_holds_the_store(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    assert secret.make(_settings(tmp_path, key=GIVEN)) is None
    assert secret.make(_settings(tmp_path, url=SERVER)) is None
    assert list((tmp_path / "var").iterdir()) == []


@pytest.mark.parametrize(("url", "told"), [("", "db upgrade"), (SERVER, "SYNDICATE_SECRET_KEY")])
def test_without_a_key_the_remedy_is_told(tmp_path: Path, url: str, told: str) -> None:
    with pytest.raises(StoreError, match=told):
        secret.get(_settings(tmp_path, url=url))


def test_one_that_others_can_read_is_not_private(settings: Settings) -> None:
    secret.make(settings)
    _file(settings).chmod(0o640)
    assert not secret.is_private(_file(settings))


@pytest.mark.parametrize(
    ("content", "told"), [(b"short\n", "too short"), ("é".encode() * 40, "cannot be read")]
)
def test_what_is_no_key_is_refused(settings: Settings, content: bytes, told: str) -> None:
    _file(settings).write_bytes(content)
    with pytest.raises(StoreError, match=told):
        secret.find(settings)


def test_two_that_make_one_at_once_have_the_same(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret.make(settings)
    key = secret.get(settings)
    monkeypatch.setattr(Path, "exists", lambda _path: False)  # the other came in between
    assert secret.make(settings) is None
    monkeypatch.undo()
    assert secret.get(settings) == key


# After a restore -------------------------------------------------------------------------------

KEPT = "a key out of a backup, of 32 characters"


def test_a_restored_key_is_put_in_force(settings: Settings) -> None:
    assert not secret.differs(settings, KEPT)
    assert secret.restore(settings, KEPT) == "written"
    assert secret.get(settings) == KEPT
    assert secret.restore(settings, KEPT) == "same"
    assert secret.restore(settings, None) == "none"


def test_a_key_that_is_replaced_is_kept_beside(settings: Settings) -> None:
    secret.make(settings)
    old = secret.get(settings)
    assert secret.differs(settings, KEPT)
    assert secret.restore(settings, KEPT, keep=True) == "kept"
    assert secret.get(settings) == old
    assert secret.restore(settings, KEPT) == "written"
    assert secret.get(settings) == KEPT
    assert _file(settings).with_name("syndicate.sqlite.key.old").read_text().strip() == old


def test_a_restored_key_does_not_outvote_the_environment(tmp_path: Path) -> None:
    for settings in (_settings(tmp_path, key=GIVEN), _settings(tmp_path, url=SERVER)):
        assert not secret.differs(settings, KEPT)
        assert secret.restore(settings, KEPT) == "not used"
