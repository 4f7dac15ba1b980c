"""Tries a partner's own mirror against a history that is hard to follow, and grades it.

history.py has the scenes, origin.py the `/v1` that they are played on, run.py leads through them;
holdings.py judges what the mirror holds, conduct.py how it asks.
"""
