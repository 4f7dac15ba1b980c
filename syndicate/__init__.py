"""A feed and syndication service for research networks."""

from __future__ import annotations

__version__ = "0.1.0"
