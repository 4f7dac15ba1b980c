"""What content/TEMPLATE.md asks its writer to replace, where it still stands in a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from syndicate.errors import Problem, Severity

PLACEHOLDERS: Final = (
    "MY-SLUG",
    "TITLE IN PLAIN WORDS",
    "FIRST AUTHOR",
    "SECOND AUTHOR",
    "SURNAME, A.",
    "SURNAME, B.",
    "TITLE OF THE ARTICLE",
    "JOURNAL, 1, 1–10",
    "10.1234/ABC",
    "WHAT WITH WHAT",
    "FIRST SENTENCES: ",
    "WHAT THE AUTHORS DID AND FOUND",
    "WHAT A THERAPIST MAY DO DIFFERENTLY",
    "WHAT TO BE CAREFUL ABOUT",
)


def find(path: str, text: str, *, draft: bool) -> Iterator[Problem]:
    """Yield what was not replaced, by its line: what would be published; a draft may have it."""
    severity: Severity = "warning" if draft else "error"
    for number, line in enumerate(text.split("\n"), start=1):
        code = line.partition(" # ")[0]
        for phrase in PLACEHOLDERS:
            if phrase in code and not line.startswith("#"):
                remedy = "replace it, or delete the line"
                told = f"“{phrase.rstrip(': ')}” of the template is still here"
                yield Problem(path, number, told, remedy, severity)
