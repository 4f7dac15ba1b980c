"""The doctor finds what is wrong, says its cure, and finds nothing where all is well."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import text

from syndicate import config
from syndicate.config import Settings
from syndicate.deliver.distributed import DistributedEngine
from syndicate.doctor import Diagnosis, examine
from syndicate.publish import publish_due
from syndicate.store import engine as store
from syndicate.store import jobs, secret
from tests import small
from tests.sites import BASE_URL, Site


class Usage(NamedTuple):
    """As shutil tells it."""

    total: int
    used: int
    free: int


@dataclasses.dataclass
class Patient:
    """An installation, well unless a test makes it otherwise."""

    site: Site
    settings: Settings

    def find(
        self, place: str, environ: Mapping[str, str] | None = None, **settings: object
    ) -> list[Diagnosis]:
        """Return what the doctor says of one place, after a change of settings."""
        changed = dataclasses.replace(self.settings, **settings)  # type: ignore[arg-type]
        found = examine(changed, self.site.engine, environ or {}, now=self.site.now)
        return [one for one in found if one.place == place]

    def one(
        self, place: str, environ: Mapping[str, str] | None = None, **settings: object
    ) -> Diagnosis:
        (found,) = self.find(place, environ, **settings)
        return found


def _patient(folder: Path, url: str) -> Patient:
    site = small.make(folder, url)
    environ = {"SYNDICATE_DATABASE_URL": url, "SYNDICATE_BASE_URL": BASE_URL}
    if url.startswith("postgresql"):
        environ["SYNDICATE_SECRET_KEY"] = "k" * 32
    settings = config.load(environ, cwd=folder)
    secret.make(settings)
    site.write("first")
    site.publish()
    return Patient(site, settings)


@pytest.fixture
def patient(tmp_path: Path, sqlite_url: str) -> Iterator[Patient]:
    made = _patient(tmp_path / "site", sqlite_url)
    yield made
    made.site.engine.dispose()


def test_the_workers_of_several_machines(tmp_path: Path, postgresql_url: str) -> None:
    patient = _patient(tmp_path / "site", postgresql_url)

    def look() -> list[str]:
        return [str(one) for one in patient.find("workers", engine="distributed")]

    def change(statement: str) -> None:
        with store.recording(patient.site.engine) as connection:
            connection.execute(text(statement))

    assert patient.find("workers") == []
    assert look()[0].startswith("error   workers: none is at work; start `syndicate worker`")
    DistributedEngine(patient.site.engine)
    assert look()[0].startswith("error   workers: none is at work")
    change("INSERT INTO procrastinate_workers DEFAULT VALUES")
    assert look() == ["ok      workers: 1 threads are at work"]
    jobs.wake(patient.site.engine, ["plan"], failures=3)
    assert "warning workers: `plan` has failed 3 times in a row" in look()[1]
    change("UPDATE procrastinate_jobs SET args = '{}', scheduled_at = now() - interval '7 minutes'")
    change("UPDATE procrastinate_events SET at = now() - interval '9 minutes'")
    assert "error   workers: a job has waited for 7 minutes" in look()[1]
    change("UPDATE procrastinate_jobs SET status = 'doing'")
    assert "warning workers: 1 jobs are left of workers that died" in look()[1]
    change("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '2 minutes'")
    assert look()[0].startswith("error   workers: none is at work")
    patient.site.engine.dispose()


def test_nothing_is_wrong_with_what_is_well(tmp_path: Path, database_url: str) -> None:
    patient = _patient(tmp_path / "site", database_url)
    found = examine(patient.settings, patient.site.engine, {}, now=patient.site.now)
    patient.site.engine.dispose()
    # the site offers alerts as soon as a relay for its mails is named
    assert {one.place for one in found if one.verdict != "ok"} == {"alerts"}
    on_disk = {"disk"} if database_url.startswith("sqlite") else set()
    places = {"secret key", "site", "store", "published", "scheduled", "base URL", "alerts"}
    assert {one.place for one in found} == places | on_disk


def test_a_line_holds_verdict_place_and_remedy() -> None:
    told = Diagnosis(place="disk", verdict="error", message="full", remedy="make room")
    assert str(told) == "error   disk: full; make room"
    assert str(Diagnosis(place="disk", message="empty")) == "ok      disk: empty"


def test_a_variable_that_means_nothing(patient: Patient) -> None:
    one = patient.one("settings", {"SYNDICATE_BASEURL": "x", "SYNDICATE_SITE": "y"})
    assert (one.verdict, one.message) == ("warning", "SYNDICATE_BASEURL means nothing")
    assert one.remedy.startswith("did you mean 'BASE_URL'")
    assert "docs/operators.md" in patient.one("settings", {"SYNDICATE_ZZZZZZ": "x"}).remedy


# Secret key, disk ------------------------------------------------------------------------------


def test_a_key_that_others_can_read(patient: Patient) -> None:
    path = secret.find_file(patient.settings.database_url)
    assert path is not None
    path.chmod(0o644)
    one = patient.one("secret key")
    assert (one.verdict, one.remedy) == ("error", f"chmod 600 {path}")


def test_no_key(patient: Patient) -> None:
    url = "postgresql://localhost/x"
    one = patient.one("secret key", database_url=url)
    assert one.verdict == "error"
    assert "SYNDICATE_SECRET_KEY" in one.remedy
    one = patient.one("secret key", database_url=url, secret_key="k" * 32)
    assert (one.verdict, one.message) == ("ok", "given by SYNDICATE_SECRET_KEY")


@pytest.mark.parametrize(
    ("free", "verdict"), [(10**12, "ok"), (5 * 10**8, "warning"), (10**7, "error")]
)
def test_disk_space(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, free: int, verdict: str
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: Usage(10**13, 0, free))
    assert patient.one("disk").verdict == verdict


# Site ------------------------------------------------------------------------------------------


def test_a_machine_without_a_site(patient: Patient, tmp_path: Path) -> None:
    one = patient.one("site", site=tmp_path / "nowhere")
    assert one.verdict == "warning"
    assert "SYNDICATE_SITE" in one.remedy


def test_definitions_with_errors(patient: Patient) -> None:
    (patient.site.folder / "feeds/topics.toml").write_text('[[topic]]\nslug = "X"\nlabel = "X"\n')
    found = patient.find("site", base_url=None)
    assert [one.verdict for one in found] == ["error"]
    assert found[0].message.startswith("feeds/topics.toml:2: ")
    assert patient.one("base URL", base_url=None).verdict == "ok"


def test_a_link_out_of_content(patient: Patient) -> None:
    (patient.site.folder / "content/summaries/x.md").symlink_to("/etc/hostname")
    assert [one.verdict for one in patient.find("site")] == ["ok", "error"]


# Store -----------------------------------------------------------------------------------------


def test_a_store_that_is_not_there(patient: Patient) -> None:
    Path(str(patient.site.engine.url.database)).unlink()
    one = patient.one("store")
    assert one.verdict == "error"
    assert one.remedy == "run `syndicate db upgrade`"


def test_a_store_that_is_no_database(patient: Patient) -> None:
    patient.site.engine.dispose()
    path = Path(str(patient.site.engine.url.database))
    path.write_bytes(b"not a database, for more than a hundred bytes. " * 100)
    one = patient.one("store")
    assert one.verdict == "error"
    assert "syndicate db restore" in one.remedy


def test_a_store_with_damage(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "syndicate.store.integrity.find_damage", lambda _connection: ["row 3 missing from index"]
    )
    one = patient.one("store")
    assert (one.verdict, one.message) == ("error", "row 3 missing from index")
    assert patient.one("published").verdict == "ok"


def test_nothing_published_yet(patient: Patient) -> None:
    with store.writing(patient.site.engine) as connection:
        connection.execute(text("UPDATE head SET published_at = NULL"))
        connection.execute(text("DELETE FROM site"))
    assert patient.one("published").remedy == "run `syndicate publish`"
    assert patient.find("base URL") == []


def test_what_is_due_and_not_published(patient: Patient) -> None:
    site = patient.site
    site.write("later", published=site.now + timedelta(minutes=10))
    site.publish()
    assert patient.one("scheduled").message.startswith("the next is due at ")
    site.now += timedelta(minutes=12)
    assert patient.one("scheduled").verdict == "ok"
    site.now += timedelta(minutes=5)
    one = patient.one("scheduled")
    assert one.verdict == "error"
    assert "syndicate serve" in one.remedy
    publish_due(site.engine, now=site.now)
    assert patient.one("scheduled").message == "nothing waits for its date"


# Base URL --------------------------------------------------------------------------------------


def test_another_base_url_than_was_published(patient: Patient) -> None:
    one = patient.one("base URL", base_url="https://new.example.org")
    assert one.verdict == "error"
    assert "run `syndicate publish`" in one.remedy
    assert patient.one("base URL", base_url=None).verdict == "error"  # network.toml says another


@pytest.mark.parametrize(
    ("url", "verdict", "told"),
    [
        ("https://feeds.example.org", "ok", "https://feeds.example.org"),
        ("http://feeds.example.org", "warning", "is not encrypted"),
        ("http://127.0.0.1:8000", "warning", "only this machine"),
        ("http://[::1]:8000", "warning", "only this machine"),
        ("https://localhost", "warning", "only this machine"),
        ("https://a.localhost", "warning", "only this machine"),
    ],
)
def test_base_urls(patient: Patient, url: str, verdict: str, told: str) -> None:
    patient.site.base_url = url
    patient.site.publish()
    one = patient.one("base URL", base_url=url)
    assert one.verdict == verdict
    assert told in one.message
