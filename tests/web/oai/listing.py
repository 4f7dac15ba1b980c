"""What is asked of a repository again and again, and how its lists are read."""

from __future__ import annotations

from lxml import etree

from syndicate.publish.dating import Dating
from tests.oai import NS
from tests.sites import Site
from tests.web.oai.harvester import text

LIST = {"verb": "ListRecords", "metadataPrefix": "oai_dc"}


ID = "tag:pprnet.example,2013:summary/"


def date(site: Site) -> None:
    Dating(site.engine, lambda: site.now).catch_up()


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
