from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.errors import SyndicateError
from syndicate.foreign import ForeignEntry
from syndicate.importing.convert import ImportedFile
from syndicate.importing.write import Candidate, in_order, put

FILE = ImportedFile(
    path="content/summaries/2021/04/a.md", text="text\n", id="x", slug="a", published=None
)


def day(number: int) -> datetime:
    return datetime(2021, 1, number, tzinfo=UTC)


def titles(*entries: tuple[str, datetime | None]) -> str:
    candidates = [
        Candidate(entry=ForeignEntry(title=title, published=date)) for title, date in entries
    ]
    return "".join(candidate.entry.title for candidate in in_order(candidates))


def test_the_oldest_comes_first_and_the_undated_last() -> None:
    assert titles(("b", day(2)), ("x", None), ("a", day(1))) == "abx"


def test_among_equals_a_feed_with_the_newest_first_is_read_from_its_end() -> None:
    assert titles(("c", day(2)), ("b", day(1)), ("a", day(1))) == "abc"
    assert titles(("b", day(1)), ("a", day(1))) == "ab"
    assert titles() == ""


def test_among_equals_a_feed_with_the_oldest_first_is_read_from_its_start() -> None:
    assert titles(("a", day(1)), ("b", day(1)), ("c", day(2))) == "abc"


@given(st.lists(st.none() | st.integers(1, 28).map(day), max_size=8))
def test_no_entry_is_lost_by_ordering(dates: list[datetime | None]) -> None:
    entries = [(chr(97 + number), date) for number, date in enumerate(dates)]
    assert sorted(titles(*entries)) == [title for title, _ in entries]


def test_a_file_is_written_with_its_folders_and_nothing_beside_it(site: Path) -> None:
    put(site, FILE)
    path = site / FILE.path
    assert path.read_text() == "text\n"
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_exists_is_never_overwritten(site: Path) -> None:
    path = site / FILE.path
    path.parent.mkdir(parents=True)
    path.write_text("an editor's")
    with pytest.raises(SyndicateError, match="File exists"):
        put(site, FILE)
    assert path.read_text() == "an editor's"
    assert list(path.parent.iterdir()) == [path]


def test_a_link_in_the_place_of_a_file_is_not_followed(site: Path, tmp_path: Path) -> None:
    path = site / FILE.path
    path.parent.mkdir(parents=True)
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SyndicateError, match="File exists"):
        put(site, FILE)
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_that_leads_elsewhere_is_refused(site: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (site / "content/summaries").mkdir(parents=True)
    (site / "content/summaries/2021").symlink_to(tmp_path / "outside")
    with pytest.raises(SyndicateError, match="leads out of content/summaries/"):
        put(site, FILE)
    assert not list((tmp_path / "outside").rglob("*.md"))


def test_what_cannot_be_written_is_said_with_a_remedy(site: Path) -> None:
    site.mkdir()
    (site / "content").write_text("a file in the place of a folder")
    with pytest.raises(SyndicateError, match="cannot be written: Not a directory") as refused:
        put(site, FILE)
    assert "import again" in refused.value.remedy
