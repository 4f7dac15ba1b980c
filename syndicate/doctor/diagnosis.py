"""What an examination finds at one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["ok", "warning", "error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What was found at one place."""

    place: str
    verdict: Verdict = "ok"
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        text = f"{self.verdict:7} {self.place}: {self.message}"
        return f"{text}; {self.remedy}" if self.remedy else text
