"""The site as files: the same bytes as served, nothing dead, and nothing left of what has gone."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest

from syndicate.errors import ExportError, StoreError
from syndicate.web.export import Exported, export
from syndicate.web.published import Published
from tests import small
from tests.web.pages.reading import SUMMARY, links
from tests.web.stand import BASE, Stand, get


@pytest.fixture
def few(tmp_path: Path) -> Stand:
    """Return an installation with six summaries, of which one has gone and one has moved."""
    site = small.make(tmp_path / "site", f"sqlite:///{tmp_path / 'store.sqlite'}")
    site.base_url = BASE
    for number, slug in enumerate(("one", "two", "three", "four", "five", "old-name")):
        site.write(
            slug, form="research", number=number, topics=["empathy", "training"][: 1 + number % 2]
        )
    assert site.publish().problems == ()
    stand = Stand(site)
    stand.withdraw("five", date="2024-01-01T12:30:00Z")
    old = site.folder / site.path("old-name")
    old.rename(old.with_name("new-name.md"))
    assert site.publish().problems == ()
    return stand


def run(stand: Stand, folder: Path) -> Exported:
    return export(stand.settings(), folder)


def listed(folder: Path) -> dict[str, Any]:
    answers = json.loads((folder / "headers.json").read_bytes())["answers"]
    return {answer["path"]: answer for answer in answers}


def test_the_bytes_are_those_that_are_served(few: Stand, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    found = run(few, folder)
    assert found.dead == ()
    app = few.open()
    paths = app.generations.current.documents
    assert len(paths) > 20
    for path in paths:
        file = folder / "site" / path[1:]
        served = get(app, path)
        assert file.read_bytes() == served.data, path
        zipped = get(app, path, Accept_Encoding="gzip")
        assert file.with_name(f"{file.name}.gz").read_bytes() == zipped.data, path
        assert gzip.decompress(zipped.data) == served.data
        said = listed(folder)[path]["headers"]
        for name in ("Content-Type", "Cache-Control"):
            assert said[name] == served.headers[name]
        if "Last-Modified" in served.headers:
            assert said["Last-Modified"] == served.headers["Last-Modified"]
            assert int(file.stat().st_mtime) == served.last_modified.timestamp()  # type: ignore[union-attr]


def test_no_page_leads_to_nothing_or_to_a_program(few: Stand, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    run(few, folder)
    known = listed(folder)
    pages = [path for path in (folder / "site").rglob("*.html") if "gone" not in path.parts]
    assert len(pages) > 40
    for page in pages:
        text = page.read_text("utf-8")
        assert "<form" not in text, page
        assert "/oembed" not in text, page
        for link in links(text):
            path = re.sub(r"[?#].*", "", link)
            assert path in known, (page, link)


def test_old_addresses_and_what_has_gone(few: Stand, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    run(few, folder)
    known = listed(folder)
    for prefix in ("", "/fr", "/embed", "/fr/embed"):
        gone = known[f"{prefix}/summaries/five/"]
        assert gone["status"] == 410
        assert (folder / gone["file"]).read_text("utf-8").count("<h1") == 1
        assert gone["file"].startswith("site/gone/")
        moved = known[f"{prefix}/summaries/old-name/"]
        assert moved["status"] == 301
        assert moved["headers"]["Location"] == f"{prefix}/summaries/new-name/"
    assert known["/feed/"]["headers"]["Location"] == "/feed.rss"
    assert not (folder / "site/summaries/five").exists()
    config = (folder / "nginx.conf").read_text()
    assert 'location = "/summaries/five/" { error_page 410' in config
    assert 'return 301 "/summaries/new-name/"' in config


def test_a_second_export_changes_what_has_changed_and_removes_what_has_gone(
    few: Stand, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    first = run(few, folder)
    before = {path: path.stat().st_mtime_ns for path in (folder / "site").rglob("*.*")}
    again = run(few, folder)
    assert (first.removed, again.changed, again.removed) == (0, 0, 0)
    assert {p: p.stat().st_mtime_ns for p in (folder / "site").rglob("*.*")} == before
    # an edit that is no news keeps the feed's date: the file has another date all the same
    few.edit("one", lambda text: text.replace("What is known of one", "What is known of two"))
    few.edit(
        "one",
        lambda text: text.replace(
            "\nid:", '\nminor_edits: [{date: "2024-01-01T12:35:00Z", note: "A title."}]\nid:'
        ),
    )
    (folder / "site/summaries/left-over.html").write_text("of an export that was killed")
    few.withdraw("two", date="2024-01-01T12:40:00Z")
    third = run(few, folder)
    assert third.changed > 0
    assert not (folder / "site/summaries/two").exists()
    assert not (folder / "site/summaries/left-over.html").exists()
    feed = folder / "site/feed.atom"
    assert feed.stat().st_mtime_ns > before[feed]
    assert b"What is known of two" in feed.read_bytes()


def test_a_date_is_never_that_of_another_content(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    from syndicate.web.export.asking import Answer
    from syndicate.web.export.tree import Tree

    at = ("Last-Modified", "Mon, 01 Jan 2024 12:00:00 GMT")
    stamps = []
    for body in (b"one", b"two", b"two", b"one"):
        tree = Tree(tmp_path / "out")
        answer = Answer(path="/feed.atom", status=200, headers=(at,), bodies={"identity": body})
        tree.finish([tree.write(answer)])
        stamps.append(int((tmp_path / "out/site/feed.atom").stat().st_mtime))
    said = int(datetime(2024, 1, 1, 12, tzinfo=UTC).timestamp())
    assert stamps == [said, said + 1, said + 1, said + 2]


def test_a_site_below_a_path(few: Stand, tmp_path: Path) -> None:
    few.environ = {"SYNDICATE_BASE_URL": f"{BASE}/research"}
    few.site.base_url = f"{BASE}/research"
    few.site.publish()
    folder = tmp_path / "out"
    assert run(few, folder).dead == ()
    assert (folder / "site/research/feed.atom").is_file()
    assert (folder / "site/research/index.html").is_file()
    assert 'return 301 "/research/feed.rss"' in (folder / "nginx.conf").read_text()


def test_alerts_are_not_offered_where_nothing_can_take_them(few: Stand, tmp_path: Path) -> None:
    few.environ = {"SYNDICATE_SMTP_URL": "smtp://127.0.0.1:2525"}
    folder = tmp_path / "out"
    assert run(few, folder).dead == ()
    assert "/alerts/" not in (folder / "site/subscribe").read_text("utf-8")
    assert "/alerts/" in get(few.open(), "/subscribe").text


def test_a_folder_of_something_else_is_left_alone(few: Stand, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "letter.txt").write_text("mine")
    with pytest.raises(ExportError, match="no export has written it"):
        run(few, folder)
    (folder / "headers.json").write_text("{}")
    with pytest.raises(ExportError, match="no export has written it"):
        run(few, folder)
    assert sorted(path.name for path in folder.iterdir()) == ["headers.json", "letter.txt"]


def test_nothing_is_written_of_an_empty_store(tmp_path: Path) -> None:
    site = small.make(tmp_path / "site", f"sqlite:///{tmp_path / 'store.sqlite'}")
    with pytest.raises(StoreError, match="nothing has been published"):
        run(Stand(site), tmp_path / "out")


def test_every_header_that_nginx_adds_is_one_that_is_served(
    app: Published, stand: Stand, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    assert run(stand, folder).dead == ()
    assert (folder / f"site/summaries/{SUMMARY}/cite/article.ris").is_file()
    config = (folder / "nginx.conf").read_text()
    blocks = dict(re.findall(r'location ~ "([^"]+)" \{\n(.*?)\n\}', config, re.DOTALL))
    for shape, path in ((r"\.atom$", "/feed.atom"), (r"/index\.html$", "/topics/")):
        for name, value in re.findall(r'add_header (\S+) "(.*)" always;', blocks[shape]):
            assert get(app, path).headers[name] == value
