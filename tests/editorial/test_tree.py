from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from syndicate.editorial.tree import ROOT, Source, State, find, load, misplaced, walk
from syndicate.errors import ContentError, Problem


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "content" / "summaries" / "2021" / "04").mkdir(parents=True)
    return tmp_path


def write(site: Path, name: str, raw: bytes = b"x") -> Path:
    file = site / "content" / "summaries" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(raw)
    return file


def paths(site: Path) -> list[str]:
    return [found.path.removeprefix("content/summaries/") for found in walk(site)]


def test_files_come_in_the_order_of_their_paths(site: Path) -> None:
    names = ["a.md", "a/b.md", "a-b.md", "a/a/z.md", "2021/04/z.md", "2021/04/a.md", "b.md"]
    for name in names:
        write(site, name)
    assert paths(site) == sorted(names)


def test_a_source_tells_what_a_change_would_change(site: Path) -> None:
    file = write(site, "2021/04/x.md", b"abc")
    status = file.stat()
    assert list(walk(site)) == [
        Source(
            path="content/summaries/2021/04/x.md",
            size=3,
            mtime_ns=status.st_mtime_ns,
            inode=status.st_ino,
        )
    ]


def test_a_file_that_is_as_it_is_known_is_not_told_of(site: Path) -> None:
    for name in ("a.md", "b.md", "2021/04/c.md"):
        write(site, name)
    known: dict[str, dict[str, State]] = {}
    for source in walk(site):
        folder, _, name = source.path.rpartition("/")
        assert isinstance(source, Source)
        known.setdefault(folder, {})[name] = source[1:]
    known[ROOT]["gone.md"] = known[ROOT]["a.md"]
    write(site, "b.md", b"changed")

    told = [one.path for one in walk(site, lambda folder: known.get(folder, {}))]
    assert told == [f"{ROOT}/b.md"]
    assert known == {ROOT: {"gone.md": known[ROOT]["gone.md"]}, f"{ROOT}/2021/04": {}}


def test_hidden_files_and_backups_are_passed_over(site: Path) -> None:
    for name in (".hidden.md", ".#x.md", "#x.md#", "x.md~", "x.md.swp", "x.md.bak", ".git/x.md"):
        write(site, name)
    assert paths(site) == []


def test_summaries_in_other_folders_are_warned_of(site: Path) -> None:
    for name in (
        "x.md",
        "../y.md",
        "../2026/11/z.md",
        "../TEMPLATE.md",
        "../README.md",
        "../.git/a.md",
    ):
        write(site, name)
    found = list(misplaced(site))
    assert [problem.path for problem in found] == ["content/2026/11/z.md", "content/y.md"]
    assert {problem.severity for problem in found} == {"warning"}


def test_other_files_are_warned_of(site: Path) -> None:
    for name in ("x.txt", "x.MD", "x.markdown"):
        write(site, name)
    found = list(walk(site))
    assert [type(one) for one in found] == [Problem] * 3
    assert {one.severity for one in found if isinstance(one, Problem)} == {"warning"}


def test_links_are_refused_wherever_they_lead(site: Path, tmp_path: Path) -> None:
    write(site, "2021/04/x.md")
    top = site / "content" / "summaries"
    (top / "inside.md").symlink_to(top / "2021" / "04" / "x.md")
    (top / "outside.md").symlink_to("/etc/passwd")
    (top / "dangling.md").symlink_to(tmp_path / "nowhere")
    (top / "loop").symlink_to(top)
    problems = [str(found) for found in walk(site) if isinstance(found, Problem)]
    assert problems == [
        f"content/summaries/{name}: this is a symbolic link; "
        "put the file itself here: links are not followed"
        for name in ("dangling.md", "inside.md", "loop", "outside.md")
    ]
    for name in ("inside.md", "outside.md", "loop/2021/04/x.md"):
        with pytest.raises(ContentError, match="this is a symbolic link"):
            load(site, f"content/summaries/{name}")


def test_a_linked_folder_of_summaries_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "summaries").symlink_to(tmp_path / "elsewhere")
    assert [found.path for found in walk(tmp_path)] == ["content/summaries"]


