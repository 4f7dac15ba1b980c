"""Instants as the store keeps them: text in UTC without a fraction."""

from __future__ import annotations

from datetime import UTC, datetime


def write(instant: datetime) -> str:
    plain = instant.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    return f"{plain.isoformat()}Z"  # strftime leaves out the zeros of a year before 1000


def read(text: str) -> datetime:
    return datetime.fromisoformat(text)
