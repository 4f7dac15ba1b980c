"""The files about the project agree with each other: versions, locks, the commands of make."""

from __future__ import annotations

import os
import re
import tomllib
from typing import Any, Final

import pytest

import syndicate
from tests.architecture.source import ROOT

PROJECT: Final[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
GROUPS: Final[dict[str, list[str]]] = PROJECT["dependency-groups"]
SERVE: Final[list[str]] = [
    *PROJECT["project"]["dependencies"],
    *PROJECT["project"]["optional-dependencies"]["postgres"],
]
DEV: Final[list[str]] = [*SERVE, *GROUPS["test"], *GROUPS["check"], *GROUPS["prove"]]


def _lock(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")


def _pins(name: str) -> dict[str, set[str]]:
    pins: dict[str, set[str]] = {}
    for library, version in re.findall(r"^([\w.-]+)==(\S+)", _lock(name), flags=re.MULTILINE):
        pins.setdefault(library, set()).add(version)
    return pins


def _names(requirements: list[str]) -> set[str]:
    found = (re.match(r"[\w.-]+", requirement) for requirement in requirements)
    return {re.sub(r"[-_.]+", "-", match[0]).lower() for match in found if match}


@pytest.mark.parametrize(
    ("name", "requirements"), [("build", GROUPS["build"]), ("serve", SERVE), ("dev", DEV)]
)
def test_a_lock_holds_all_that_is_asked_for(name: str, requirements: list[str]) -> None:
    assert _names(requirements) - set(_pins(name)) == set(), "run `make lock`"


@pytest.mark.parametrize("name", ["build", "serve", "dev"])
def test_a_lock_has_hashes_and_no_address(name: str) -> None:
    text = _lock(name)
    assert "://" not in text
    pins = re.split(r"^(?=\S)", text, flags=re.MULTILINE)[1:]
    assert [pin for pin in pins if not re.match(r"[\w.-]+==", pin) or "sha256:" not in pin] == []


def test_the_development_lock_holds_the_serving_one() -> None:
    dev = _pins("dev")
    assert {name: pins for name, pins in _pins("serve").items() if dev.get(name) != pins} == {}


def test_bleach_is_pinned_to_its_last_release() -> None:
    assert _pins("serve")["bleach"] == {"6.4.0"}


def test_the_version_is_the_same_everywhere() -> None:
    version = syndicate.__version__
    assert PROJECT["project"]["version"] == version
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert re.search(rf"^## \[{re.escape(version)}\]", changes, flags=re.MULTILINE)


def test_make_has_the_commands_that_the_documents_name() -> None:
    targets = set(
        re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    )
    named = {
        command
        for place in ("README.md", "CONTRIBUTING.md", ".ci/run")
        for command in re.findall(
            r"(?:^|`)make ([a-z]+)", (ROOT / place).read_text("utf-8"), flags=re.MULTILINE
        )
    }
    assert {"serve", "test"} <= named
    assert named <= targets


def test_the_check_on_a_new_machine_can_be_run() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
