"""`withdraw`, `restore`, `topics rename` and `topics merge`."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Terminal


@pytest.fixture
def published(terminal: Terminal) -> Terminal:
    terminal.site.write("first")
    terminal.site.write("second", number=1, topics=["training"])
    terminal.run("publish")
    return terminal


def test_withdraw_edits_the_file_and_publishes(published: Terminal) -> None:
    words = ("--reason", "superseded", "--note", "See the other.", "--replaced-by", "second")
    result = published.run("withdraw", "first", *words)
    assert result.stdout.startswith("withdrawn    first: ")
    text = (published.site.folder / published.site.path("first")).read_text()
    assert "reason: superseded" in text
    assert "replaced_by: second" in text
    assert "See the other." in text
    assert published.run("publish").output == "nothing has changed\n"


def test_restore_brings_it_back(published: Terminal) -> None:
    published.run("withdraw", "first", "--reason", "error")
    result = published.run("restore", "first", "--note", "It was right.")
    assert result.stdout.startswith("restored     first: ")
    assert "It was right." in (published.site.folder / published.site.path("first")).read_text()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("withdraw", "furst", "--reason", "error"), "did you mean 'first'?"),
        (("restore", "first"), "'first' is not withdrawn"),
        (("topics", "rename", "empathie", "x"), "did you mean 'empathy'?"),
        (("topics", "merge", "empathy", "empathy"), "are one topic"),
    ],
)
def test_a_refusal_says_why(published: Terminal, words: tuple[str, ...], told: str) -> None:
    assert told in published.run(*words, status=1).stderr


def test_a_reason_is_needed_and_one_of_the_list(published: Terminal) -> None:
    assert "'--reason'" in published.run("withdraw", "first", status=2).stderr
    result = published.run("withdraw", "first", "--reason", "boredom", status=2)
    assert "'retracted', 'error', 'superseded'" in result.stderr


def test_rename_and_merge_topics(published: Terminal) -> None:
    renamed = published.run("topics", "rename", "empathy", "compassion", "--label", "Compassion")
    assert renamed.stdout.startswith("cosmetic     first: ")
    assert "--label-fr gives another" in renamed.stderr
    merged = published.run("topics", "merge", "training", "compassion")
    assert merged.stdout.startswith("cosmetic     second: ")
    text = (published.site.folder / "feeds/topics.toml").read_text()
    assert 'former = ["empathy", "training"]' in text
    assert 'label = "Compassion"' in text
    labels = ("--label", "Care", "--label-fr", "Le soin")
    assert not published.run("topics", "rename", "compassion", "care", *labels).stderr
    text = (published.site.folder / "feeds/topics.toml").read_text()
    assert 'label_fr = "Le soin"' in text
