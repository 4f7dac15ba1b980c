"""A site and a summary begin: valid at once, the owner's own, and nothing overwritten."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate import definitions, starter
from syndicate.editorial.checking import check
from syndicate.editorial.summary import parse
from syndicate.errors import DefinitionError, NotFound, SyndicateError
from syndicate.starter import Owner, start_site, start_summary
from tests.sites import REPOSITORY, Site

NOW = datetime(2026, 11, 23, 12, 30, 15, tzinfo=UTC)
OWNER = Owner(
    title="Care & Research, a network", authority="care.example.org", base_url="https://c.example"
)


def _files(folder: Path) -> dict[str, str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in found}


def test_a_started_site_is_valid_and_without_summaries(tmp_path: Path) -> None:
    written = start_site(tmp_path, OWNER, now=NOW)
    assert sorted(_files(tmp_path)) == written
    assert "content/TEMPLATE.md" in written
    assert "content/summaries/.gitkeep" in written
    found = definitions.load(tmp_path)
    assert check(tmp_path, found).problems == ()
    assert len(found.topics) == 36
    assert found.network.base_url == "https://c.example"
    assert found.network.title == "Care & Research, a network"
    assert found.network.short == "Care Research a network"
    assert found.tag("x") == "tag:care.example.org,2026-11-23:x"


def test_nothing_of_the_demonstration_is_left(tmp_path: Path) -> None:
    start_site(tmp_path, OWNER, now=NOW)
    for path, text in _files(tmp_path).items():
        assert not re.search(r"pprnet|demonstration|PPRNet", text, re.IGNORECASE), path


def test_samples_come_with_ids_of_the_new_network(tmp_path: Path) -> None:
    start_site(tmp_path, OWNER, now=NOW, samples=True)
    report = check(tmp_path, definitions.load(tmp_path))
    assert (report.files, report.errors) == (7, 0)
    samples = [text for path, text in _files(tmp_path).items() if "summaries/2" in path]
    assert all("id: tag:care.example.org,2026-11-23:" in text for text in samples)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "feeds").mkdir()
    (tmp_path / "feeds/kinds.toml").write_text("mine")
    with pytest.raises(SyndicateError, match=r"has feeds/kinds\.toml already"):
        start_site(tmp_path, OWNER, now=NOW)
    assert _files(tmp_path) == {"feeds/kinds.toml": "mine"}


def test_a_folder_may_hold_other_things(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    start_site(tmp_path, OWNER, now=NOW)
    assert (tmp_path / "README.md").read_text() == "mine"


@pytest.mark.parametrize(
    ("authority", "base_url", "place"),
    [
        ("not a domain", "https://c.example", "network.tag_authority"),
        ("c.example", "c.example", "network.base_url"),
    ],
)
def test_a_wrong_fact_is_told_before_anything_is_written(
    tmp_path: Path, authority: str, base_url: str, place: str
) -> None:
    owner = Owner(title="Care", authority=authority, base_url=base_url)
    with pytest.raises(DefinitionError, match=place):
        start_site(tmp_path / "new", owner, now=NOW)
    assert not (tmp_path / "new").exists()


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40))
def test_any_title_stands_in_the_files_as_it_is(title: str) -> None:
    owner = Owner(title=f"N {title}", authority="c.example", base_url="https://c.example")
    texts = dict(starter._starter_texts(owner, NOW, samples=False))
    found = definitions.parse(starter._toml(texts))
    assert found.network.title == f"N {title}"


def test_the_wheel_holds_the_same_files() -> None:
    """The starter of an installed program is the repository's, put there by pyproject.toml."""
    assert starter.source() == REPOSITORY
    text = (REPOSITORY / "pyproject.toml").read_text()
    for name in ("content", "feeds"):
        assert f'"{name}" = "syndicate/_starter/{name}"' in text


def test_an_installed_program_has_its_own_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_site(tmp_path / "package/_starter", OWNER, now=NOW)
    monkeypatch.setattr(starter, "_PACKAGE", tmp_path / "package")
    assert starter.source() == tmp_path / "package/_starter"
    monkeypatch.setattr(starter, "_PACKAGE", tmp_path / "other/package")
    with pytest.raises(SyndicateError, match="install syndicate again"):
        starter.source()


# A summary -------------------------------------------------------------------------------------


@pytest.fixture
def site(tmp_path: Path, sqlite_url: str) -> Site:
    return Site.make(tmp_path / "site", sqlite_url)


def _new(site: Site, title: str = "On empathy", **fields: object) -> str:
    values = {"topics": ["empathy"], "kind": "meta-analysis", "doi": None, "form": "research"}
    return start_summary(
        site.folder,
        site.definitions,
        title=title,
        now=NOW,
        **(values | fields),  # type: ignore[arg-type]
    )


def test_a_started_summary_is_a_valid_draft(site: Site) -> None:
    path = _new(site, doi="10.1234/abc")
    assert path == "content/summaries/2026/11/on-empathy.md"
    parsed = parse(path, (site.folder / path).read_bytes(), site.definitions)
    assert parsed.summary.draft
    assert parsed.summary.published == datetime(2026, 11, 23, 12, 31, tzinfo=UTC)
    assert re.fullmatch(
        r"tag:pprnet\.example,2013:summary/[2-9a-hj-km-np-tv-z]{8}", parsed.summary.id
    )


def test_each_has_a_slug_a_minute_and_an_id_of_its_own(site: Site) -> None:
    paths = [_new(site) for _ in range(3)]
    assert [Path(path).stem for path in paths] == ["on-empathy", "on-empathy-2", "on-empathy-3"]
    found = [parse(p, (site.folder / p).read_bytes(), site.definitions).summary for p in paths]
    minutes = [summary.published for summary in found]
    begin = datetime(2026, 11, 23, 12, 31, tzinfo=UTC)
    assert minutes == [begin + timedelta(minutes=number) for number in range(3)]
    assert len({summary.id for summary in found}) == 3


def test_minutes_of_corrections_other_zones_and_broken_files_are_taken(site: Site) -> None:
    site.write("first", corrections=[{"date": "2026-11-23T12:31:00Z", "note": "x"}])
    site.write_text("second", "---\npublished: 2026-11-23T07:32:00-05:00\n: {broken\n")
    site.write_text("third", "no front matter, 2026-13-45T99:00:00Z")
    (site.folder / "content/summaries/x.md").symlink_to("/etc/hostname")
    path = _new(site)
    assert "published: 2026-11-23T12:33:00Z" in (site.folder / path).read_text()


def test_a_file_too_large_to_read_keeps_its_name(site: Site) -> None:
    site.write_text("on-empathy", "x" * 6_000_000)
    assert _new(site).endswith("/on-empathy-2.md")


def test_former_slugs_become_present_ones(site: Site) -> None:
    assert "topics: [adherence]" in (site.folder / _new(site, topics=["adherance"])).read_text()


def test_unknown_words_are_refused_before_a_file_is_written(site: Site) -> None:
    for wrong in ({"topics": ["empathie"]}, {"kind": "meta-analyse"}):
        with pytest.raises(NotFound, match="did you mean"):
            _new(site, **wrong)
    assert list((site.folder / "content/summaries").rglob("*.md")) == []
