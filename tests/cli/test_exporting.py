"""`export static`, on both stores."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Terminal


def test_a_site_becomes_files(either: Terminal, tmp_path: Path) -> None:
    terminal = either
    terminal.run("db", "upgrade")
    terminal.site.write("first")
    terminal.run("publish")
    old = terminal.site.folder / terminal.site.path("first")
    old.rename(old.with_name("moved.md"))
    terminal.run("publish")
    folder = tmp_path / "out"
    shown = terminal.run("export", "static", str(folder)).stdout
    assert shown.endswith(f"{folder}\n")
    assert (folder / "site/feed.atom").read_bytes() == terminal.site.document("/feed.atom")
    assert (folder / "site/feed.atom.br").is_file()
    assert 'location = "/summaries/first/"' in (folder / "nginx.conf").read_text("utf-8")
    again = json.loads(terminal.run("export", "static", str(folder), "--json").stdout)
    assert again["changed"] == again["removed"] == 0
    assert again["dead"] == []
    assert again["files"] > 100


def test_what_cannot_be_exported_is_told(terminal: Terminal, tmp_path: Path) -> None:
    told = terminal.run("export", "static", str(tmp_path / "out"), status=1).stderr
    assert "run `syndicate publish`" in told
    assert not (tmp_path / "out").exists()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/headers.json").write_text("[]")
    told = terminal.run("export", "static", str(tmp_path / "mine"), status=1).stderr
    assert "no export has written it; name a new folder" in told


def test_a_link_that_leads_to_nothing_is_named(terminal: Terminal, tmp_path: Path) -> None:
    network = terminal.site.folder / "feeds/network.toml"
    lost = '\n[http.redirects]\n"/old/" = "/nowhere/"\n'
    network.write_text(network.read_text("utf-8") + lost, "utf-8")
    terminal.site.write("first")
    terminal.run("publish")
    told = terminal.run("export", "static", str(tmp_path / "out"), status=1).stderr
    assert told == "/nowhere/: a page leads here, and nothing is here\n"
