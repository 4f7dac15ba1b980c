from __future__ import annotations

import os
import runpy
from pathlib import Path

import pytest
from werkzeug.test import Client

from syndicate import config
from syndicate.store import engine as store
from syndicate.wiring import wire
from tests.sites import REPOSITORY


def test_nothing_is_opened_before_it_is_used(tmp_path: Path) -> None:
    settings = config.load({}, cwd=tmp_path)
    wired = wire(settings)
    assert not (tmp_path / "var" / "syndicate.sqlite").exists()
    with store.reading(wired.engine) as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1
    wired.close()


def test_wsgi_py_is_an_application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("SYNDICATE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    application = runpy.run_path(str(REPOSITORY / "wsgi.py"))["application"]
    assert Client(application).get("/healthz").status_code == 200
    application.close()
