"""Alerts by mail, as far as they need no store, clock or network: what is told to whom, and when.

Read subscription.py for what a reader may ask for, periods.py for when a mail is due, news.py for
what stands in it.
"""
