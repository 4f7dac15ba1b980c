"""Alembic's way in: runs the migrations on the connection that store/upgrade.py has opened."""

from __future__ import annotations

from alembic import context

from syndicate.store.schema import metadata

# The caller's transaction holds the lock and commits: all migrations take effect, or none.
context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
