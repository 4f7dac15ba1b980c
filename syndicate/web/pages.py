"""Pages for people: home, permalinks, and the lists that lead there. Plain HTML, no script."""

from __future__ import annotations

from datetime import datetime

from flask import Flask, Response, render_template, request
from werkzeug.wrappers.response import Response as WerkzeugResponse

from syndicate import addresses
from syndicate.definitions import FULL
from syndicate.errors import Moved, NotFound
from syndicate.model import Summary
from syndicate.store import feeds, summaries
from syndicate.store.engine import Connection
from syndicate.web import headers, listing, wording
from syndicate.web.feeds import find_feed
from syndicate.web.listing import Listing
from syndicate.web.site import Page, Site
from syndicate.web.snapshot import Snapshot, require


class Pages:
    """The views of pages; each reads the store and its definitions in one transaction."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def register(self, app: Flask) -> None:
        app.jinja_env.filters.update(wording.FILTERS)
        app.add_url_rule(addresses.HOME, "home", self.home)
        app.add_url_rule("/summaries/<slug>/", "summary", self.summary)
        app.add_url_rule(addresses.TOPICS, "topics", self.groups, defaults={"group": "topics"})
        app.add_url_rule(addresses.KINDS, "kinds", self.groups, defaults={"group": "kinds"})
        app.add_url_rule(addresses.FEEDS, "feeds", self.feeds)
        for group in ("topics", "kinds", "feeds"):
            app.add_url_rule(
                f"/{group}/<slug>/", f"of_{group}", self.of_feed, defaults={"group": group}
            )
        app.add_url_rule(addresses.ARCHIVE, "archive", self.archive)
        app.add_url_rule("/archive/<year>/<month>/", "month", self.month)

    def home(self) -> WerkzeugResponse:
        """Show the newest month, headed by its announcement."""
        with self._site.reading() as (connection, snapshot):
            months = summaries.list_months(connection)
            month = listing.read_month(months[0][0]) if months else None
            found = listing.of_month(connection, month, "") if month else Listing(())
            network = require(snapshot).network
            page = _month_page("home.html", addresses.HOME, network.title, month, found)
            return self._site.send_page(snapshot, page)

    def month(self, year: str, month: str) -> WerkzeugResponse:
        with self._site.reading() as (connection, snapshot):
            first = listing.read_month(f"{year}-{month}")
            found = listing.of_month(connection, first, _before())
            if not found.summaries:
                raise NotFound(f"nothing was published in {wording.month(first)}", "see /archive/")
            path = addresses.month(first)
            page = _month_page("month.html", path, wording.month(first), first, found)
            return self._site.send_page(snapshot, page)

    def archive(self) -> WerkzeugResponse:
        """List the months in which something was published."""
        with self._site.reading() as (connection, snapshot):
            require(snapshot)
            months = [
                (addresses.month(date), wording.month(date), count)
                for text, count in summaries.list_months(connection)
                for date in (listing.read_month(text),)
            ]
            page = Page(
                template="archive.html",
                path=addresses.ARCHIVE,
                title="Archive",
                key=FULL,
                context={"months": months},
            )
            return self._site.send_page(snapshot, page)

    def groups(self, group: str) -> WerkzeugResponse:
        """List the topics or the kinds, each with the number of its summaries."""
        with self._site.reading() as (connection, snapshot):
            definitions = require(snapshot)
            counts = feeds.count_live(connection)
            listed = definitions.topics if group == "topics" else definitions.kinds
            rows = [
                (feed, one.label, counts.get(feed.key, 0))
                for one in listed
                if (feed := definitions.find_feed(f"{group}/{one.slug}"))
            ]
            page = Page(
                template="groups.html",
                path=addresses.TOPICS if group == "topics" else addresses.KINDS,
                title="Topics" if group == "topics" else "Kinds of research",
                key="lists",
                context={"group": group, "rows": rows},
            )
            return self._site.send_page(snapshot, page)

    def feeds(self) -> WerkzeugResponse:
        """List every feed in every format."""
        with self._site.reading() as (_connection, snapshot):
            definitions = require(snapshot)
            groups = {"": "Everything", "topics": "By topic", "kinds": "By kind of research"}
            groups["feeds"] = "Selections"
            listed = [
                (title, [f for f in definitions.feeds if f.key.rpartition("/")[0] == group])
                for group, title in groups.items()
            ]
            page = Page(
                template="feeds.html",
                path=addresses.FEEDS,
                title="Feeds",
                key="lists",
                context={"groups": [(title, found) for title, found in listed if found]},
            )
            return self._site.send_page(snapshot, page)

    def of_feed(self, group: str, slug: str) -> WerkzeugResponse:
        """Show the summaries of a topic, a kind, a defined feed or any selection."""
        with self._site.reading() as (connection, snapshot):
            definitions = require(snapshot)
            feed = find_feed(connection, definitions, group, slug)
            if feed.page != request.path:
                raise Moved(feed.page)
            found = listing.of_feed(connection, feed, _before())
            labels = {"topics": definitions.find_topic, "kinds": definitions.find_kind}
            named = labels[group](slug) if group in labels else None
            page = Page(
                template="listing.html",
                path=feed.page,
                title=named.label if named else feed.title,
                key=feed.key,
                feed=feed,
                context={"listing": found, "description": feed.description},
            )
            return self._site.send_page(snapshot, page)

    def summary(self, slug: str) -> WerkzeugResponse:
        """Show a summary; 410 where it was withdrawn, 301 where it has another slug now."""
        with self._site.reading() as (connection, snapshot):
            require(snapshot)
            stored = summaries.find(connection, slug=slug)
            if stored is None:
                moved = summaries.find_by_former_slug(connection, slug)
                if moved:
                    raise Moved(addresses.summary(moved.slug))
                raise NotFound(f"there is no summary {slug!r}", "look in /archive/ or /topics/")
            text = summaries.get(connection, stored)
            if text.withdrawn:
                return _withdrawn(connection, text)
            return self._site.send_page(snapshot, _summary_page(snapshot, text))


def _before() -> str:
    return listing.read_before(request.args.get("before", ""))


def _month_page(
    template: str, path: str, title: str, month: datetime | None, found: Listing
) -> Page:
    announcements = [s for s in found.summaries if s.form == "announcement"]
    research = Listing([s for s in found.summaries if s.form != "announcement"], found.older)
    context = {"month": month, "announcements": announcements, "listing": research}
    return Page(template=template, path=path, title=title, key=FULL, context=context)


def _summary_page(snapshot: Snapshot, text: Summary) -> Page:
    definitions = require(snapshot)
    topics = [topic for slug in text.topics if (topic := definitions.find_topic(slug))]
    own = [definitions.find_feed(f"topics/{topic.slug}") for topic in topics]
    kind = definitions.find_kind(text.kind) if text.kind else None
    return Page(
        template="summary.html",
        path=addresses.summary(text.slug),
        title=text.title,
        key=f"summary/{text.slug}",
        further_feeds=tuple(feed for feed in own if feed),
        context={"summary": text, "topics": topics, "kind": kind},
    )


def _withdrawn(connection: Connection, text: Summary) -> WerkzeugResponse:
    """Say when and why a summary was withdrawn; for legal reasons without naming it."""
    withdrawn = text.withdrawn
    assert withdrawn is not None
    named = withdrawn.reason != "legal"
    instead = summaries.find(connection, slug=withdrawn.replaced_by or "")
    body = render_template(
        "withdrawn.html",
        title="Withdrawn",
        name=text.title if named else "",
        note=withdrawn.note if named else "",
        date=withdrawn.date,
        reason=wording.REASONS[withdrawn.reason],
        instead=summaries.get(connection, instead) if instead else None,
    )
    cached = {"Cache-Control": headers.ERROR_CACHE, "Surrogate-Key": f"summary/{text.slug}"}
    return Response(body, 410, headers=[*headers.HTML, *cached.items()])
