"""Tries a partner's own mirror against a history that is hard to follow, and grades it."""
