"""Who asks: `admit` stands before every view of `/v1`, and `finish` behind it.

A key is taken from the header Authorization alone. Unknown, wrong and malformed ones get one
answer; what became of a key is told only to who has it. Nothing of a key comes into a log.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Final

from flask import g, request
from werkzeug.wrappers.response import Response

from syndicate.definitions import Definitions
from syndicate.model import RIGHTS, Conditions, Right
from syndicate.partners import Key, Partner
from syndicate.quotas import FULL, UNMODIFIED
from syndicate.store.usage import Place
from syndicate.web import proxies
from syndicate.web.pull.bookkeeping import Books
from syndicate.web.pull.keys import Keys
from syndicate.web.pull.metering import Clock, Paid, Visitors
from syndicate.web.pull.problems import Refused
from syndicate.web.site import Site
from syndicate.web.snapshot import require

_OPEN: Final = frozenset({"me", "openapi", "problems", "service"})
"""Endpoints that need no right, and no terms: what is needed to find out what is wrong."""
_NEEDED: Final[Mapping[str, Right]] = {"state": "state"}  # all others: read
_REALM: Final = 'Bearer realm="v1"'


def _no_place(_scope: str, _epoch: str, _seq: int) -> None:
    """Forget where a visitor's copy is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks. `topics` are the slugs that the key is limited to, None where it is not.

    `confirm` notes how far a copy has come: its filter, the epoch, and the change that is applied.
    """

    rights: frozenset[Right] = frozenset(RIGHTS)
    topics: frozenset[str] | None = None
    partner: Partner | None = None
    key: Key | None = None
    paid: Paid | None = None
    confirm: Callable[[str, str, int], None] = _no_place

    def may(self, right: Right) -> bool:
        return right in self.rights

    def require(self, right: Right) -> None:
        """Refuse the request unless the caller has a right."""
        if self.may(right):
            return
        if self.partner is None:
            raise _key_missing()
        challenge = f'{_REALM}, error="insufficient_scope", scope="{right}"'
        raise Refused(
            "key-scope",
            f"this needs the scope {right!r}",
            "/v1/me lists those of a key",
            headers=(("WWW-Authenticate", challenge),),
        )

    @property
    def mark(self) -> str:
        """Return what must stand in the tag of what this caller alone gets; "" for everybody."""
        return "" if self.partner is None else f"{self.partner.id} {self.partner.scopes}"


@dataclass(frozen=True, slots=True)
class _Admission:
    """A request between `admit` and `finish`."""

    endpoint: str
    paid: Paid
    partner: Partner | None
    address: str = field(repr=False)


class Access:
    """One for each application."""

    def __init__(self, site: Site, books: Books, clock: Clock) -> None:
        self._site = site
        self._clock = clock
        self._books = books
        self._keys = Keys(site)
        self._visitors = Visitors(clock)

    def admit(self, endpoint: str) -> Caller:
        """Return who asks, and count the request.

        Refused: no key where one is needed, one that is none (any more) or does not reach so far,
        terms that were not accepted, or a quota that is used up.
        """
        definitions = require(self._site.snapshot)
        header = request.environ.get("HTTP_AUTHORIZATION")
        if header is None:
            return self._visitor(endpoint, definitions.network.conditions)
        partner, key = self._identify(header, endpoint, definitions.network.conditions)
        quota = partner.quota(definitions.network.conditions.partner_quota)
        paid = self._books.meter.admit(partner.id, quota)
        self._count(_Admission(endpoint, paid, partner, ""))
        caller = Caller(
            rights=partner.scopes.rights,
            topics=partner.scopes.allowed(definitions),
            partner=partner,
            key=key,
            paid=paid,
            confirm=partial(self._confirm, partner.id),
        )
        if endpoint not in _OPEN:
            caller.require(_NEEDED.get(endpoint, "read"))
            self._require_terms(partner, definitions)
        return caller

    def admit_anyone(self, endpoint: str) -> int:
        """Count a request to what is open to everybody; return seconds to wait, 0 for none."""
        definitions = require(self._site.snapshot)
        try:
            self._count_visitor(endpoint, definitions.network.conditions)
        except Refused:
            admission: _Admission = g.admission
            return admission.paid.standing.retry_after
        return 0

    def finish(self, response: Response) -> Response:
        """Say what is left of the quota, and count what the answer has really cost."""
        admission: _Admission | None = g.pop("admission", None)
        if admission is None:
            return response
        for name, value in admission.paid.standing.headers():
            response.headers[name] = value
        if admission.paid.admitted:
            self._settle(admission, FULL - _cost(response.status_code))
            if admission.partner is not None:
                size = response.calculate_content_length() or 0
                self._books.note_answer(admission.partner.id, admission.endpoint, size)
        return response

    def _settle(self, admission: _Admission, cheaper: int) -> None:
        if not cheaper:
            return
        if admission.partner is None:
            self._visitors.give_back(admission.address, admission.paid, cheaper)
        else:
            self._books.meter.give_back(admission.partner.id, admission.paid, cheaper)

    def _count(self, admission: _Admission) -> None:
        """Remember the request for `finish`. Refused, where it is one too many."""
        g.admission = admission
        if not admission.paid.admitted:
            raise _quota_used_up(admission.paid)

    # Without a key, and with one that is none -------------------------------------------------

    def _visitor(self, endpoint: str, conditions: Conditions) -> Caller:
        self._count_visitor(endpoint, conditions)
        if endpoint == "me":
            raise _key_missing()
        caller = Caller(rights=conditions.anonymous)
        if endpoint not in _OPEN:
            caller.require(_NEEDED.get(endpoint, "read"))
        return caller

    def _count_visitor(self, endpoint: str, conditions: Conditions) -> None:
        trusted = self._site.settings.trusted_proxies
        address = proxies.client_address(request.environ, trusted)
        paid = self._visitors.admit(address, conditions.anonymous_quota)
        self._count(_Admission(endpoint, paid, None, address))

    def _identify(self, header: str, endpoint: str, conditions: Conditions) -> tuple[Partner, Key]:
        """Return whose key this is. A wrong one counts for the network that it comes from."""
        scheme, _, text = header.partition(" ")
        ring = self._keys.current()
        found = ring.find(text) if scheme.lower() == "bearer" else None
        refused = _refusal(found, datetime.fromtimestamp(self._clock(), UTC))
        if refused is not None:
            self._count_visitor(endpoint, conditions)
            raise refused
        assert found is not None
        return found

    # With a key -------------------------------------------------------------------------------

    def _require_terms(self, partner: Partner, definitions: Definitions) -> None:
        """Refuse who has not accepted the present terms, once the earlier ones have ended."""
        present = definitions.network.licence.terms_version
        due = definitions.network.conditions.terms_due
        if partner.terms_version == present:
            return
        if partner.terms_version and due and self._clock() < due.timestamp():
            return
        raise Refused(
            "terms-not-accepted",
            f"version {present} of the licence's terms was not accepted for this key",
            f"read {definitions.network.licence.url}, then write to the operator",
        )

    def _confirm(self, partner: str, scope: str, epoch: str, seq: int) -> None:
        now = datetime.fromtimestamp(int(self._clock()), UTC)
        self._books.note_place(
            Place(partner=partner, scope=scope, epoch=epoch, seq=seq, begun_at=now, at=now)
        )


def _cost(status: int) -> int:
    """Return the tenths of a request that an answer costs: our own faults cost nothing."""
    if status == HTTPStatus.NOT_MODIFIED:
        return UNMODIFIED
    return 0 if status >= HTTPStatus.INTERNAL_SERVER_ERROR else FULL


def _refusal(found: tuple[Partner, Key] | None, now: datetime) -> Refused | None:
    """Return what is wrong with a key, if anything is (RFC 6750, section 3.1)."""
    if found is None:
        code, message = "key-invalid", "this is no valid key"
        remedy = "send it as `Authorization: Bearer sk_…`, once, as it was given to you"
    elif found[1].state(now) == "revoked":
        code, message, remedy = "key-revoked", "this key was revoked", "ask for another"
    elif found[1].state(now) == "expired" or found[0].has_expired(now):
        code, message, remedy = "key-expired", "the time of this key is over", "ask for another"
    else:
        return None
    challenge = f'{_REALM}, error="invalid_token", error_description="{message}"'
    return Refused(code, message, remedy, headers=(("WWW-Authenticate", challenge),))


def _key_missing() -> Refused:
    return Refused(
        "key-missing",
        "this needs a partner's key",
        "send it as `Authorization: Bearer sk_…`",
        headers=(("WWW-Authenticate", _REALM),),
    )


def _quota_used_up(paid: Paid) -> Refused:
    seconds = paid.standing.retry_after
    spans = paid.standing.exhausted or ("minute",)
    return Refused(
        "quota",
        f"the quota of this {spans[0]} is used up",
        f"come back in {seconds} seconds; a 304 costs a tenth",
        more={"retry_after": seconds, "violated-policies": list(spans)},
        headers=(("Retry-After", str(seconds)),),
    )
