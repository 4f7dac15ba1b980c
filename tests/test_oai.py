"""The checks of OAI-PMH see what is wrong: a right answer is spoilt in one place at a time."""

from __future__ import annotations

import pytest
from lxml import etree

from tests import oai

RIGHT = b"""<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">
<responseDate>2024-01-01T12:00:00Z</responseDate>
<request verb="ListRecords" metadataPrefix="oai_dc">http://feeds.example/oai</request>
<ListRecords>
<record><header><identifier>tag:a.example,2013:1</identifier>
<datestamp>2024-01-01T11:00:00Z</datestamp><setSpec>topic:empathy</setSpec></header>
<metadata><oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/oai_dc/ x.xsd">
<dc:title xml:lang="en">A title</dc:title></oai_dc:dc></metadata></record>
<record><header status="deleted"><identifier>tag:a.example,2013:2</identifier>
<datestamp>2024-01-01T11:00:00Z</datestamp></header></record>
<resumptionToken completeListSize="9" cursor="0">abc</resumptionToken>
</ListRecords></OAI-PMH>"""


def test_a_right_answer_has_no_problems() -> None:
    assert list(oai.problems(etree.fromstring(RIGHT))) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (b"2024-01-01T12:00:00Z", b"today"),
        (b"2024-01-01T11:00:00Z", b"2024-01-01T11:00:00+01:00"),
        (b'verb="ListRecords"', b'verb="ListAll"'),
        (b"topic:empathy", b"topic empathy"),
        (b"dc:title", b"dc:headline"),
        (b' xml:lang="en"', b' lang="en"'),
        (b"oai_dc/ x.xsd", b"other/ x.xsd"),
        (b' status="deleted"', b""),
        (b"<identifier>tag:a.example,2013:1</identifier>", b""),
        (b'completeListSize="9"', b'completeListSize="0"'),
        (b"http://www.openarchives.org/OAI/2.0/oai_dc/", b"urn:another"),
    ],
)
def test_each_fault_is_seen(right: bytes, wrong: bytes) -> None:
    spoilt = RIGHT.replace(right, wrong)
    assert spoilt != RIGHT
    assert list(oai.problems(etree.fromstring(spoilt)))


def test_arguments_that_were_bad_are_not_repeated() -> None:
    head, _, _ = RIGHT.partition(b"<ListRecords>")
    body = head + b'<error code="badArgument">No.</error></OAI-PMH>'
    assert list(oai.problems(etree.fromstring(body))) == ["request repeats arguments that were bad"]
