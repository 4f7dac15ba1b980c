"""What the tests reached: `python -m tests.architecture.covered` prints it, fails on too little.

It reads what `make cover` measured. Lines and branches count apart: together, many lines would
hide branches that no test takes.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from json import loads
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from coverage import Coverage

LEAST: Final = 95.0  # percent, of the lines and of the branches
PARTS: Final = ("documents", "editorial", "publish", "store")
COUNTED: Final = {
    "lines": ("covered_lines", "num_statements"),
    "branches": ("covered_branches", "num_branches"),
}


def shares(files: Mapping[str, Mapping[str, Any]], part: str) -> dict[str, float]:
    """Return the percentages of a package, given the `files` of coverage's JSON report.

    ValueError where nothing of it was measured.
    """
    found: Counter[str] = Counter()
    for path, file in files.items():
        if path.startswith(f"syndicate/{part}/"):
            found.update(
                {name: file["summary"][name] for pair in COUNTED.values() for name in pair}
            )
    if not found["num_branches"]:
        raise ValueError(f"no branch of syndicate/{part}/ was measured")
    return {name: 100 * found[done] / found[all] for name, (done, all) in COUNTED.items()}


def main() -> None:
    """Print a line a package; exit 1 where one has less than it should."""
    measured = Coverage()
    measured.load()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "report.json"
        measured.json_report(outfile=str(path))
        files = loads(path.read_text(encoding="utf-8"))["files"]
    print("covered    ", *(f"{name:>9}" for name in COUNTED))
    poor = False
    for part in PARTS:
        found = shares(files, part)
        print(f"{part:<11}", *(f"{share:>8.1f}%" for share in found.values()))
        poor = poor or min(found.values()) < LEAST
    if poor:
        sys.exit(
            f"each must be {LEAST:.0f} % at least; `.venv/bin/coverage report` names the lines"
        )


if __name__ == "__main__":
    main()
