"""`/oai` over HTTP: GET and POST, codings, 304, the schema, the switch."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from lxml import etree
from werkzeug.test import Client, TestResponse

from syndicate.publish.dating import Dating
from syndicate.web.published import Published
from tests import oai
from tests.oai import NS, OWN
from tests.web.stand import BASE, Stand, get

LIST = "/oai?verb=ListRecords&metadataPrefix=syndicate"
FORM = "application/x-www-form-urlencoded"
KEY = "0123456789abcdef" * 2


@pytest.fixture
def app(stand: Stand) -> Iterator[Published]:
    stand.environ["SYNDICATE_SECRET_KEY"] = KEY
    date(stand)
    return stand.open()


def date(stand: Stand) -> None:
    Dating(stand.site.engine, lambda: datetime.now(UTC)).catch_up()


def submit(app: Published, body: bytes | str, path: str = "/oai", kind: str = FORM) -> TestResponse:
    return Client(app).open(path, method="POST", base_url=BASE, data=body, content_type=kind)


def code(answer: TestResponse) -> str | None:
    assert answer.status_code == 200
    error = oai.read(answer.data).find("o:error", NS)
    return None if error is None else error.get("code")


def test_get_and_a_form_are_answered_alike(app: Published) -> None:
    asked = get(app, LIST)
    assert asked.status_code == 200
    assert asked.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert asked.headers["Content-Language"] == "en"
    assert asked.headers["Cache-Control"] == "public, no-cache"
    assert "Set-Cookie" not in asked.headers
    sent = submit(app, "verb=ListRecords&metadataPrefix=syndicate")
    assert sent.headers["Cache-Control"] == "no-store"
    assert "ETag" not in sent.headers
    records = [oai.read(each.data).find("o:ListRecords", NS) for each in (asked, sent)]
    assert etree.tostring(records[0]) == etree.tostring(records[1])
    assert len(records[0]) == 7


@pytest.mark.parametrize(
    ("body", "path", "wanted"),
    [
        ("", "/oai", "badVerb"),
        ("verb=Identify", "/oai", None),
        ("verb=Identify", "/oai?verb=Identify", "badVerb"),
        ("metadataPrefix=oai_dc", "/oai?verb=ListRecords", None),
        ("verb=Identify&x", "/oai", "badArgument"),
        (b"verb=\xff\xfe", "/oai", "badVerb"),
        ("verb=%FF", "/oai", "badVerb"),
        ("verb=Identify&%00=%00", "/oai", "badArgument"),
    ],
)
def test_forms(app: Published, body: bytes | str, path: str, wanted: str | None) -> None:
    assert code(submit(app, body, path)) == wanted


def test_a_form_of_another_type_or_size_is_refused_in_plain_text(app: Published) -> None:
    for kind, status in (("application/json", 415), ("text/plain", 415), ("", 415)):
        answer = submit(app, "verb=Identify", kind=kind)
        assert (answer.status_code, answer.mimetype) == (status, "text/plain")
    assert submit(app, "a" * 100_000).status_code == 413
    assert submit(app, "&".join(f"a{n}=b" for n in range(200))).status_code == 413
    assert get(app, "/oai?verb=" + "a" * 3000).status_code == 414


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", "badVerb"),
        ("?verb=Identify&lang=fr", "badArgument"),
        (
            "?verb=ListRecords&metadataPrefix=oai_dc&from=2024-01-01&until=2024-01-01T00:00:00Z",
            "badArgument",
        ),
        ("?verb=ListRecords&metadataPrefix=mods", "cannotDisseminateFormat"),
        ("?verb=GetRecord&metadataPrefix=oai_dc&identifier=%00", "idDoesNotExist"),
        ("?verb=ListRecords&metadataPrefix=oai_dc&set=topic:none", "noRecordsMatch"),
        ("?verb=ListRecords&resumptionToken=abc", "badResumptionToken"),
        ("?verb=ListSets", None),
    ],
)
def test_errors_stand_in_a_200(app: Published, query: str, wanted: str | None) -> None:
    answer = get(app, f"/oai{query}")
    assert code(answer) == wanted
    assert b"Traceback" not in answer.data


def test_head_options_and_other_methods(app: Published) -> None:
    head = get(app, LIST, "HEAD")
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["ETag"] == get(app, LIST).headers["ETag"]
    options = get(app, "/oai", "OPTIONS")
    assert options.status_code == 204
    assert set(options.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
    assert get(app, "/oai", "PUT").status_code == 405
    assert get(app, "/oai/?verb=Identify").status_code == 200


def test_gzip_where_it_is_taken(app: Published) -> None:
    answer = get(app, LIST, Accept_Encoding="gzip")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    oai.read(gzip.decompress(answer.data))
    assert get(app, LIST, Accept_Encoding="identity;q=0").status_code == 406


def test_a_harvester_that_has_it_gets_a_304(app: Published, stand: Stand) -> None:
    tag = get(app, LIST).headers["ETag"]
    assert tag.startswith('W/"')
    for sent in (tag, tag.removeprefix("W/"), f'"x", {tag}', "*"):
        for coding in ("identity", "gzip"):
            again = get(app, LIST, If_None_Match=sent, Accept_Encoding=coding)
            assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert get(app, LIST, If_None_Match='W/"x"').status_code == 200
    assert get(app, f"{LIST}&set=topic", If_None_Match=tag).status_code == 200
    stand.withdraw("alliance-predicts-outcome")
    changed = get(app, LIST, If_None_Match=tag)
    assert changed.status_code == 200
    assert "ETag" not in changed.headers  # the change has no date yet: it will look otherwise
    assert changed.headers["Cache-Control"] == "no-store"
    date(stand)
    dated = get(app, LIST).headers["ETag"]
    assert dated != tag
    assert get(app, LIST, If_None_Match=dated).status_code == 304


def test_another_licence_is_another_answer(app: Published, stand: Stand) -> None:
    tag = get(app, LIST).headers["ETag"]
    stand.edit("network.toml", lambda text: text.replace("CC-BY-4.0", "CC-BY-SA-4.0"))
    stand.site.publish()
    date(stand)
    answer = get(app, LIST, If_None_Match=tag)
    assert answer.status_code == 200
    assert b"CC-BY-SA-4.0" in answer.data


def test_the_schema_is_served(app: Published) -> None:
    answer = get(app, "/oai/syndicate.xsd")
    assert answer.status_code == 200
    assert answer.mimetype == "application/xml"
    assert answer.data == OWN.read_bytes()
    again = get(app, "/oai/syndicate.xsd", If_None_Match=answer.headers["ETag"])
    assert again.status_code == 304
    location = etree.fromstring(get(app, "/oai?verb=ListMetadataFormats").data)
    assert f"{BASE}/oai/syndicate.xsd" in [one.text for one in location.iter()]


def test_every_summary_of_the_demonstration_is_valid_in_both_formats(app: Published) -> None:
    for prefix in ("oai_dc", "syndicate"):
        answer = oai.read(get(app, f"/oai?verb=ListRecords&metadataPrefix={prefix}").data)
        assert len(answer.findall(".//o:metadata", NS)) == 7


def test_it_can_be_switched_off(app: Published, stand: Stand) -> None:
    stand.edit("network.toml", lambda text: f"{text}\n[oai]\nenabled = false\n")
    stand.site.publish()
    for path in ("/oai?verb=Identify", "/oai/syndicate.xsd"):
        answer = get(app, path)
        assert (answer.status_code, answer.mimetype) == (404, "text/plain")


def test_a_store_that_is_away_is_a_503_that_harvesters_wait_for(stand: Stand) -> None:
    stand.environ["SYNDICATE_DATABASE_URL"] = f"sqlite:///{stand.site.folder}/none.sqlite"
    answer = get(stand.open(), "/oai?verb=Identify")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


def test_a_harvester_that_asks_too_often_is_told_when_to_come_back(stand: Stand) -> None:
    minute = re.compile(r"anonymous_per_minute = \d+")
    stand.edit("network.toml", lambda text: minute.sub("anonymous_per_minute = 2", text))
    assert stand.site.publish().problems == ()
    app = stand.open()
    asked = [get(app, "/oai?verb=Identify") for _ in range(3)]
    assert [answer.status_code for answer in asked] == [200, 200, 503]
    assert 1 <= int(asked[2].headers["Retry-After"]) <= 60
    assert asked[2].headers["Cache-Control"] == "no-store"
    assert asked[2].headers["RateLimit"]
