"""Instants as the store keeps them: text in UTC without a fraction."""

from __future__ import annotations

from datetime import UTC, datetime


def write(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read(text: str) -> datetime:
    return datetime.fromisoformat(text)
