"""What `/v1` answers: the contract, the service document and records, in English only."""

from __future__ import annotations

import hashlib
import re
from typing import Any
from urllib.parse import quote

import pytest

from syndicate.web.published import Published
from syndicate.web.pull.problems import CODES
from tests.web.pull.contract import Ask, contract
from tests.web.stand import Stand, get

ID = "tag:pprnet.example,2013:summary/v9ffcqu9"


SLUG = "expressing-emotion-in-therapy"


@pytest.fixture
def app(demo_app: Published) -> Published:
    """Return the application that all share who only read."""
    return demo_app


def test_the_contract_and_the_routes_are_the_same(app: Published) -> None:
    routes = {
        re.sub(r"<(?:path:)?(\w+)>", r"{\1}", rule.rule)
        for rule in app._rest.url_map.iter_rules()  # type: ignore[attr-defined]
        if rule.rule.startswith("/v1/")
    }
    assert routes == set(contract()["paths"])


def test_the_contract_names_every_code_that_a_problem_has(ask: Ask) -> None:
    listed = ask("/v1/problems/").json["problems"]
    assert {one["code"]: one["status"] for one in listed} == {
        code: known.status for code, known in CODES.items()
    }
    for code in CODES:
        assert ask(f"/v1/problems/{code}").json["code"] == code


def test_the_service_document_leads_everywhere(ask: Ask) -> None:
    found = ask("/v1/").json
    assert found["languages"] == ["en"]
    for address in found["links"].values():
        wanted = 401 if address.endswith("/v1/me") else 200
        assert ask(address.removeprefix("http://127.0.0.1:8000")).status_code == wanted, address


# Records ------------------------------------------------------------------------------------------


def test_a_summary_by_its_id(ask: Ask) -> None:
    found = ask(f"/v1/items/{quote(ID, safe='')}").json
    assert (found["id"], found["language"], found["status"]) == (ID, "en", "published")
    assert found["content_sha256"] == hashlib.sha256(found["content_html"].encode()).hexdigest()
    assert [each["value"] for each in found["findings"]] == ["0.28", "0.40"]
    assert found["licence"]["spdx"] == "CC-BY-4.0"
    assert found["url"] in found["attribution"]["html"]
    assert found["availability_notice"]["fr"].startswith("Les résumés")
    assert found["implications_html"] in found["content_html"]


def test_parts_leave_out_what_is_not_asked_for(ask: Ask) -> None:
    short = ask(f"/v1/items/{ID}?parts=summary").json
    implications = ask(f"/v1/items/{ID}?parts=implications").json
    assert "content_html" not in short
    assert short["description"]
    assert "content_html" not in implications
    assert implications["implications_html"]
    assert implications["citation"]["text"].startswith("Peluso")
    assert len(implications["findings"]) == 2
    assert short["content_hash"] == implications["content_hash"]


def test_a_summary_by_the_doi_of_its_article(ask: Ask) -> None:
    all_of_them = ask("/v1/items?limit=200").json["items"]
    cited = [one for one in all_of_them if one["citation"] and one["citation"]["doi"]]
    assert cited
    for one in cited:
        for doi in (one["citation"]["doi"], one["citation"]["doi"].upper()):
            assert ask(f"/v1/items/by-doi/{doi}").json["id"] == one["id"]


def test_a_withdrawn_summary_is_gone_with_its_tombstone(stand: Stand) -> None:
    stand.withdraw(SLUG, reason="error", note="The figures were those of another study.")
    answer = get(stand.open(), f"/v1/items/{ID}")
    assert answer.status_code == 410
    assert answer.json["code"] == "item-withdrawn"
    assert answer.json["tombstone"]["reason"] == "withdrawn"
    assert answer.json["tombstone"]["note"] == "The figures were those of another study."


def test_a_citation_comes_in_parts_and_the_attribution_with_a_picture(ask: Ask) -> None:
    cited = ask("/v1/items?form=research&limit=200").json["items"]
    assert len(cited) == 6
    for citation in (one["citation"] for one in cited):
        parts = citation["csl"]
        assert parts["type"] == "article-journal"
        assert parts.get("DOI") == citation["doi"]
        year = {"date-parts": [[citation["year"]]]} if citation["year"] else None
        assert parts.get("issued") == year
        assert parts["title"] in citation["text"]
    newest = cited[0]["citation"]["csl"]
    assert newest["author"][0] == {"family": "Cooper", "given": "D."}
    path = cited[0]["attribution"]["logo"].removeprefix("http://127.0.0.1:8000")
    assert ask(path).content_type == "image/png"


