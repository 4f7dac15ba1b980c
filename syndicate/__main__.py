"""`python -m syndicate` is the same program as `syndicate`."""

from __future__ import annotations

from syndicate.cli import main

main()
