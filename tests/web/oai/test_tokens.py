"""Lists in parts: tokens that resume them, and those that are not good."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree

from syndicate.store import engine as store
from syndicate.store import journal
from syndicate.sync import Seal
from tests import small
from tests.oai import NS
from tests.sites import Site, written
from tests.web.oai import harvester
from tests.web.oai.harvester import ask, codes, text, token
from tests.web.oai.listing import LIST, listed


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
