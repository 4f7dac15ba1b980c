"""A mirror is killed at 20 random points while its origin changes: into each kind of copy."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import URL

from tests import postgres
from tests.mirror.kills import kill_and_compare

pytestmark = [pytest.mark.prove, pytest.mark.timeout(1800)]


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("kind", ["folder", "sqlite", "postgresql"])
@pytest.mark.parametrize("origin", ["sqlite", "postgresql"])
def test_killed_twenty_times(
    kind: str, origin: str, seed: int, tmp_path: Path, postgres_server: URL
) -> None:
    made = [postgres.create_database(postgres_server) for _ in range(2)]
    urls = {"postgresql": [url.render_as_string(hide_password=False) for url in made]}
    urls["sqlite"] = [f"sqlite:///{tmp_path}/{name}.sqlite" for name in ("origin", "copy")]
    target = str(tmp_path / "copy") if kind == "folder" else urls[kind][1]
    try:
        held = kill_and_compare(tmp_path, urls[origin][0], target, kills=20, seed=seed)
    finally:
        for url in made:
            postgres.drop_database(postgres_server, url)
    print(f"{kind} from {origin}: entries held after each kill: {held}")
