from __future__ import annotations

import pytest

from syndicate.definitions import Definitions
from tests import networks


@pytest.fixture(scope="session")
def vocabulary() -> Definitions:
    """Return definitions with two topics (`training` was once `coaching`) and two kinds."""
    return networks.make(
        networks.topic("empathy", "Empathy"),
        networks.topic("training", "Training", former=["coaching"]),
    )
