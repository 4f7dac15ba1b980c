"""What a partner is told of itself: its key's scopes, quotas and copies, and its ledger."""

from __future__ import annotations

from typing import Any, Final

import orjson
from flask import request

from syndicate import ledgers, receipts
from syndicate.documents.identity import digest, rfc3339
from syndicate.partners import Key, Partner
from syndicate.quotas import Span, Standing
from syndicate.store import usage
from syndicate.store.usage import Place
from syndicate.web.pull import parameters
from syndicate.web.pull.asking import Asking
from syndicate.web.pull.resource import HTML, JSON, Resource

CSV: Final = "text/csv"
_CACHE: Final = "private, no-store"
_SPANS: Final[tuple[Span, ...]] = ("minute", "day")


def me(asking: Asking) -> Resource:
    """Answer what is known of the partner that asks."""
    partner, paid = asking.caller.partner, asking.caller.paid
    assert partner is not None
    assert paid is not None
    return _own(
        f"Partner {partner.name}",
        {
            "partner": partner.name,
            "contact": partner.contact,
            "scopes": [word for word in str(partner.scopes).split() if ":" not in word],
            "topics": None if asking.caller.topics is None else sorted(asking.caller.topics),
            "expires": rfc3339(partner.expires) if partner.expires else None,
            "keys": list(_keys(asking, partner)),
            "licence": _licence(asking, partner),
            "quotas": {span: _quota(paid.standing, span) for span in _SPANS},
            "copies": [
                _copy(asking, place) for place in usage.list_places(asking.connection, partner.id)
            ],
            "seq_head": asking.head.seq,
        },
    )


def _own(title: str, data: dict[str, Any]) -> Resource:
    body = orjson.dumps(data)
    return Resource(title=title, body=lambda: body, parts=(digest(body),), cache=_CACHE)


def _keys(asking: Asking, partner: Partner) -> list[dict[str, Any]]:
    """Return the keys that work, by their public ids."""
    present = asking.caller.key

    def shown(key: Key) -> dict[str, Any]:
        return {
            "id": key.id,
            "created": rfc3339(key.created),
            "expires": rfc3339(key.expires) if key.expires else None,
            "this": key == present,
        }

    return [shown(key) for key in partner.live_keys(asking.now)]


def _licence(asking: Asking, partner: Partner) -> dict[str, Any]:
    network = asking.definitions.network
    due = network.conditions.terms_due
    return {
        "name": network.licence.name,
        "url": network.licence.url,
        "accepted": partner.terms_version,
        "current": network.licence.terms_version,
        "due": rfc3339(due) if due else None,
    }


def _quota(standing: Standing, span: Span) -> dict[str, Any]:
    return {
        "limit": getattr(standing.quota, span),
        "used": standing.used(span),
        "remaining": standing.remaining(span),
        "ends_in": standing.seconds(span),
    }


def _copy(asking: Asking, place: Place) -> dict[str, Any]:
    applied = place.seq if place.epoch == asking.head.epoch else 0
    return {
        "filter": str(receipts.read_scope(place, asking.definitions)),
        "seq": applied,
        "behind": asking.head.seq - applied,
        "begun_at": rfc3339(place.begun_at),
        "at": rfc3339(place.at),
    }


# The ledger -------------------------------------------------------------------------------------


def ledger(asking: Asking) -> Resource:
    """Answer the partner's ledger, as JSON or, where that is preferred, as CSV."""
    if request.accept_mimetypes.best_match([JSON, HTML, CSV], default=JSON) == CSV:
        return ledger_csv(asking)
    lines = _lines(asking)
    data = {"ledger": [_without_name(line) for line in ledgers.to_json(lines)]}
    return _own("Ledger", data)


def ledger_csv(asking: Asking) -> Resource:
    """Answer the partner's ledger for a spreadsheet."""
    body = ledgers.to_csv(_lines(asking)).encode()
    return Resource(
        title="Ledger",
        body=lambda: body,
        parts=(digest(body),),
        media_type=CSV,
        cache=_CACHE,
        headers=(("Content-Disposition", 'attachment; filename="ledger.csv"'),),
    )


def _lines(asking: Asking) -> list[ledgers.Line]:
    partner = asking.caller.partner
    assert partner is not None
    parameters.month(asking.values)
    return ledgers.of_partner(
        asking.connection, partner.id, partner.name, month=asking.values.get("month")
    )


def _without_name(line: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name != "partner"}
