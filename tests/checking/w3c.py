"""The W3C feed validator, where FEEDVALIDATOR_SRC names a checkout of it; it is on no registry.

It runs in a process of its own: it sets socket defaults and looks up hosts when it is imported in
ours. FEEDVALIDATOR_PYTHON may name an interpreter that has its dependencies (html5lib, lxml).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.checking.markup import HISTORY, PRISM, TOMBSTONES

DRIVER = Path(__file__).with_name("w3c_driver.py")
UNKNOWN_TO_IT = frozenset({TOMBSTONES, PRISM, HISTORY})


def checkout() -> Path | None:
    """Return the folder that holds the package `feedvalidator`, if the environment names one."""
    named = os.environ.get("FEEDVALIDATOR_SRC")
    if not named:
        return None
    for folder in (Path(named), Path(named) / "src"):
        if (folder / "feedvalidator").is_dir():
            return folder
    raise FileNotFoundError(f"FEEDVALIDATOR_SRC={named} holds no package feedvalidator")


def problems(body: bytes, *, url: str | None = None, media_type: str | None = None) -> list[str]:
    """Return the validator's errors, and its warnings but those on namespaces it does not know."""
    folder = checkout()
    if folder is None:
        raise FileNotFoundError("set FEEDVALIDATOR_SRC to a checkout of w3c/feedvalidator")
    python = os.environ.get("FEEDVALIDATOR_PYTHON", sys.executable)
    done = subprocess.run(
        [python, "-W", "ignore", str(DRIVER), str(folder), url or "", media_type or ""],
        input=body,
        capture_output=True,
        check=False,
        timeout=100,
    )
    if done.returncode:
        raise RuntimeError(f"the W3C validator failed:\n{done.stderr.decode()}")
    return [text for event in json.loads(done.stdout) if (text := _describe(event))]


def _describe(event: dict[str, Any]) -> str:
    params = event["params"]
    if event["name"] == "UnknownNamespace" and params.get("namespace") in UNKNOWN_TO_IT:
        return ""
    place = f"line {params.pop('line', '?')}, column {params.pop('column', '?')}"
    details = ", ".join(
        f"{key} {value}" for key, value in sorted(params.items()) if not key.startswith("backup")
    )
    return f"W3C {event['severity']} {event['name']}: {place}: {details}"
