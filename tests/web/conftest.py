"""Stands for the tests of the web: published stores are made once and copied."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from syndicate.store import engine as store
from syndicate.store import secret
from syndicate.web.published import Published
from tests.sites import Site
from tests.web.served import Server
from tests.web.stand import BASE, Stand, new_site, write_long


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the repository's site and its store, published once."""
    folder = tmp_path_factory.mktemp("demo")
    site = new_site(folder, f"sqlite:///{folder / 'store.sqlite'}")
    assert site.publish().problems == ()
    site.engine.dispose()
    return folder


@pytest.fixture(scope="session")
def long_stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """Return an installation with long lists and archives; nobody publishes to it."""
    folder = tmp_path_factory.mktemp("long")
    site = new_site(folder, f"sqlite:///{folder / 'store.sqlite'}")
    write_long(site)
    assert site.publish().problems == ()
    stand = Stand(site)
    yield stand
    stand.close()


@contextmanager
def copied(demo_folder: Path, folder: Path) -> Iterator[Stand]:
    """Copy the published demo."""
    shutil.copytree(demo_folder, folder)
    engine = store.connect(f"sqlite:///{folder / 'store.sqlite'}")
    stand = Stand(Site(folder, engine, base_url=BASE))
    yield stand
    stand.close()


@pytest.fixture
def stand(demo_folder: Path, tmp_path: Path) -> Iterator[Stand]:
    """Return an installation of one's own, published, on SQLite."""
    with copied(demo_folder, tmp_path / "site") as made:
        yield made


@pytest.fixture
def app(stand: Stand) -> Published:
    return stand.open()


@pytest.fixture(scope="session")
def demo_app(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    """Return the application of an installation to which nobody publishes, for whoever reads."""
    with copied(demo_folder, tmp_path_factory.mktemp("shown") / "site") as made:
        yield made.open()


@pytest.fixture(scope="session")
def long_app(long_stand: Stand) -> Published:
    return long_stand.open()


@pytest.fixture(scope="module")
def folder(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a published site of this module's own: servers keep its store open."""
    made = Path(shutil.copytree(demo_folder, tmp_path_factory.mktemp("served") / "site"))
    secret.write(Path(f"{made / 'store.sqlite'}.key"), "k" * 64)
    return made


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[Server]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    one = Server(folder, port)
    yield one
    one.end()
