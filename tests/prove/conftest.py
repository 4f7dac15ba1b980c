"""Without a browser the proofs that need one are left out; tests/conftest.py says so at the end."""

from __future__ import annotations

from tests.prove import browser

collect_ignore_glob = [] if browser.find_program() else ["test_*in_browser.py"]
