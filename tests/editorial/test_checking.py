from __future__ import annotations

import json
from pathlib import Path

from syndicate.definitions import Definitions
from syndicate.editorial import parallel
from syndicate.editorial.checking import (
    Checking,
    Report,
    check,
    render_github,
    render_json,
    render_text,
)
from syndicate.errors import Problem
from tests import networks

_FRONT = """---
schema: 1
id: tag:network.example,2013:summary/{id}
title: What this month brings
form: announcement
lang: en
published: 2021-04-01T{hour:02}:{minute:02}:00Z
topics: [{topic}]
{more}
---
This month we look at how therapists are trained. There is more on empathy, too.
"""


def write(
    site: Path, name: str, *, id: str = "", at: int = 0, topic: str = "training", more: str = ""
) -> str:
    path = f"content/summaries/{name}.md"
    (site / path).parent.mkdir(parents=True, exist_ok=True)
    text = _FRONT.format(
        id=id or name.replace("/", "-"), hour=at // 60, minute=at % 60, topic=topic, more=more
    )
    (site / path).write_text(text, "utf-8")
    return path


def lines(site: Path, vocabulary: Definitions) -> list[str]:
    return [str(problem) for problem in check(site, vocabulary).problems]


def test_a_clean_site_has_no_problems(tmp_path: Path, vocabulary: Definitions) -> None:
    write(tmp_path, "a", at=1)
    write(tmp_path, "2021/b", at=2)
    assert check(tmp_path, vocabulary) == Report(files=2, problems=())


def test_what_is_doubtful_in_feeds_is_told_too(tmp_path: Path) -> None:
    write(tmp_path, "a", at=1)
    half = networks.make(
        networks.topic("empathy", "Empathy", label_fr="Empathie"),
        networks.topic("training", "Training"),
    )
    report = check(tmp_path, half)
    assert (report.errors, report.warnings) == (0, 3)
    assert report.problems[-1].path == "feeds/topics.toml"


def test_every_error_of_every_file_is_found(tmp_path: Path, vocabulary: Definitions) -> None:
    write(tmp_path, "a", at=1, topic="traning")
    write(tmp_path, "b", at=2, topic="empathie, coaching", more="colour: blue")
    (tmp_path / "content" / "summaries" / "c.md").write_bytes(b"\xff")
    (tmp_path / "content" / "summaries" / "d.md").symlink_to("/etc/passwd")
    report = check(tmp_path, vocabulary)
    assert (report.files, report.errors, report.warnings) == (3, 6, 1)
    assert [f"{p.path[18:]}:{p.line} {p.message}" for p in report.problems] == [
        "a.md:8 `topics`: unknown topic 'traning'",
        "b.md:8 `topics`: the topic 'coaching' is called 'training' now",
        "b.md:8 `topics`: unknown topic 'empathie'",
        "b.md:9 `colour` is not a key of a summary",
        "c.md:1 byte 0xFF is not UTF-8",
        "c.md:1 the front matter is missing",
        "d.md:0 this is a symbolic link",
    ]


def test_files_are_checked_against_each_other(tmp_path: Path, vocabulary: Definitions) -> None:
    write(tmp_path, "a", id="same", at=1)
    write(tmp_path, "b", id="same", at=2)
    write(tmp_path, "2020/c", at=3)
    write(tmp_path, "2021/c", at=4, topic="unknown")
    write(tmp_path, "d", at=5)
    write(tmp_path, "e", at=5)
    told = [line.replace("content/summaries/", "") for line in lines(tmp_path, vocabulary)]
    assert [line.split(";")[0] for line in told] == [
        "2020/c.md: the slug 'c' is also that of 2021/c.md",
        "2021/c.md: the slug 'c' is also that of 2020/c.md",
        "2021/c.md:8: `topics`: unknown topic 'unknown'",
        "a.md:3: the id 'tag:network.example,2013:summary/same' is also that of b.md",
        "b.md:3: the id 'tag:network.example,2013:summary/same' is also that of a.md",
        "d.md:7: e.md has the same time, 2021-04-01T00:05:00Z",
        "e.md:7: d.md has the same time, 2021-04-01T00:05:00Z",
    ]


