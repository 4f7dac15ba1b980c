"""Settings: read once, wrong ones named all at once, secrets shown nowhere."""

from __future__ import annotations

from dataclasses import fields
from ipaddress import ip_network
from pathlib import Path

import pytest

from syndicate import config
from syndicate.config import Settings
from syndicate.errors import SettingsError

SECRET = "s" * 32


def _load(tmp_path: Path, **environ: str) -> Settings:
    return config.load({f"SYNDICATE_{n}": v for n, v in environ.items()}, cwd=tmp_path)


def test_without_any_setting_the_present_folder_is_the_site(tmp_path: Path) -> None:
    assert _load(tmp_path) == Settings(
        site=tmp_path, database_url=f"sqlite:///{tmp_path}/var/syndicate.sqlite"
    )


def test_every_setting(tmp_path: Path) -> None:
    found = _load(
        tmp_path,
        SITE="elsewhere",
        DATABASE_URL="postgresql://localhost/x",
        BASE_URL="https://feeds.example.org/",
        SECRET_KEY=SECRET,
        SECRET_KEY_FALLBACKS=f"{'a' * 32}, {'b' * 32}",
        TRUSTED_PROXIES="127.0.0.1/32, ::1",
        METRICS_TOKEN="token",
        LOG_FORMAT="json",
        ALLOW_LOOPBACK="1",
        SMTP_URL="smtp://127.0.0.1:2525",
        DKIM_KEY_FILE="dkim.pem",
        RETURNS_TOKEN=SECRET,
        MIRROR_KEY="sk_1_secret",
        PURGE_URL="https://api.cdn.example/purge?zone=1",
        PURGE_TOKEN="p-token",
        ENGINE="distributed",
    )
    assert found == Settings(
        site=tmp_path / "elsewhere",
        database_url="postgresql://localhost/x",
        base_url="https://feeds.example.org",
        secret_key=SECRET,
        secret_key_fallbacks=("a" * 32, "b" * 32),
        trusted_proxies=(ip_network("127.0.0.1/32"), ip_network("::1/128")),
        metrics_token="token",
        log_format="json",
        allow_loopback=True,
        smtp_url="smtp://127.0.0.1:2525",
        dkim_key_file=tmp_path / "dkim.pem",
        returns_token=SECRET,
        mirror_key="sk_1_secret",
        purge_url="https://api.cdn.example/purge?zone=1",
        purge_token="p-token",
        engine="distributed",
    )
    assert found.is_purging
    unset = [field.name for field in fields(Settings) if not getattr(found, field.name)]
    assert unset == ["purge_command"]


def test_a_command_is_a_list_of_words(tmp_path: Path) -> None:
    found = _load(tmp_path, PURGE_COMMAND="/usr/local/bin/purge --zone 'care network'")
    assert found.purge_command == ("/usr/local/bin/purge", "--zone", "care network")
    assert found.is_purging
    assert not _load(tmp_path).is_purging


def test_a_cache_is_purged_in_one_way(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="PURGE_COMMAND: set this or SYNDICATE_PURGE_URL"):
        _load(tmp_path, PURGE_COMMAND="purge", PURGE_URL="https://api.cdn.example/purge")


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    wrong = {
        "DATABASE_URL": "mysql://x",
        "BASE_URL": "feeds.example.org",
        "SECRET_KEY": "short",
        "TRUSTED_PROXIES": "10.0.0.0/99",
        "LOG_FORMAT": "xml",
        "ALLOW_LOOPBACK": "perhaps",
        "MIRROR_KEY": "two words",
        "PURGE_URL": "api.cdn.example",
        "PURGE_COMMAND": "purge 'all",
        "PURGE_TOKEN": "two words",
        "ENGINE": "celery",
    }
    with pytest.raises(SettingsError) as told:
        _load(tmp_path, **wrong)
    lines = str(told.value).splitlines()
    assert [line.partition(":")[0] for line in lines] == [f"SYNDICATE_{name}" for name in wrong]
    assert "docs/operators.md" in lines[-1]
    assert told.value.exit_code == 2


def test_only_a_server_can_be_shared_by_machines(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="ENGINE: distributed needs PostgreSQL"):
        _load(tmp_path, ENGINE="distributed")


@pytest.mark.parametrize(
    "url",
    ["https://u@example.org", "https://example.org/?q", "ftp://x.org", "https://exa mple.org"],
)
def test_what_is_no_base_url(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="BASE_URL"):
        _load(tmp_path, BASE_URL=url)


@pytest.mark.parametrize(("raw", "on"), [("", False), ("0", False), ("no", False), ("Yes", True)])
def test_switches(tmp_path: Path, raw: str, *, on: bool) -> None:
    assert _load(tmp_path, ALLOW_LOOPBACK=raw).allow_loopback is on


def test_a_relative_store_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = _load(tmp_path, DATABASE_URL="sqlite:///x.sqlite")
    assert found.database_url == f"sqlite:///{tmp_path}/x.sqlite"
    assert found.store_folder == tmp_path
    assert _load(tmp_path, DATABASE_URL="postgresql://localhost/x").store_folder is None


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    found = _load(
        tmp_path,
        SECRET_KEY=SECRET,
        SECRET_KEY_FALLBACKS="f" * 32,
        METRICS_TOKEN="m-token",
        SMTP_URL="smtp://u:password@x",
        PURGE_URL="https://api.cdn.example/purge?key=u-token",
        PURGE_TOKEN="p-token",
    )
    shown = repr(found)
    assert not any(word in shown for word in (SECRET, "f" * 32, "m-token", "password", "-token"))


def test_variables_that_mean_nothing() -> None:
    environ = {
        "SYNDICATE_SITE": "x",
        "SYNDICATE_BASEURL": "x",
        "SYNDICATE_TEST_POSTGRES": "x",
        "SYNDICATE_XSS_CORPUS": "x",
        "HOME": "x",
    }
    assert config.unknown(environ) == ["SYNDICATE_BASEURL"]
