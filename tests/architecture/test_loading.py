"""What a process must not load: it would start later and hold more for nothing."""

from __future__ import annotations

import subprocess
import sys

from tests.sites import REPOSITORY

PROGRAM = """
import importlib, pkgutil, sys
import {package}
for found in pkgutil.walk_packages({package}.__path__, "{package}."):
    importlib.import_module(found.name)
print(*sys.modules)
"""
READERS = {"bleach", "markdown_it", "nh3", "yaml", "syndicate.editorial.summary"}
RENDERERS = {"brotli", "feedgen", "lxml", "syndicate.publish"}


def loaded(package: str) -> set[str]:
    """Return the modules that a process has once it has imported every module of a package."""
    return run(PROGRAM.format(package=package))


def run(program: str) -> set[str]:
    """Return the words that a program prints."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_a_web_process_loads_nothing_that_reads_texts() -> None:
    assert not loaded("syndicate.web") & READERS


def test_a_web_process_begins_without_what_renders() -> None:
    """Most answers are stored; feeds of a free choice load it when the first is asked for."""
    assert (
        not run("from syndicate.web import application; import sys; print(*sys.modules)")
        & RENDERERS
    )


def test_nobody_loads_the_library_of_an_engine_that_was_not_asked_for() -> None:
    for package in ("syndicate.cli", "syndicate.web", "syndicate.publish", "syndicate.doctor"):
        assert "procrastinate" not in loaded(package)


def test_nor_does_the_store() -> None:
    assert not loaded("syndicate.store") & {*READERS, "feedgen", "flask"}
