"""`check`."""

from __future__ import annotations

import json
import signal

from tests.cli.conftest import Terminal


def test_a_good_site(bare: Terminal) -> None:
    bare.site.write("good")
    assert bare.run("check").output == "1 file, 0 errors, 0 warnings\n"
    assert not (bare.site.folder.parent / "store.sqlite").exists()


def test_each_format_tells_of_an_error(bare: Terminal) -> None:
    path = bare.site.write("bad", kind="meta")
    assert bare.run("check", status=1).stdout.startswith(f"{path}:8: ")
    (told,) = json.loads(bare.run("check", "--format", "json", status=1).stdout)
    assert (told["path"], told["line"], told["severity"]) == (path, 8, "error")
    github = bare.run("check", "--format", "github", status=1).stdout
    assert github.startswith(f"::error file={path},line=8::")


def test_a_warning_is_no_error(bare: Terminal) -> None:
    bare.site.write("old", topics=["adherance"])
    assert bare.run("check").output.endswith("1 file, 0 errors, 1 warning\n")


def test_wrong_definitions_are_told_in_every_format(bare: Terminal) -> None:
    (bare.site.folder / "feeds/kinds.toml").write_text("[[kind]]\nslug = 3\n")
    shown = bare.run("check", status=1).stdout
    assert "feeds/kinds.toml:2: kind.0.slug: " in shown
    told = json.loads(bare.run("check", "--format", "json", status=1).stdout)
    assert {one["path"] for one in told} == {"feeds/kinds.toml"}


def test_it_goes_on_and_checks_what_is_saved(bare: Terminal) -> None:
    """Each report is printed once; `bare` has no store, and none is made."""
    bare.site.write("good")
    process = bare.start("check", "--watch", "--format", "json")
    assert process.stdout

    def told() -> list[str]:
        lines = ""
        while not lines.endswith("]\n"):
            lines += process.stdout.readline()  # type: ignore[union-attr]
        return [one["path"] for one in json.loads(lines)]

    assert told() == []
    path = bare.site.write("bad", kind="meta", number=1)
    assert told() == [path]
    topics = bare.site.folder / "feeds/topics.toml"
    whole = topics.read_text("utf-8")
    topics.write_text("broken", "utf-8")
    assert told() == ["feeds/topics.toml"]
    topics.write_text(whole, "utf-8")
    assert told() == [path]
    bare.site.write("bad", number=1)
    assert told() == []
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    _, errors = process.communicate()
    assert "watching " in errors
    assert not (bare.site.folder.parent / "store.sqlite").exists()
