"""Alerts by mail on the site: asking, confirming, keeping, ending. All of it without a cookie.

GET, HEAD and OPTIONS never change anything: mail systems follow links before people do. What an
address is told by its link is told to nobody else, and who asks about one never learns whether it
is known.
"""

from __future__ import annotations

from flask import Flask

from syndicate import addresses
from syndicate.web.alerts import asking, ending, keeping, returning
from syndicate.web.alerts.desk import Desk
from syndicate.web.frame import Frame
from syndicate.web.site import Site


def register(app: Flask, site: Site, frame: Frame) -> None:
    """Register the views; without a relay they answer 404, and no page leads to them."""
    if site.settings.smtp_url:
        frame.shell.alerts = addresses.ALERTS
    desk = Desk(site, frame)
    for views in (asking, keeping, ending, returning):
        views.register(app, desk)
