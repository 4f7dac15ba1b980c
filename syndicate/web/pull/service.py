"""The service document, what there is to filter by, the contract, and what each problem means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import orjson

from syndicate import addresses
from syndicate.errors import NotFound
from syndicate.model import FORMATS, RIGHTS, Conditions, Feed, Kind, Topic
from syndicate.store import feeds, lists
from syndicate.web.pull import language, problems
from syndicate.web.pull.asking import Asking
from syndicate.web.pull.problems import CODES
from syndicate.web.pull.resource import Resource, of_data

CONTRACT: Final = Path(__file__).with_name("openapi.json")


def document(asking: Asking) -> Resource:
    """Answer what this service is, under which licence, and where everything stands."""
    network, base = asking.definitions.network, asking.base_url

    def data() -> dict[str, Any]:
        return {
            "title": network.title,
            "description": network.description,
            "languages": ["en"],
            "availability_notice": _notice(asking),
            "licence": {
                "name": network.licence.name,
                "spdx": network.licence.spdx,
                "url": network.licence.url,
                "terms_version": network.licence.terms_version,
            },
            "attribution_required": True,
            "contact": network.contact,
            "quotas": _quotas(network.conditions),
            "links": {
                "snapshot": f"{base}/v1/snapshot",
                "changes": f"{base}/v1/changes",
                "state": f"{base}/v1/state",
                "items": f"{base}/v1/items",
                "topics": f"{base}/v1/topics",
                "kinds": f"{base}/v1/kinds",
                "archive": f"{base}/v1/archive",
                "me": f"{base}/v1/me",
                "problems": f"{base}/v1/problems/",
                "openapi": f"{base}/v1/openapi.json",
                "feeds": base + addresses.FEED_MENU,
                "opml": base + addresses.OPML,
            },
        }

    return of_data(f"{network.short}: for other sites", data)


def _quotas(conditions: Conditions) -> dict[str, Any]:
    """Return what may be asked without a key and with one; a partner may have another quota."""
    return {
        "anonymous": {
            "scopes": [right for right in RIGHTS if right in conditions.anonymous],
            **asdict(conditions.anonymous_quota),
        },
        "partner": asdict(conditions.partner_quota),
    }


def _notice(asking: Asking) -> dict[str, str]:
    network = asking.definitions.network
    return {
        "en": network.notice_en or language.ENGLISH,
        "fr": network.notice_fr or language.FRENCH,
    }


def topics(asking: Asking) -> Resource:
    """Answer the topics: slugs now and formerly, labels, counts, feeds."""
    return _groups(asking, "topics", asking.definitions.topics)


def kinds(asking: Asking) -> Resource:
    """Answer the kinds of research."""
    return _groups(asking, "kinds", asking.definitions.kinds)


def _groups(asking: Asking, group: str, known: tuple[Topic, ...] | tuple[Kind, ...]) -> Resource:
    def data() -> dict[str, Any]:
        counts = feeds.count_live(asking.connection)
        found = [
            _group(asking, group, one, counts, feed)
            for one in known
            if (feed := asking.definitions.find_feed(f"{group}/{one.slug}"))
        ]
        return {group: found, "availability_notice": _notice(asking)}

    return of_data(group.capitalize(), data)


def _group(
    asking: Asking, group: str, one: Topic | Kind, counts: Mapping[str, int], feed: Feed
) -> dict[str, Any]:
    base, name = asking.base_url, group.removesuffix("s")
    fields: dict[str, Any] = {
        "slug": one.slug,
        "label": {"en": one.label, "fr": one.label_fr or one.label},
        "live_count": counts.get(feed.key, 0),
        "page": base + feed.page,
        "items": f"{base}/v1/items?{name}={one.slug}",
        "changes": f"{base}/v1/changes?{name}={one.slug}",
        "feeds": {each: base + addresses.document(feed.stem, each) for each in FORMATS},
    }
    if isinstance(one, Topic):
        fields["former"] = list(one.former)
    return fields


def archive(asking: Asking) -> Resource:
    """Answer the months in which something was published, newest first."""

    def data() -> dict[str, Any]:
        months = [
            {
                "month": month,
                "live_count": count,
                "items": f"{asking.base_url}/v1/items?month={month}",
            }
            for month, count in lists.list_months(asking.connection)
        ]
        return {"months": months, "availability_notice": _notice(asking)}

    return of_data("Archive", data)


def openapi(asking: Asking) -> Resource:
    """Answer the contract (OpenAPI 3.1), with the address of this service in it."""

    def data() -> dict[str, Any]:
        contract: dict[str, Any] = orjson.loads(CONTRACT.read_bytes())
        contract["servers"] = [{"url": asking.base_url}]
        return contract

    return of_data("OpenAPI", data)


def all_problems(asking: Asking) -> Resource:
    """Answer every code that an error may have."""
    found = [_described(asking, code) for code in CODES]
    return of_data("Problems", lambda: {"problems": found})


def problem(asking: Asking, code: str) -> Resource:
    """Answer what one code means: the `type` of every error leads here."""
    if code not in problems.CODES:
        raise NotFound("there is no such problem", "see /v1/problems/")
    return of_data(CODES[code].title, lambda: _described(asking, code))


def _described(asking: Asking, code: str) -> dict[str, Any]:
    known = CODES[code]
    return {
        "type": f"{asking.base_url}/v1/problems/{code}",
        "code": code,
        "status": known.status,
        "title": known.title,
        "meaning": known.meaning,
    }
