"""Every SQL statement of the project. Functions take a connection; callers open transactions."""

from __future__ import annotations
