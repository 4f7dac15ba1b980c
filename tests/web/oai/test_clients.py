"""Three harvesters that others wrote, against the server as it is shipped."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sickle.oaiexceptions
from oaipmh import client as pyoai
from oaipmh import error as pyoai_errors
from oaipmh.metadata import MetadataRegistry, oai_dc_reader
from oaipmh_scythe import HTTPConfig, Scythe
from oaipmh_scythe.exceptions import BadArgument
from sickle import Sickle

from syndicate.publish import Options, publish
from syndicate.store import engine as store
from syndicate.store import records, summaries
from tests.sites import Site
from tests.web.served import Server
from tests.web.stand import LONG, Stand, write_long

WITHDRAWN = "alliance-predicts-outcome"
ALL = LONG + 7
ID = "tag:pprnet.example,2013:summary/"


@pytest.fixture(scope="module")
def server(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server of more records than one answer holds, one of them withdrawn."""
    folder = tmp_path_factory.mktemp("harvested") / "site"
    shutil.copytree(demo_folder, folder)
    site = Site(folder, store.connect(f"sqlite:///{folder / 'store.sqlite'}"))
    write_long(site)
    Stand(site).withdraw(WITHDRAWN)
    site.engine.dispose()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    one = Server(folder, port, SYNDICATE_SECRET_KEY="0123456789abcdef" * 2)
    yield one
    one.end()


@pytest.fixture
def address(server: Server) -> str:
    return f"http://127.0.0.1:{server.port}/oai"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_sickle(address: str, method: str) -> None:
    harvester = Sickle(address, http_method=method, max_retries=1)
    for prefix in ("oai_dc", "syndicate"):
        found = list(harvester.ListRecords(metadataPrefix=prefix))
        assert len({record.header.identifier for record in found}) == len(found) == ALL
        assert sum(record.header.deleted for record in found) == 1
        alive = list(harvester.ListRecords(metadataPrefix=prefix, ignore_deleted=True))
        assert len(alive) == ALL - 1
    record = harvester.GetRecord(metadataPrefix="oai_dc", identifier=f"{ID}piece-000")
    assert record.metadata["title"] == ["What is known of piece-000"]
    assert "topic:empathy" in record.header.setSpecs
    headers = list(harvester.ListIdentifiers(metadataPrefix="oai_dc", set="topic:empathy"))
    assert len(headers) == LONG + 1
    assert "topic:empathy" in [one.setSpec for one in harvester.ListSets()]
    assert [one.metadataPrefix for one in harvester.ListMetadataFormats()] == [
        "oai_dc",
        "syndicate",
    ]
    assert harvester.Identify().deletedRecord == "persistent"
    nothing = {"metadataPrefix": "oai_dc", "until": "1999-01-01"}
    with pytest.raises(sickle.oaiexceptions.NoRecordsMatch):
        harvester.ListRecords(**nothing)
    with pytest.raises(sickle.oaiexceptions.BadResumptionToken):
        harvester.ListRecords(resumptionToken="x")
    with pytest.raises(sickle.oaiexceptions.IdDoesNotExist):
        harvester.GetRecord(metadataPrefix="oai_dc", identifier="tag:nobody")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_scythe(address: str, method: str) -> None:
    with Scythe(address, http_config=HTTPConfig(http_method=method)) as harvester:
        found = list(harvester.list_records(metadata_prefix="syndicate"))
        assert len(found) == ALL
        assert sum(record.header.deleted for record in found) == 1
        some = list(harvester.list_records(metadata_prefix="oai_dc", set_="year:2021"))
        assert all("year:2021" in record.header.setSpecs for record in some)
        assert some
        names = {one.setSpec for one in harvester.list_sets()}
        assert {"topic", "kind:meta-analysis", "year:2021"} < names
        assert harvester.identify().granularity == "YYYY-MM-DDThh:mm:ssZ"
        with pytest.raises(BadArgument):
            list(harvester.list_records(from_="2024-01-01", until="2023-01-01"))