def test_a_replacement_has_to_exist(tmp_path: Path, vocabulary: Definitions) -> None:
    withdrawn = "withdrawn: {{date: 2021-05-0{}T12:00:00Z, reason: error, replaced_by: {}}}"
    write(tmp_path, "a", at=1, more=withdrawn.format(1, "b"))
    write(tmp_path, "b", at=2, more=withdrawn.format(2, "c"))
    assert lines(tmp_path, vocabulary) == [
        (
            "content/summaries/b.md:9: `replaced_by`: there is no summary 'c'; "
            "write the slug of the summary to read instead: its file name without .md"
        )
    ]


def test_many_files_are_checked_by_several_processes(
    tmp_path: Path, vocabulary: Definitions
) -> None:
    for number in range(parallel.MANY):
        topic = "traning" if number % 50 == 7 else "training"
        write(tmp_path, f"{number // 10}/n{number}", at=number, topic=topic)
    told: list[tuple[int, ...]] = []
    report = check(tmp_path, vocabulary, processes=2, progress=lambda *counts: told.append(counts))
    assert report == check(tmp_path, vocabulary, processes=1)
    assert (report.files, report.errors) == (parallel.MANY, parallel.MANY // 50)
    assert told == [(done, parallel.MANY) for done in range(1, parallel.MANY + 1)]


def test_what_is_saved_is_checked_again_and_nothing_else(
    tmp_path: Path, vocabulary: Definitions
) -> None:
    write(tmp_path, "a", at=1)
    write(tmp_path, "b", at=2, topic="traning")
    checking = Checking(tmp_path, vocabulary)
    assert checking.everything(processes=1).errors == 1
    folder = tmp_path / "content" / "summaries"
    (folder / "a.md").write_text("spoilt, and nobody says so")
    write(tmp_path, "b", at=1)  # as a has it
    report = checking.again(["content/summaries/b.md"])
    assert report.files == 2
    assert {problem.path for problem in report.problems} <= {
        "content/summaries/a.md",
        "content/summaries/b.md",
    }
    assert any("has the same time" in problem.message for problem in report.problems)
    assert checking.again(["content/summaries/a.md"]) == check(tmp_path, vocabulary)
    (folder / "a.md").unlink()
    (folder / "b.txt").write_text("not read")
    assert checking.again(["content/summaries/a.md"]) == Report(files=1, problems=())


def test_an_empty_site_is_no_error(tmp_path: Path, vocabulary: Definitions) -> None:
    (tmp_path / "content" / "summaries").mkdir(parents=True)
    assert check(tmp_path, vocabulary) == Report(files=0, problems=())


# How it is told ---------------------------------------------------------------------------------

_REPORT = Report(
    files=2,
    problems=(
        Problem("content/a,b:c.md", 7, "100 % wrong\nin two lines", "mend it"),
        Problem("content/d.md", 0, "odd: é, yes", severity="warning"),
    ),
)


def test_as_text_every_problem_has_its_place_and_remedy() -> None:
    assert render_text(_REPORT) == (
        "content/a,b:c.md:7: 100 % wrong\nin two lines; mend it\n"
        "content/d.md: warning: odd: é, yes\n"
        "2 files, 1 error, 1 warning\n"
    )


def test_as_json_it_is_a_list() -> None:
    assert json.loads(render_json(_REPORT)) == [
        {
            "path": "content/a,b:c.md",
            "line": 7,
            "severity": "error",
            "message": "100 % wrong\nin two lines",
            "remedy": "mend it",
        },
        {
            "path": "content/d.md",
            "line": 0,
            "severity": "warning",
            "message": "odd: é, yes",
            "remedy": "",
        },
    ]


def test_for_github_it_is_annotations() -> None:
    assert render_github(_REPORT) == (
        "::error file=content/a%2Cb%3Ac.md,line=7::100 %25 wrong%0Ain two lines; mend it\n"
        "::warning file=content/d.md::odd: é, yes\n"
    )
    assert render_github(Report(files=0, problems=())) == ""