def test_a_site_without_content_says_so(tmp_path: Path) -> None:
    assert [str(found) for found in walk(tmp_path)] == [
        "content/summaries: there is no such folder; `syndicate init` makes one"
    ]


def test_what_is_no_file_is_a_problem_and_never_waited_for(site: Path) -> None:
    os.mkfifo(site / "content" / "summaries" / "pipe.md")
    assert [str(found) for found in walk(site)] == [
        "content/summaries/pipe.md: this is no file; delete it"
    ]
    with pytest.raises(ContentError, match="this is no file"):
        load(site, "content/summaries/pipe.md")


@pytest.mark.parametrize(
    ("name", "printed"), [(b"caf\xe9.md", r"caf\udce9.md"), (b"a\n\x1b[1m.md", r"a\n\x1b[1m.md")]
)
def test_an_odd_name_is_a_problem_that_can_be_printed(
    site: Path, name: bytes, printed: str
) -> None:
    path = os.fsencode(site / "content" / "summaries") + b"/" + name
    Path(os.fsdecode(path)).write_bytes(b"x")
    assert [str(problem) for problem in walk(site)] == [
        f"content/summaries/{printed}: the file name is no plain text; use a-z, 0-9 and hyphens"
    ]


def test_loading_returns_the_bytes(site: Path) -> None:
    write(site, "2021/04/x.md", b"\xff\x00abc")
    assert load(site, "content/summaries/2021/04/x.md") == b"\xff\x00abc"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("content/summaries/../../etc/passwd", "not a path under"),
        ("/etc/passwd", "not a path under"),
        ("content/TEMPLATE.md", "not a path under"),
        ("content/summaries/\0.md", "not a path under"),
        ("content/summaries/gone.md", "no such file"),
        ("content/summaries/2021", "no file"),
        ("content/summaries/a.md/b.md", "no such file"),
    ],
)
def test_only_files_below_content_are_loaded(site: Path, path: str, said: str) -> None:
    with pytest.raises(ContentError, match=said) as caught:
        load(site, path)
    assert caught.value.problems[0].remedy


def test_a_large_file_is_refused_before_it_is_read(site: Path) -> None:
    file = write(site, "x.md")
    os.truncate(file, 10**12)  # a sparse file: reading it would take minutes
    with pytest.raises(ContentError, match=r"x\.md: 1000000\.0 MB is too large"):
        load(site, "content/summaries/x.md")
    os.truncate(file, 5_000_000)
    assert len(load(site, "content/summaries/x.md")) == 5_000_000


def test_one_file_is_found_as_walking_finds_it(site: Path) -> None:
    for name in ("a.md", "b/c.md", ".d.md", "e.txt"):
        write(site, name)
    top = site / "content" / "summaries"
    (top / "link.md").symlink_to(top / "a.md")
    os.mkfifo(top / "pipe.md")
    walked = {one.path: one for one in walk(site) if one.path.endswith(".md")}
    assert {path: find(site, path) for path in walked} == walked
    for name in (".d.md", "e.txt", "gone.md", "a.md/x.md"):
        assert find(site, f"content/summaries/{name}") is None
    assert isinstance(find(site, f"content/summaries/{'x' * 300}.md"), Problem)


def test_what_vanishes_meanwhile_is_as_if_it_had_not_been_there(site: Path) -> None:
    for name in ("a.md", "b.md", "c/d.md", "e.md"):
        write(site, name)
    found = walk(site)
    first = next(found)
    (site / "content" / "summaries" / "b.md").unlink()
    shutil.rmtree(site / "content" / "summaries" / "c")
    assert [one.path[18:] for one in (first, *found)] == ["a.md", "e.md"]


def test_a_folder_that_becomes_a_file_meanwhile_is_a_problem(site: Path) -> None:
    for name in ("a.md", "c/d.md"):
        write(site, name)
    found = walk(site)
    next(found)
    shutil.rmtree(site / "content" / "summaries" / "c")
    write(site, "c")
    assert [type(one) for one in found] == [Problem]


def test_a_name_that_the_system_refuses_is_a_problem(site: Path) -> None:
    with pytest.raises(ContentError, match="cannot be read: File name too long"):
        load(site, f"content/summaries/{'x' * 300}.md")
