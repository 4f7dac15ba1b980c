"""Lists narrowed by dates, and what is not there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syndicate.publish import Options, publish
from syndicate.store import backup
from tests.oai import NS
from tests.sites import Site, written
from tests.web.oai.harvester import Harvester, ask, codes
from tests.web.oai.listing import ID, LIST, date, listed


def test_dates_narrow_a_list_and_are_inclusive(site: Site) -> None:
    dated = site.now + timedelta(seconds=1)
    site.now += timedelta(days=1)
    site.write("finn", published=datetime(2018, 3, 1, tzinfo=UTC))
    site.publish()
    date(site)
    newer = site.now + timedelta(seconds=1)
    assert newer.date() > dated.date()
    cases = {
        (written(newer), None): ["finn"],
        (f"{newer:%F}", None): ["finn"],
        (f"{newer:%F}", f"{newer:%F}"): ["finn"],
        (written(newer + timedelta(seconds=1)), None): [],
        (None, written(dated - timedelta(seconds=1))): [],
        (None, "1999-12-31"): [],
        ("2099-01-01", None): [],
    }
    for (from_, until), wanted in cases.items():
        given = {"from_": from_, "until": until}
        answer = ask(site, **LIST, **{name: day for name, day in given.items() if day})
        assert list(listed(answer)) == wanted
        assert codes(answer) == ([] if wanted else ["noRecordsMatch"])
    for until in (written(dated), f"{dated:%F}"):
        assert "finn" not in listed(ask(site, **LIST, from_=until, until=until))
        assert len(listed(ask(site, **LIST, until=until))) == 5


def test_a_publish_that_took_long_is_not_missed_by_who_harvested_meanwhile(site: Site) -> None:
    begun = site.now
    site.now += timedelta(minutes=1)
    copy = Harvester(site)
    copy.run()
    path = site.write("finn", published=datetime(2018, 3, 1, tzinfo=UTC))
    options = Options(only=[path], processes=1)
    publish(site.engine, site.folder, site.definitions, now=begun, options=options)
    date(site)
    copy.run()
    assert f"{ID}finn" in copy.copy


def test_who_harvested_what_a_restored_store_never_had_begins_anew(
    site: Site, tmp_path: Path
) -> None:
    backup.write(site.engine, tmp_path / "backup", secret_key=None, now=site.now)
    site.write("finn", published=datetime(2018, 3, 1, tzinfo=UTC))
    site.publish()
    date(site)
    site.now += timedelta(minutes=1)
    copy = Harvester(site)
    copy.run()
    assert f"{ID}finn" in copy.copy
    site.now += timedelta(minutes=1)
    backup.restore(site.engine, tmp_path / "backup", replace=True)
    date(site)
    copy.run()
    assert sorted(copy.copy) == [f"{ID}{slug}" for slug in ("anna", "carl", "dora", "emma")]


@pytest.mark.parametrize(
    "spec", ["topic:none", "kind:none", "form:research", "year:1999", "year:x"]
)
def test_a_set_that_is_not_there_matches_nothing(site: Site, spec: str) -> None:
    assert codes(ask(site, **LIST, set=spec)) == ["noRecordsMatch"]


@pytest.mark.parametrize("verb", ["ListRecords", "ListIdentifiers"])
def test_a_format_that_is_not_there(site: Site, verb: str) -> None:
    answer = ask(site, verb=verb, metadataPrefix="marcxml")
    assert codes(answer) == ["cannotDisseminateFormat"]
    assert answer.find("o:request", NS).get("metadataPrefix") == "marcxml"


def test_records_that_are_not_there(site: Site) -> None:
    given = {"verb": "GetRecord", "metadataPrefix": "oai_dc"}
    for identifier in ("tag:nobody", "anna", "a b<c>", "\x00", "\ufffe"):
        answer = ask(site, **given, identifier=identifier)
        assert codes(answer) == ["idDoesNotExist"]
    given["metadataPrefix"] = "mods"
    assert codes(ask(site, **given, identifier=f"{ID}anna")) == ["cannotDisseminateFormat"]
