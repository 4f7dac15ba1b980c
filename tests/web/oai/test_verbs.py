"""The six verbs on a small repository: what they answer, and each named condition."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree

from syndicate.publish import Options, publish, topics
from syndicate.publish.dating import Dating
from syndicate.store import backup, journal, records
from syndicate.store import engine as store
from syndicate.sync import Seal
from syndicate.web.oai import verbs
from tests import small
from tests.oai import NS
from tests.sites import Site, written
from tests.web.oai import harvester
from tests.web.oai.harvester import Harvester, ask, codes, text, token

LIST = {"verb": "ListRecords", "metadataPrefix": "oai_dc"}
ID = "tag:pprnet.example,2013:summary/"


@pytest.fixture
def site(tmp_path: Path, sqlite_url: str) -> Iterator[Site]:
    """Return five summaries, one of them withdrawn, dated at noon."""
    made = small.make(tmp_path / "site", sqlite_url)
    for number, slug in enumerate(["anna", "bert", "carl", "dora", "emma"]):
        tags = ["empathy"] if number % 2 else ["empathy", "training"]
        made.write(slug, published=datetime(2019 + number, 3, 1, tzinfo=UTC), topics=tags)
    made.publish()
    front = {"published": datetime(2020, 3, 1, tzinfo=UTC), "topics": ["empathy"]}
    made.write("bert", **front, withdrawn={"date": written(made.now), "reason": "error"})
    assert made.publish().problems == ()
    date(made)
    yield made
    made.engine.dispose()


def date(site: Site) -> None:
    Dating(site.engine, lambda: site.now).catch_up()


@pytest.fixture
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verbs, "LENGTH", {"ListRecords": 2, "ListIdentifiers": 3})


def listed(answer: etree._Element) -> dict[str, bool]:
    """Return slug -> whether it is deleted, of every header."""
    return {
        text(header, "o:identifier").rpartition("/")[2]: header.get("status") == "deleted"
        for header in answer.iterfind(".//o:header", NS)
    }


def sets_of(answer: etree._Element, slug: str) -> list[str]:
    for header in answer.iterfind(".//o:header", NS):
        if text(header, "o:identifier").endswith(f"/{slug}"):
            return [spec.text or "" for spec in header.iterfind("o:setSpec", NS)]
    raise AssertionError(slug)


# Identify, formats, sets ------------------------------------------------------------------------


def test_identify_describes_the_repository(site: Site) -> None:
    found = ask(site, verb="Identify").find("o:Identify", NS)
    assert {name: text(found, f"o:{name}") for name in ("baseURL", "protocolVersion")} == {
        "baseURL": f"{site.base_url}/oai",
        "protocolVersion": "2.0",
    }
    assert text(found, "o:adminEmail") == "editors@pprnet.example"
    assert text(found, "o:deletedRecord") == "persistent"
    assert text(found, "o:granularity") == "YYYY-MM-DDThh:mm:ssZ"
    assert text(found, "o:compression") == "gzip"
    assert text(found, "o:earliestDatestamp") == written(site.now + timedelta(seconds=1))
    assert text(found, "o:description//dc:title").startswith("Psychotherapy Practice")
    licence = found.find("o:description/r:rightsManifest/r:rights/r:rightsReference", NS)
    assert licence.get("ref") == "https://creativecommons.org/licenses/by/4.0/"


@pytest.mark.parametrize(
    ("contact", "email"),
    [
        ("editors@pprnet.example", "editors@pprnet.example"),
        ("The editors", "postmaster@pprnet.example"),
        ("", "postmaster@pprnet.example"),
    ],
)
def test_a_contact_that_is_no_address_is_not_given_as_one(
    site: Site, contact: str, email: str
) -> None:
    file = site.folder / "feeds/network.toml"
    file.write_text(file.read_text().replace("editors@pprnet.example", contact))
    site.publish()
    assert text(ask(site, verb="Identify"), "*/o:adminEmail") == email


def test_formats_are_the_same_for_every_summary(site: Site) -> None:
    for given in ({}, {"identifier": f"{ID}anna"}, {"identifier": f"{ID}bert"}):
        answer = ask(site, verb="ListMetadataFormats", **given)
        formats = answer.findall("*/o:metadataFormat", NS)
        assert [text(one, "o:metadataPrefix") for one in formats] == ["oai_dc", "syndicate"]
        assert text(formats[1], "o:schema") == f"{site.base_url}/oai/syndicate.xsd"
    assert codes(ask(site, verb="ListMetadataFormats", identifier="tag:x")) == ["idDoesNotExist"]


def test_sets_are_topics_kinds_and_years(site: Site) -> None:
    answer = ask(site, verb="ListSets")
    found = {
        text(one, "o:setSpec"): text(one, "o:setName") for one in answer.iterfind("*/o:set", NS)
    }
    assert found["topic:empathy"] == "Empathy"
    assert found["kind:meta-analysis"] == "Meta-analysis"
    assert {"topic", "kind", "year", *(f"year:{year}" for year in range(2019, 2024))} < set(found)
    assert token(answer) == ""


# Records ----------------------------------------------------------------------------------------


def test_a_record_by_its_identifier(site: Site) -> None:
    answer = ask(site, verb="GetRecord", metadataPrefix="syndicate", identifier=f"{ID}anna")
    summary = answer.find("o:GetRecord/o:record/o:metadata/s:summary", NS)
    assert text(summary, "s:title") == "What is known of anna"
    assert sets_of(answer, "anna") == [
        "kind:meta-analysis",
        "topic:empathy",
        "topic:training",
        "year:2019",
    ]
    with store.reading(site.engine) as connection:
        kept = records.find(connection, f"{ID}anna")
    assert kept is not None
    assert text(summary, "s:content_hash") == kept.content_hash


def test_a_withdrawn_summary_is_a_deleted_record_for_good(site: Site) -> None:
    for given in (LIST, {**LIST, "set": "topic:empathy"}, {**LIST, "set": "year:2020"}):
        answer = ask(site, **given)
        assert listed(answer)["bert"]
        assert "topic:empathy" in sets_of(answer, "bert")
    one = ask(site, verb="GetRecord", metadataPrefix="oai_dc", identifier=f"{ID}bert")
    assert listed(one) == {"bert": True}


def test_everything_a_set_a_parent_set_and_a_year(site: Site) -> None:
    everything = {"anna": False, "bert": True, "carl": False, "dora": False, "emma": False}
    assert listed(ask(site, **LIST)) == everything
    for spec in ("topic", "kind", "year", "topic:empathy", "kind:meta-analysis"):
        assert listed(ask(site, **LIST, set=spec)) == everything, spec
    assert listed(ask(site, **LIST, set="topic:training")) == {
        "anna": False,
        "carl": False,
        "emma": False,
    }
    assert listed(ask(site, **LIST, set="year:2022")) == {"dora": False}


def test_identifiers_are_listed_as_records_are(site: Site) -> None:
    answer = ask(site, verb="ListIdentifiers", metadataPrefix="syndicate", set="topic:training")
    assert list(listed(answer)) == ["anna", "carl", "emma"]
    assert answer.find(".//o:metadata", NS) is None


def test_one_that_leaves_a_set_is_deleted_there_and_alive_elsewhere(site: Site) -> None:
    published = datetime(2019, 3, 1, tzinfo=UTC)
    site.write("anna", published=published, topics=["empathy"])
    site.publish()
    training = ask(site, **LIST, set="topic:training")
    assert listed(training)["anna"]
    assert sets_of(training, "anna") == ["topic:training"]
    elsewhere = ask(site, **LIST, set="topic:empathy")
    assert not listed(elsewhere)["anna"]
    assert "topic:training" not in sets_of(elsewhere, "anna")
    site.write("anna", published=published, topics=["empathy", "training"])
    site.publish()
    assert not listed(ask(site, **LIST, set="topic:training"))["anna"]


def test_a_renamed_topic_is_harvested_by_both_its_slugs(site: Site) -> None:
    before = ask(site, **LIST, set="topic:training")
    given = {"base_url": site.base_url, "now": site.now}
    topics.rename(site.engine, site.folder, "training", "teaching", **given)
    for spec in ("topic:training", "topic:teaching"):
        answer = ask(site, **LIST, set=spec)
        assert listed(answer).keys() == listed(before).keys()
        assert "topic:teaching" in sets_of(answer, "anna")
    specs = [one.text for one in ask(site, verb="ListSets").iterfind(".//o:setSpec", NS)]
    assert "topic:teaching" in specs
    assert "topic:training" not in specs


def test_a_merged_topic_gives_its_harvesters_what_the_other_has(site: Site) -> None:
    """Who harvests the former slug from the last run on gets all that the set now has."""
    started = site.now + timedelta(minutes=1)
    site.now = started
    given = {"base_url": site.base_url, "now": site.now}
    topics.merge(site.engine, site.folder, "training", "empathy", **given)
    date(site)
    answer = ask(site, **LIST, set="topic:training", from_=written(started))
    assert listed(answer).keys() == {"anna", "bert", "carl", "dora", "emma"}


def test_a_topic_that_is_no_more_still_tells_of_what_it_had(site: Site) -> None:
    for number, slug in enumerate(["anna", "carl", "emma"]):
        published = datetime(2019 + number * 2, 3, 1, tzinfo=UTC)
        site.write(slug, published=published, topics=["empathy"])
    site.publish()
    file = site.folder / "feeds/topics.toml"
    head, *blocks = file.read_text().split("[[topic]]")
    file.write_text("[[topic]]".join([head, *(b for b in blocks if '"training"' not in b)]))
    feeds = site.folder / "feeds/feeds.toml"
    feeds.write_text(feeds.read_text().partition("[[feed]]")[0])
    assert site.publish().problems == ()
    answer = ask(site, **LIST, set="topic:training")
    assert listed(answer) == {"anna": True, "carl": True, "emma": True}


# From, until ------------------------------------------------------------------------------------


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


# Resumption -------------------------------------------------------------------------------------


def first_token(site: Site, **more: str) -> str:
    found = token(ask(site, **LIST, **more))
    assert found
    return found


def resume(site: Site, sent: str, verb: str = "ListRecords") -> etree._Element:
    return ask(site, verb=verb, resumptionToken=sent)


@pytest.mark.usefixtures("short_pages")
def test_a_list_in_parts_is_whole_and_ends_in_an_empty_token(site: Site) -> None:
    answer = ask(site, **LIST)
    found, cursors = dict(listed(answer)), []
    while True:
        element = answer.find("*/o:resumptionToken", NS)
        assert element.get("completeListSize") == "5"
        cursors.append(element.get("cursor"))
        if not element.text:
            break
        answer = resume(site, element.text)
        assert not found.keys() & listed(answer).keys()
        found |= listed(answer)
    assert cursors == ["0", "2", "4"]
    assert found.keys() == {"anna", "bert", "carl", "dora", "emma"}


@pytest.mark.usefixtures("short_pages")
def test_a_token_gives_the_same_again_however_late(site: Site) -> None:
    sent = first_token(site)
    before = listed(resume(site, sent))
    site.now += timedelta(days=3650)
    again = resume(site, sent)
    assert listed(again) == before
    request = again.find("o:request", NS)
    assert dict(request.attrib) == {"verb": "ListRecords", "resumptionToken": sent}


@pytest.mark.usefixtures("short_pages")
def test_a_token_holds_its_arguments(site: Site) -> None:
    sent = first_token(site, set="topic:training", until="2030-01-01")
    assert list(listed(resume(site, sent))) == ["emma"]


@pytest.mark.usefixtures("short_pages")
def test_tokens_that_are_not_good(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = first_token(site)
    swapped = sent[:-1] + ("A" if sent[-1] != "A" else "B")
    cut, other = sent[:-4], Seal((harvester.KEY,)).sign("cursor", b"{}")
    for bad in ("x", "cursor=100", swapped, cut, other, "\x00", "A" * 2000, "\ud7ff"):
        assert codes(resume(site, bad)) == ["badResumptionToken"], bad
    assert codes(resume(site, sent, "ListIdentifiers")) == ["badResumptionToken"]
    assert codes(resume(site, sent, "ListSets")) == ["badResumptionToken"]
    assert codes(resume(site, "x", "ListSets")) == ["badResumptionToken"]
    monkeypatch.setattr(harvester, "KEY", "another key, " * 4)
    assert codes(resume(site, sent)) == ["badResumptionToken"]


@pytest.mark.usefixtures("short_pages")
def test_a_token_of_another_history_is_not_good(site: Site) -> None:
    sent = first_token(site)
    with store.writing(site.engine) as connection:
        journal.begin_epoch(connection)
    answer = resume(site, sent)
    assert codes(answer) == ["badResumptionToken"]
    assert "another history" in text(answer, "o:error")


@pytest.mark.usefixtures("short_pages")
def test_nothing_is_left_where_the_rest_has_changed_since(site: Site) -> None:
    """With `until`, what changes on the way is no longer asked for."""
    sent = first_token(site, until=written(site.now + timedelta(seconds=1)), set="topic:training")
    site.now += timedelta(minutes=1)
    site.write("emma", published=datetime(2023, 3, 1, tzinfo=UTC), topics=["training"])
    site.publish()
    assert codes(resume(site, sent)) == ["noRecordsMatch"]


def test_an_empty_repository_answers_every_verb(tmp_path: Path, sqlite_url: str) -> None:
    site = small.make(tmp_path / "site", sqlite_url)
    site.publish()
    assert text(ask(site, verb="Identify"), "*/o:earliestDatestamp") > written(site.now)
    assert codes(ask(site, **LIST)) == ["noRecordsMatch"]
    assert codes(ask(site, verb="ListSets")) == []
    site.engine.dispose()
