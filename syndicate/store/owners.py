"""Names whoever claims rows: a lease says whose it is, and a late note of another is seen."""

from __future__ import annotations

import os
import secrets
import socket


def new() -> str:
    """Return a name that no other claimer has: machine, process, and something drawn by lot."""
    return f"{socket.gethostname()[:20]}-{os.getpid()}-{secrets.token_hex(4)}"
