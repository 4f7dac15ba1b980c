"""`withdraw` and `restore` edit one file as an editor would and publish it alone."""

from __future__ import annotations

import pytest

from syndicate.errors import ContentError, NotFound, PublishRefused
from syndicate.publish import editing
from tests.checking import reading
from tests.sites import BODY, Site


def test_withdraw_then_restore(site: Site) -> None:
    path = site.folder / site.write("one")
    site.write("two", number=1)
    site.publish()
    before = path.read_text()
    outcome = editing.withdraw(
        site.engine,
        site.folder,
        site.definitions,
        "one",
        reason="error",
        note='A "wrong" table: 3 rows',
        now=site.now,
    )
    assert site.acts(outcome) == [("withdraw", "one")]
    assert 'note: "A \\"wrong\\" table: 3 rows"' in path.read_text()
    body = site.document("/feed.atom")
    assert b'ref="tag:pprnet.example,2013:summary/one"' in body
    assert b"<id>tag:pprnet.example,2013:summary/one</id>" not in body

    outcome = editing.restore(site.engine, site.folder, site.definitions, "one", now=site.now)
    assert site.acts(outcome) == [("restore", "one")]
    body = site.document("/feed.atom")
    assert b"deleted-entry" not in body
    assert b"Withdrawn:" not in body
    assert len(reading.read(body, "application/atom+xml")) == 2
    assert "withdrawn:" not in path.read_text()
    assert before.partition("\n---")[2] == path.read_text().partition("\n---")[2]


def test_restore_keeps_earlier_corrections(small_site: Site) -> None:
    site = small_site
    told = [{"date": "2024-01-01T12:30:00Z", "note": "First: r was 0.30", "notify": True}]
    path = site.folder / site.write("one", corrections=told)
    site.publish()
    editing.withdraw(
        site.engine, site.folder, site.definitions, "one", reason="error", now=site.now
    )
    editing.restore(site.engine, site.folder, site.definitions, "one", now=site.now)
    assert "First: r was 0.30" in path.read_text()
    assert path.read_text().count("- date:") == 2


def test_what_cannot_be_done_changes_nothing(small_site: Site) -> None:
    site = small_site
    path = site.folder / site.write("one")
    site.publish()
    before = path.read_text()
    arguments = (site.engine, site.folder, site.definitions)
    with pytest.raises(NotFound, match="did you mean 'one'"):
        editing.withdraw(*arguments, "onne", reason="error", now=site.now)
    with pytest.raises(PublishRefused, match="not withdrawn"):
        editing.restore(*arguments, "one", now=site.now)
    editing.withdraw(*arguments, "one", reason="error", now=site.now)
    with pytest.raises(PublishRefused, match="was withdrawn on"):
        editing.withdraw(*arguments, "one", reason="error", now=site.now)
    editing.restore(*arguments, "one", now=site.now)
    assert path.read_text().startswith(before.partition("\n---")[0])


FLOW = """---
{{schema: 1, id: "tag:pprnet.example,2013:summary/one", title: What is known of one, lang: en,
 published: 2024-01-01T12:00:00Z, topics: [empathy], kind: meta-analysis,
 citation: {{text: "Doe, J. (2020). On it. A Journal, 1."}}{more}}}
---
"""


@pytest.mark.parametrize(
    ("act", "more", "remedy"),
    [
        ("withdraw", "", "write withdrawn: {date: 2024-01-01T13:01:00Z, reason: error} there"),
        (
            "restore",
            ", withdrawn: {date: 2024-01-01T12:59:00Z, reason: error}",
            "delete `withdrawn` and add {date: 2024-01-01T13:01:00Z, note:",
        ),
    ],
)
def test_front_matter_in_braces_is_left_alone_with_a_remedy(
    small_site: Site, act: str, more: str, remedy: str
) -> None:
    site = small_site
    text = FLOW.format(more=more) + BODY.format(slug="one", n=12)
    path = site.folder / site.write_text("one", text)
    assert site.publish().problems == ()
    options = {"reason": "error"} if act == "withdraw" else {}
    with pytest.raises(ContentError, match="cannot be changed here") as refused:
        getattr(editing, act)(
            site.engine, site.folder, site.definitions, "one", now=site.now, **options
        )
    assert remedy in str(refused.value)
    assert path.read_text() == text


@pytest.mark.parametrize("reason", ["moved", "deleted", "replaced", "broken"])
def test_a_file_that_is_not_the_published_one_is_left_alone(small_site: Site, reason: str) -> None:
    site = small_site
    path = site.folder / site.write("one")
    site.publish()
    expected: type[Exception] = PublishRefused
    match reason:
        case "moved":
            (path.parent / "further").mkdir()
            path.rename(path.parent / "further/one.md")
            remedy = "if it has moved, run `syndicate publish` first"
        case "deleted":
            path.unlink()
            remedy = "--withdraw-missing"
        case "replaced":
            site.write("one", id="tag:pprnet.example,2013:summary/other")
            remedy = "has id: tag:pprnet.example,2013:summary/one; run `syndicate publish` first"
        case _:
            path.write_bytes(path.read_bytes() + b"\xff\xfe")
            expected, remedy = ContentError, "save"
    before = {file: file.read_bytes() for file in site.folder.rglob("*.md")}
    with pytest.raises(expected) as refused:
        editing.withdraw(
            site.engine, site.folder, site.definitions, "one", reason="error", now=site.now
        )
    assert remedy in str(refused.value)
    assert {file: file.read_bytes() for file in site.folder.rglob("*.md")} == before


def test_a_file_that_moved_is_withdrawn_once_the_move_is_published(small_site: Site) -> None:
    site = small_site
    path = site.folder / site.write("one")
    site.publish()
    moved = path.parent / "further/one.md"
    moved.parent.mkdir()
    path.rename(moved)
    site.publish()
    editing.withdraw(
        site.engine, site.folder, site.definitions, "one", reason="error", now=site.now
    )
    assert "withdrawn:" in moved.read_text()
