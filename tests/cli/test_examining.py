"""`doctor`."""

from __future__ import annotations

import json

from tests.cli.conftest import Terminal


def test_a_well_installation(terminal: Terminal) -> None:
    terminal.site.write("first")
    terminal.environ["SYNDICATE_BASE_URL"] = "https://feeds.network.example"
    terminal.run("publish")
    shown = terminal.run("doctor").stdout
    assert {line.split()[0] for line in shown.splitlines()} == {"ok", "warning"}
    (warning,) = (line for line in shown.splitlines() if line.startswith("warning"))
    assert "alerts: no relay is named" in warning


def test_an_error_is_an_exit_status(bare: Terminal) -> None:
    shown = bare.run("doctor", status=1).stdout
    assert "error   store: there is no store at " in shown
    assert "run `syndicate db upgrade`" in shown


def test_json(terminal: Terminal) -> None:
    found = json.loads(terminal.run("doctor", "--json").stdout)
    assert {"place", "verdict", "message", "remedy"} == set(found[0])
    assert {one["place"] for one in found} >= {"store", "site", "secret key", "disk"}


def test_wrong_settings_are_told_like_everywhere(terminal: Terminal) -> None:
    terminal.environ["SYNDICATE_BASE_URL"] = "feeds.example"
    assert "SYNDICATE_BASE_URL" in terminal.run("doctor", status=2).stderr
