"""`python -m bench [GROUP …]`: ratios, measured side by side; `make bench` runs all groups."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import time
from typing import Final

from bench import machine

GROUPS: Final = (
    "starting",
    "publishing",
    "rendering",
    "importing",
    "watching",
    "scanning",
    "serving",
    "pulling",
    "alerts",
    "hub",
)
FEWEST: Final = 7


def main() -> None:
    """Run the groups that are named, or all."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=" ".join(GROUPS))
    parser.add_argument("--rounds", type=int, default=9, help="interleaved rounds (default 9)")
    parser.add_argument("--n", type=int, default=10_000, help="summaries (default 10000)")
    asked = parser.parse_args()
    unknown = set(asked.groups) - set(GROUPS)
    if unknown or asked.rounds < FEWEST:
        parser.error(f"groups are {' '.join(GROUPS)}; rounds are {FEWEST} or more")
    print("\n".join(machine.notes()))
    print(f"rounds    {asked.rounds}, interleaved; medians; a ratio is taken within each round")
    for name in asked.groups or GROUPS:
        began = time.monotonic()
        for table in importlib.import_module(f"bench.{name}").measure(asked.rounds, asked.n):
            print(table, flush=True)
        print(f"({name}: {time.monotonic() - began:.0f} s)", file=sys.stderr)
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"\nload at the end: {load}")


if __name__ == "__main__":
    main()
