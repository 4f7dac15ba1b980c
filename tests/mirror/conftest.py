"""A copy of each kind, of an origin that does what a script says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mirror.stand import Stand


@pytest.fixture(params=["folder", "sqlite", "postgresql"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return what `--to` names; a test that asks for it runs once for each kind of copy."""
    if request.param == "folder":
        return str(tmp_path / "copy")
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def stand(target: str) -> Stand:
    return Stand(target)


@pytest.fixture
def one(tmp_path: Path) -> Stand:
    """Return a stand with one kind of copy, for what is the same with all."""
    return Stand(f"sqlite:///{tmp_path / 'copy.sqlite'}")
