"""The laws of tests/publish/test_laws.py over many more and longer histories."""

from __future__ import annotations

import pytest
from hypothesis import settings

from tests.publish.test_laws import Histories


@pytest.mark.prove
@pytest.mark.timeout(1800)
class TestLongHistories(Histories.TestCase):  # type: ignore[misc] # hypothesis makes it at run time
    settings = settings(Histories.TestCase.settings, max_examples=60, stateful_step_count=30)
