"""`syndicate doctor`: looks at one installation and says, line by line, what is wrong and its cure.

Changes nothing, contacts nobody but the store (and, if told so, name servers), and reads no
summary: `syndicate check` does.
"""

from __future__ import annotations

import ipaddress
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from syndicate import config, definitions
from syndicate.config import Settings
from syndicate.definitions import near_misses
from syndicate.doctor import callers, mails, workers
from syndicate.doctor.diagnosis import Diagnosis, Verdict
from syndicate.doctor.mails import Ask
from syndicate.editorial import tree
from syndicate.errors import DefinitionError, Problem, StoreError
from syndicate.store import engine as store
from syndicate.store import integrity, journal, scheduled, secret, site, upgrade
from syndicate.store.engine import Connection, Engine

DUE_AFTER: Final = timedelta(minutes=5)
"""A scheduled summary that late did not just wait its turn: nobody publishes what is due."""
LITTLE_SPACE: Final = 1_000_000_000
NO_SPACE: Final = 100_000_000


def examine(
    settings: Settings,
    engine: Engine,
    environ: Mapping[str, str],
    *,
    now: datetime,
    ask: Ask | None = None,
) -> list[Diagnosis]:
    """Return what was found; none is left out because another is bad.

    With `ask`, the name servers are asked what receivers of our mails will find there.
    """
    return [
        *_variables(environ),
        *_secret_key(settings),
        *_disk(settings),
        *_site(settings),
        *_store(settings, engine, now, ask),
    ]


# The machine -----------------------------------------------------------------------------------


def _variables(environ: Mapping[str, str]) -> Iterator[Diagnosis]:
    names = [field.name.upper() for field in fields(Settings)]
    for name in config.unknown(environ):
        yield Diagnosis(
            place="settings",
            verdict="warning",
            message=f"{name} means nothing",
            remedy=near_misses(name.removeprefix("SYNDICATE_"), names)
            or "docs/operators.md lists the settings",
        )


def _secret_key(settings: Settings) -> Iterator[Diagnosis]:
    place = "secret key"
    try:
        secret.get(settings)
    except StoreError as error:
        yield Diagnosis(place=place, verdict="error", message=error.message, remedy=error.remedy)
        return
    path = secret.find_file(settings.database_url)
    if settings.secret_key or path is None:
        yield Diagnosis(place=place, message="given by SYNDICATE_SECRET_KEY")
    elif secret.is_private(path):
        yield Diagnosis(place=place, message=f"in {path}")
    else:
        yield Diagnosis(
            place=place,
            verdict="error",
            message=f"others can read {path}",
            remedy=f"chmod 600 {path}",
        )


def _disk(settings: Settings) -> Iterator[Diagnosis]:
    folder = settings.store_folder
    if folder is None or not folder.is_dir():
        return
    free = shutil.disk_usage(folder).free
    verdict: Verdict = "error" if free < NO_SPACE else "warning" if free < LITTLE_SPACE else "ok"
    yield Diagnosis(
        place="disk",
        verdict=verdict,
        message=f"{free / 1e9:.1f} GB free in {folder}",
        remedy="" if verdict == "ok" else "make room: a publish fails when there is none",
    )


# The site --------------------------------------------------------------------------------------


def _site(settings: Settings) -> Iterator[Diagnosis]:
    if not (settings.site / "feeds").is_dir():
        yield Diagnosis(
            place="site",
            verdict="warning",
            message=f"there is no site in {settings.site}: this machine can serve, not publish",
            remedy="set SYNDICATE_SITE to the folder with content/ and feeds/",
        )
        return
    try:
        definitions.load(settings.site, base_url=settings.base_url)
    except DefinitionError as error:
        problems = list(error.problems)
    else:
        yield Diagnosis(place="site", message=f"the definitions of {settings.site} are valid")
        problems = []
    problems += [found for found in tree.walk(settings.site) if isinstance(found, Problem)]
    for problem in problems:
        yield Diagnosis(
            place="site",
            verdict=problem.severity,
            message=str(problem),
            remedy="" if problem.remedy else "`syndicate check` says more",
        )


# The store -------------------------------------------------------------------------------------


def _store(
    settings: Settings, engine: Engine, now: datetime, ask: Ask | None
) -> Iterator[Diagnosis]:
    try:
        upgrade.require_current(engine)
        with store.reading(engine) as connection:
            damage = integrity.find_damage(connection)
            found = [
                *_published(connection),
                *_due(connection, now),
                *_address(connection, settings),
                *mails.examine(connection, settings, now=now, ask=ask),
                *callers.examine(connection, now=now),
                *callers.examine_cache(connection, settings, now=now),
                *workers.examine(connection, settings),
            ]
    except StoreError as error:
        yield Diagnosis(place="store", verdict="error", message=error.message, remedy=error.remedy)
        return
    for line in damage:
        yield Diagnosis(place="store", verdict="error", message=line, remedy=_DAMAGED)
    if not damage:
        yield Diagnosis(place="store", message="its tables are current and whole")
    yield from found


_DAMAGED: Final = "move the file away, then `syndicate db restore FILE` brings back a backup"


def _published(connection: Connection) -> Iterator[Diagnosis]:
    head = journal.get_head(connection)
    if head.published_at is None:
        yield Diagnosis(
            place="published",
            verdict="warning",
            message="nothing yet",
            remedy="run `syndicate publish`",
        )
    else:
        yield Diagnosis(
            place="published",
            message=f"last at {head.published_at:%Y-%m-%dT%H:%M:%SZ}, change {head.seq}",
        )


def _due(connection: Connection, now: datetime) -> Iterator[Diagnosis]:
    due = scheduled.find_next_due(connection)
    if due is None:
        yield Diagnosis(place="scheduled", message="nothing waits for its date")
    elif due > now - DUE_AFTER:
        yield Diagnosis(place="scheduled", message=f"the next is due at {due:%Y-%m-%dT%H:%M:%SZ}")
    else:
        yield Diagnosis(
            place="scheduled",
            verdict="error",
            message=f"a summary has been due since {due:%Y-%m-%dT%H:%M:%SZ}",
            remedy="keep `syndicate serve` running: it publishes what is due",
        )


def _address(connection: Connection, settings: Settings) -> Iterator[Diagnosis]:
    published = site.get_values(connection).get(site.BASE_URL)
    if published is None:
        return
    wanted = settings.base_url or _base_url_of_site(settings)
    if wanted not in (None, published):
        yield Diagnosis(
            place="base URL",
            verdict="error",
            message=f"readers are told {published}, the settings say {wanted}",
            remedy="run `syndicate publish`: it writes every document anew",
        )
        return
    parts = urlsplit(published)
    verdict: Verdict = "ok"
    message, remedy = published, ""
    if _is_loopback(parts.hostname or ""):
        verdict, message = "warning", f"only this machine can reach {published}"
        remedy = "set SYNDICATE_BASE_URL to the public address, then publish"
    elif parts.scheme != "https":
        verdict, message = "warning", f"{published} is not encrypted"
        remedy = "set SYNDICATE_BASE_URL to its https address, then publish"
    yield Diagnosis(place="base URL", verdict=verdict, message=message, remedy=remedy)


def _base_url_of_site(settings: Settings) -> str | None:
    try:
        return definitions.load(settings.site).network.base_url
    except DefinitionError:  # said of the site already
        return None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
