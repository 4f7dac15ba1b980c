"""Pages are read by many tests and changed by few, which open a stand of their own."""

from __future__ import annotations

import pytest

from syndicate.web.published import Published


@pytest.fixture
def app(demo_app: Published) -> Published:
    """Return the application that all share who only read."""
    return demo_app
