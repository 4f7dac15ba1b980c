"""Runs inside the W3C validator's process: a document on stdin, its events as JSON on stdout.

Arguments: the folder of the package, the document's address, its Content-Type. No host is asked.
"""

from __future__ import annotations

import importlib
import io
import json
import socket
import sys
from typing import Any


def main(folder: str, url: str, media_type: str) -> None:
    """Validate stdin and print every error and warning."""
    sys.path.insert(0, folder)
    validator = importlib.import_module("feedvalidator")
    logging = importlib.import_module("feedvalidator.logging")
    socket.gethostbyname = lambda _: "127.0.0.1"
    body = io.BytesIO(sys.stdin.buffer.read())
    result = validator.validateStream(body, contentType=media_type or None, base=url)
    severities = (("error", logging.Error), ("warning", logging.Warning))
    events: list[dict[str, Any]] = [
        {
            "severity": severity,
            "name": type(event).__name__,
            "params": {key: str(value) for key, value in event.params.items()},
        }
        for event in result["loggedEvents"]
        for severity, kind in severities
        if isinstance(event, kind)
    ]
    sys.stdout.write(json.dumps(events))


if __name__ == "__main__":
    main(*sys.argv[1:])