def test_pyoai(address: str) -> None:
    registry = MetadataRegistry()
    registry.registerReader("oai_dc", oai_dc_reader)
    harvester = pyoai.Client(address, registry)
    harvester.updateGranularity()
    found = list(harvester.listRecords(metadataPrefix="oai_dc"))
    assert len(found) == ALL
    gone = [header.identifier() for header, _metadata, _about in found if header.isDeleted()]
    assert len(gone) == 1
    header, metadata, _about = harvester.getRecord(
        metadataPrefix="oai_dc", identifier=f"{ID}piece-000"
    )
    assert header.identifier() == f"{ID}piece-000"
    assert metadata.getField("title") == ["What is known of piece-000"]
    earliest = harvester.identify().earliestDatestamp()
    again = list(harvester.listIdentifiers(metadataPrefix="oai_dc", from_=earliest))
    assert len(again) == ALL
    with pytest.raises(pyoai_errors.NoRecordsMatchError):
        harvester.listRecords(metadataPrefix="oai_dc", set="topic:none")


# While others publish, by the real clock --------------------------------------------------------


class Editor:
    """Publishes pieces one after the other, each once and some of them again and again."""

    def __init__(self, site: Site, name: str, times: int) -> None:
        self.site, self.name, self.times = site, name, times
        self.failure: BaseException | None = None
        self.thread = threading.Thread(target=self._run, name=name)

    def _run(self) -> None:
        try:
            for number in range(self.times):
                slug = f"{self.name}-{number % 3}"
                path = self.site.write(
                    slug,
                    title=f"Version {number}",
                    minor_edits=[{"date": "2022-01-01T00:00:00Z", "note": f"Edit {number}."}],
                    published=datetime(2021, 1 + number % 3, ord(self.name[0]) % 28, tzinfo=UTC),
                )
                outcome = publish(
                    self.site.engine,
                    self.site.folder,
                    self.site.definitions,
                    now=datetime.now(UTC).replace(microsecond=0),
                    options=Options(only=[path], processes=1),
                )
                assert outcome.problems == ()
        except BaseException as error:
            self.failure = error
            raise


def harvest(address: str, copy: dict[str, str], since: datetime | None) -> datetime:
    """Bring a copy up to date; return when this began, by the harvester's own clock."""
    started = datetime.now(UTC)
    given = {"from": f"{since:%Y-%m-%dT%H:%M:%SZ}"} if since else {}
    try:
        for record in Sickle(address).ListRecords(metadataPrefix="oai_dc", **given):
            if record.header.deleted:
                copy.pop(record.header.identifier, None)
            else:
                copy[record.header.identifier] = record.metadata["title"][0]
    except sickle.oaiexceptions.NoRecordsMatch:
        pass
    return started


def follow(site: Site, server: Server, *, editors: int, times: int) -> None:
    """Harvest for as long as editors publish, once more, and compare."""
    address = f"http://127.0.0.1:{server.port}/oai"
    working = [Editor(site, name, times) for name in ("anna", "bert", "carl")[:editors]]
    for editor in working:
        editor.thread.start()
    copy: dict[str, str] = {}
    since, runs = None, 0
    while any(editor.thread.is_alive() for editor in working):
        since, runs = harvest(address, copy, since), runs + 1
    assert [editor.failure for editor in working] == [None] * editors
    harvest(address, copy, since)
    with store.reading(site.engine) as connection:
        wanted = {
            row.id: text.title
            for row, text in summaries.iterate(connection)
            if records.find(connection, row.id)
        }
    assert copy == wanted
    assert runs > 2, "the harvester was too slow to meet a publish"


def test_a_harvest_while_others_publish_misses_nothing(server: Server) -> None:
    engine = store.connect(f"sqlite:///{server.folder / 'store.sqlite'}")
    follow(Site(server.folder, engine), server, editors=2, times=8)
    engine.dispose()
