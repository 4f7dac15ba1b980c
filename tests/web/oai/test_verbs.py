"""The six verbs on a small repository: what they answer, and each named condition."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from syndicate.publish import topics
from syndicate.store import engine as store
from syndicate.store import records
from tests.oai import NS
from tests.sites import Site, written
from tests.web.oai.harvester import ask, codes, text, token
from tests.web.oai.listing import ID, LIST, date, listed, sets_of

# Identify, formats, sets --------------------------------------------------------------------------


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


# Records ------------------------------------------------------------------------------------------


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