@pytest.mark.parametrize(
    ("of", "frame"),
    [
        (ID, f"/embed/summaries/{SLUG}/"),
        ("empathy", "/embed/topics/empathy/"),
        ("adherance", "/embed/topics/adherence/"),
    ],
)
def test_the_frame_of_what_has_an_id_or_a_slug(ask: Ask, of: str, frame: str) -> None:
    answer = ask(f"/v1/embed/{of}")
    assert answer.status_code == 301
    assert answer.headers["Location"] == frame
    assert ask(frame).status_code == 200


def test_no_frame_of_what_is_not_there(ask: Ask) -> None:
    assert ask("/v1/embed/empathi").json["code"] == "not-found"
    assert ask("/v1/embed/tag:nobody.example,2013:x").json["code"] == "not-found"


def test_browsing_walks_through_everything_once(ask: Ask) -> None:
    seen: list[str] = []
    address = "/v1/items?limit=2&form=research"
    while address:
        page = ask(address).json
        seen += [one["id"] for one in page["items"]]
        address = (page["next"] or "").removeprefix("http://127.0.0.1:8000")
    assert len(seen) == len(set(seen)) == 6


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("month=2021-04", 3),
        ("month=1999-01", 0),
        ("author=demonstration%20EDITORS", 7),
        ("author=nobody", 0),
        ("q=alliance", 1),
        ("q=psychotherapy%20-alliance&form=announcement", 1),
        ("q=%22no%20such%20words%22", 0),
        ("q=topic:adherance", 1),
        ("q=!", 0),
        ("kind=meta-analysis", 5),
        ("topic=adherance", 1),
    ],
)
def test_browsing_is_narrowed(ask: Ask, query: str, count: int) -> None:
    assert len(ask(f"/v1/items?{query}").json["items"]) == count


def test_topics_and_kinds_say_what_there_is(ask: Ask) -> None:
    topics = ask("/v1/topics").json["topics"]
    assert len(topics) == 36
    first = topics[0]
    assert (first["slug"], first["former"]) == ("adherence", ["adherance"])
    path = first["items"].removeprefix("http://127.0.0.1:8000")
    assert len(ask(path).json["items"]) == first["live_count"] == 1
    assert len(ask("/v1/kinds").json["kinds"]) == 6


# English only -------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "EN", "en-CA", "en-GB-oxendict"])
def test_english_may_be_asked_for(ask: Ask, lang: str) -> None:
    assert ask(f"/v1/state?lang={lang}").status_code == 200


@pytest.mark.parametrize("lang", ["fr", "fr-CA", "", "english", "*"])
def test_any_other_language_is_refused_in_two(ask: Ask, lang: str) -> None:
    answer = ask(f"/v1/items?lang={lang}")
    assert answer.status_code == 406
    body: dict[str, Any] = answer.json
    assert (body["code"], body["available"]) == ("language-not-available", ["en"])
    assert "anglais" in body["detail_fr"]
    assert "English" in body["detail_en"]
    assert body["english"] == "http://127.0.0.1:8000/v1/items"
    assert answer.headers["Content-Language"] == "en, fr"


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("fr", 200),
        ("fr-CA, fr;q=0.9", 200),
        ("en;q=0", 406),
        ("fr, en;q=0", 406),
        ("fr, en;q=0, *;q=0.1", 200),
        ("fr, en;q=0, *;q=0", 406),
        ("fr, en;q=0, en-CA;q=0.5", 200),
        ("rubbish;;;q=x", 200),
        ("en;q=0," * 400, 200),
    ],
)
def test_a_wish_for_another_language_is_answered_in_english(
    ask: Ask, header: str, status: int
) -> None:
    answer = ask("/v1/state", Accept_Language=header)
    assert answer.status_code == status
    if status == 200:
        assert answer.headers["Content-Language"] == "en"
