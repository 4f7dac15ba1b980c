"""`init` and `new`."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicate.editorial.summary import parse
from tests.cli.conftest import Terminal
from tests.cli.talk import talk


def test_init_writes_a_site_that_publishes(bare: Terminal) -> None:
    words = ("--title", "Care Network", "--authority", "care.example.org", "--samples")
    shown = bare.run("init", "mine", *words, "--base-url", "https://care.example.org").stdout
    assert "  cd mine\n  syndicate db upgrade\n" in shown
    bare.environ["SYNDICATE_SITE"] = str(bare.site.folder / "mine")
    bare.run("check")
    bare.run("db", "upgrade")
    assert "7 new, " in bare.run("publish").stdout


def test_init_asks_at_a_terminal(tmp_path: Path) -> None:
    answers = [
        ("The network's name: ", "Care Network"),
        ("Its domain, for ids that never change: ", "care.example.org"),
        ("The public address [http://127.0.0.1:8000]: ", ""),
    ]
    assert "Wrote 9 files into mine" in talk(("init", "mine"), answers, tmp_path)
    network = (tmp_path / "mine/feeds/network.toml").read_text()
    assert 'title = "Care Network"' in network


def test_init_does_not_ask_a_machine(bare: Terminal) -> None:
    assert "--title is missing" in bare.run("init", "mine", status=2).stderr
    assert not (bare.site.folder / "mine").exists()


def test_init_overwrites_nothing(bare: Terminal) -> None:
    words = ("--title", "Care", "--authority", "care.example.org")
    assert "feeds/topics.toml" in bare.run("init", ".", *words, status=1).stderr


# new -------------------------------------------------------------------------------------------


def test_new_writes_a_draft(bare: Terminal) -> None:
    words = ("--title", "A title", "--topic", "empathy", "--topic", "training")
    more = ("--kind", "meta-analysis", "--doi", "10.1234/abc")
    written = Path(bare.run("new", *words, *more).stdout.strip())
    path = written.relative_to(bare.site.folder).as_posix()
    parsed = parse(path, written.read_bytes(), bare.site.definitions)
    assert parsed.summary.draft
    assert parsed.summary.topics == ("empathy", "training")
    assert parsed.summary.kind == "meta-analysis"
    assert 'doi: "10.1234/abc"' in written.read_text()
    bare.run("check")


def test_new_asks_at_a_terminal(bare: Terminal) -> None:
    answers = [
        ("Title: ", "A title"),
        ("Topics: ", "empathy, training"),
        ("Kind of research: ", "meta-analysis"),
        ("DOI of the article: ", ""),
    ]
    seen = talk(("new",), answers, bare.site.folder)
    assert "/a-title.md" in seen
    assert "syndicate preview content/summaries/" in seen


def test_new_asks_again_where_an_answer_cannot_be(bare: Terminal) -> None:
    """What was answered before is not lost."""
    answers = [
        ("Title: ", "A title"),
        ("Topics: ", "training empaty"),
        ("did you mean 'empathy'?", "training empathy"),
        ("Kind of research: ", "meta-analyses"),
        ("did you mean 'meta-analysis'?", "meta-analysis"),
        ("DOI of the article: ", "Journal 12"),
        ("write it like 10.", "https://doi.org/10.1234/ABC"),
    ]
    seen = talk(("new",), answers, bare.site.folder)
    assert "adherence, " in seen, "the topics are listed"
    (written,) = bare.site.folder.rglob("a-title.md")
    assert 'doi: "10.1234/abc"' in written.read_text()
    assert "meta-analysis" in written.read_text()


def test_new_announcement(bare: Terminal) -> None:
    words = ("--title", "May 2030", "--form", "announcement")
    written = Path(bare.run("new", *words).stdout.strip())
    assert "kind" not in written.read_text()


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        ((), 2, "--title is missing"),
        (("--title", " "), 2, "--title is missing"),
        (("--title", "A", "--topic", "empathie"), 1, "did you mean 'empathy'?"),
        (("--title", "A", "--kind", "meta-analyses"), 1, "did you mean 'meta-analysis'?"),
    ],
)
def test_new_refuses_what_cannot_be(
    bare: Terminal, words: tuple[str, ...], status: int, told: str
) -> None:
    assert told in bare.run("new", *words, status=status).stderr
