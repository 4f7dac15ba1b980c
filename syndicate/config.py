"""Settings: the SYNDICATE_* environment, read and checked once at start, every error at once.

Site facts (titles, licence, hub) stand in feeds/network.toml; here is only what belongs to one
installation. Secrets are read here and nowhere else.
"""

from __future__ import annotations

import ipaddress
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from syndicate.errors import SettingsError

IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"", "0", "false", "no", "off"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One installation. Each field is the variable SYNDICATE_<FIELD> of docs/operators.md."""

    site: Path
    database_url: str
    base_url: str | None = None
    secret_key: str | None = field(default=None, repr=False)
    secret_key_fallbacks: tuple[str, ...] = field(default=(), repr=False)
    trusted_proxies: tuple[IpNetwork, ...] = ()
    metrics_token: str | None = field(default=None, repr=False)
    log_format: Literal["text", "json"] = "text"
    allow_loopback: bool = False  # outgoing calls to this machine: for tests only
    smtp_url: str | None = field(default=None, repr=False)
    dkim_key_file: Path | None = None
    returns_token: str | None = field(default=None, repr=False)
    mirror_key: str | None = field(default=None, repr=False)
    purge_url: str | None = field(default=None, repr=False)
    purge_command: tuple[str, ...] = ()
    purge_token: str | None = field(default=None, repr=False)
    engine: Literal["local", "distributed"] = "local"

    @property
    def is_purging(self) -> bool:
        """Tell whether a cache in front is to be purged."""
        return bool(self.purge_url or self.purge_command)

    @property
    def store_folder(self) -> Path | None:
        """Return the folder of the SQLite store; None when the store is a server's."""
        prefix = "sqlite:///"
        if not self.database_url.startswith(prefix):
            return None
        return Path(self.database_url.removeprefix(prefix)).parent


_KNOWN = frozenset(f"SYNDICATE_{name.upper()}" for name in Settings.__dataclass_fields__)
_RESERVED = ("SYNDICATE_TEST_", "SYNDICATE_XSS_", "SYNDICATE_FAILPOINT", "SYNDICATE_SUPERVISOR")


def load(environ: Mapping[str, str], *, cwd: Path) -> Settings:
    """Read the settings; `cwd` is the site unless SYNDICATE_SITE names one.

    SettingsError lists every variable that is wrong.
    """
    faults: list[str] = []

    def read(name: str, convert: Callable[[str], Any]) -> Any:  # noqa: ANN401 - each its own type
        raw = environ.get(f"SYNDICATE_{name}", "").strip()
        try:
            return convert(raw)
        except ValueError as error:
            faults.append(f"SYNDICATE_{name}: {error}")
            return None

    site = (cwd / environ.get("SYNDICATE_SITE", "")).resolve()
    default_store = f"sqlite:///{site / 'var' / 'syndicate.sqlite'}"
    settings = Settings(
        site=site,
        database_url=read("DATABASE_URL", lambda raw: _database_url(raw or default_store)),
        base_url=read("BASE_URL", _base_url),
        secret_key=read("SECRET_KEY", _secret_key),
        secret_key_fallbacks=read("SECRET_KEY_FALLBACKS", _words),
        trusted_proxies=read("TRUSTED_PROXIES", _networks),
        metrics_token=read("METRICS_TOKEN", lambda raw: raw or None),
        log_format=read("LOG_FORMAT", _log_format),
        allow_loopback=read("ALLOW_LOOPBACK", _switch),
        smtp_url=read("SMTP_URL", _smtp_url),
        dkim_key_file=read("DKIM_KEY_FILE", lambda raw: (cwd / raw).resolve() if raw else None),
        returns_token=read("RETURNS_TOKEN", lambda raw: raw or None),
        mirror_key=read("MIRROR_KEY", bearer_key),
        purge_url=read("PURGE_URL", _purge_url),
        purge_command=read("PURGE_COMMAND", lambda raw: tuple(shlex.split(raw))),
        purge_token=read("PURGE_TOKEN", bearer_key),
        engine=read("ENGINE", _engine),
    )
    if settings.engine == "distributed" and (settings.database_url or "").startswith("sqlite:"):
        faults.append("SYNDICATE_ENGINE: distributed needs PostgreSQL: set SYNDICATE_DATABASE_URL")
    if settings.purge_url and settings.purge_command:
        faults.append("SYNDICATE_PURGE_COMMAND: set this or SYNDICATE_PURGE_URL, not both")
    if faults:
        raise SettingsError("\n".join(faults), "docs/operators.md lists the settings")
    return settings


def unknown(environ: Mapping[str, str]) -> list[str]:
    """Return the SYNDICATE_* variables that mean nothing: likely a slip of the pen."""
    ours = {name for name in environ if name.startswith("SYNDICATE_")}
    return sorted(name for name in ours - _KNOWN if not name.startswith(_RESERVED))


def _database_url(raw: str) -> str:
    if raw.startswith("sqlite:///"):
        return f"sqlite:///{Path(raw.removeprefix('sqlite:///')).absolute()}"
    if raw.startswith(("postgresql://", "postgresql+psycopg://")):
        return raw
    raise ValueError("write sqlite:////var/lib/syndicate/store.sqlite or postgresql://…")


def _base_url(raw: str) -> str | None:
    if raw and not re.match(r"https?://[^\s/?#@]+(/[^\s?#]*)?\Z", raw):
        raise ValueError("an address such as https://feeds.example.org")
    return raw.rstrip("/") or None


def _purge_url(raw: str) -> str | None:
    if raw and not re.match(r"https?://[^\s/?#@]+(/\S*)?\Z", raw):
        raise ValueError("an address such as https://api.cdn.example/purge")
    return raw or None


def _smtp_url(raw: str) -> str | None:
    if raw and not re.match(r"smtps?://([^\s/@]+@)?[^\s/?#@:]+(:\d{1,5})?/?\Z", raw):
        raise ValueError("an address such as smtp://127.0.0.1:25 or smtps://user:password@host")
    return raw.rstrip("/") or None


def _secret_key(raw: str) -> str | None:
    if raw and len(raw) < 32:
        raise ValueError("at least 32 characters; `openssl rand -hex 32` makes one")
    return raw or None


def bearer_key(raw: str) -> str | None:
    """Return a key that can stand in a header; ValueError where it cannot."""
    if not re.fullmatch(r"[!-~]{0,500}", raw):
        raise ValueError("a key without spaces, as the network gave it to you")
    return raw or None


def _words(raw: str) -> tuple[str, ...]:
    return tuple(raw.replace(",", " ").split())


def _networks(raw: str) -> tuple[IpNetwork, ...]:
    return tuple(ipaddress.ip_network(word) for word in _words(raw))


def _log_format(raw: str) -> str:
    if raw not in ("", "text", "json"):
        raise ValueError("text or json")
    return raw or "text"


def _engine(raw: str) -> str:
    if raw not in ("", "local", "distributed"):
        raise ValueError("local or distributed")
    return raw or "local"


def _switch(raw: str) -> bool:
    if raw.lower() not in _TRUE | _FALSE:
        raise ValueError("1 or 0")
    return raw.lower() in _TRUE
