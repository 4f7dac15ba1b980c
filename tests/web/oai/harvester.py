"""A harvester that does as docs/partners.md says, and a repository to try it on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from lxml import etree

from syndicate.documents import record
from syndicate.model import Summary
from syndicate.store import engine as store
from syndicate.store import journal, site, summaries
from syndicate.store.engine import Connection
from syndicate.sync import Seal
from syndicate.web.oai import verbs
from tests import oai
from tests.oai import NS
from tests.sites import Site

KEY = "0123456789abcdef" * 2


def ask(site_: Site, **arguments: str) -> etree._Element:
    """Return the answer to a request, which is valid; `from` is written with an underscore."""
    given = [(name.rstrip("_"), value) for name, value in arguments.items()]
    with store.reading(site_.engine) as connection:
        repository = verbs.Repository(
            connection=connection,
            definitions=site.get_definitions(connection),
            head=journal.get_head(connection),
            seal=Seal((KEY,)),
            now=site_.now,
        )
        return oai.read(verbs.answer(repository, given))


def codes(answer: etree._Element) -> list[str]:
    return [error.get("code") or "" for error in answer.iterfind("o:error", NS)]


def text(answer: etree._Element, path: str) -> str:
    return answer.findtext(path, namespaces=NS) or ""


def token(answer: etree._Element) -> str:
    return text(answer, "*/o:resumptionToken")


def list_identifiers(site_: Site, spec: str | None = None) -> list[str]:
    """Return every identifier of a whole list, as often as it is given."""
    whole = {"metadataPrefix": "oai_dc"} | ({"set": spec} if spec else {})
    arguments, found = whole, []
    while arguments:
        answer = ask(site_, verb="ListIdentifiers", **arguments)
        assert codes(answer) in ([], ["noRecordsMatch"])
        found += [each.text or "" for each in answer.iterfind(".//o:header/o:identifier", NS)]
        arguments = {"resumptionToken": token(answer)} if token(answer) else {}
    return found


def origin(connection: Connection, spec: str | None) -> dict[str, str]:
    """Return what a set has, by the texts alone: neither memberships nor records are looked at."""
    return {
        row.id: record.content_hash(text)
        for row, text in summaries.iterate(connection)
        if row.state == "published" and _is_in(connection, text, spec)
    }


def _is_in(connection: Connection, text: Summary, spec: str | None) -> bool:
    group, _, slug = (spec or "").partition(":")
    if group == "topic" and slug:
        topic = site.get_definitions(connection).find_topic(slug)
        return topic is not None and topic.slug in text.topics
    if group == "kind":
        return text.kind == slug
    return not slug or f"{text.published:%Y}" == slug


@dataclass
class Harvester:
    """Keeps a copy of a set, or of everything, by runs that begin where the last one began.

    `copy` is identifier -> content_hash. Where all dates are younger than the last run, the next
    one begins anew: only what it is given is kept.
    """

    site: Site
    set: str | None = None
    copy: dict[str, str] = field(default_factory=dict)
    last: datetime | None = None  # when the last run that was ended began
    started: datetime | None = None  # the present run
    anew: bool = False
    given: dict[str, str | None] = field(default_factory=dict)
    token: str = ""
    pages: int = 0

    def begin(self) -> None:
        self.started = self.site.now
        earliest = text(ask(self.site, verb="Identify"), "o:Identify/o:earliestDatestamp")
        self.anew = self.last is None or datetime.fromisoformat(earliest) > self.last
        self.given, self.token = {}, ""

    def _arguments(self) -> Mapping[str, str]:
        if self.token:
            return {"resumptionToken": self.token}
        given = {"metadataPrefix": "syndicate"}
        if self.set:
            given["set"] = self.set
        if self.last and not self.anew:
            given["from_"] = f"{self.last:%Y-%m-%dT%H:%M:%SZ}"
        return given

    def page(self) -> bool:
        """Take one page; tell whether the run goes on."""
        if self.started is None:
            self.begin()
        answer = ask(self.site, verb="ListRecords", **self._arguments())
        self.pages += 1
        if codes(answer) == ["badResumptionToken"]:
            self.begin()
            return True
        assert codes(answer) in ([], ["noRecordsMatch"])
        self._take(answer)
        self.token = token(answer)
        if self.token:
            return True
        self._end()
        return False

    def _take(self, answer: etree._Element) -> None:
        before = len(self.given)
        records = answer.findall("o:ListRecords/o:record", NS)
        for one in records:
            deleted = one.find("o:header", NS).get("status") == "deleted"
            content = text(one, "o:metadata/s:summary/s:content_hash")
            id = text(one, "o:header/o:identifier")
            assert self.last is None or self.anew or self._is_new(one)
            self.given.pop(id, None)
            self.given[id] = None if deleted else content
        assert len(self.given) >= before

    def _is_new(self, record: etree._Element) -> bool:
        assert self.last is not None
        return datetime.fromisoformat(text(record, "o:header/o:datestamp")) >= self.last

    def _end(self) -> None:
        if self.anew:
            self.copy = {}
        for id, content in self.given.items():
            if content is None:
                self.copy.pop(id, None)
            else:
                self.copy[id] = content
        self.last, self.started, self.given = self.started, None, {}

    def run(self) -> None:
        """End the run that is under way, and do one more."""
        while self.started is not None and self.page():
            pass
        while self.page():
            pass
