"""The words of the domain as frozen data: written, offered, carried, stored.

No behaviour beyond derived properties. Every datetime is aware, UTC and without a fraction.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NewType
from urllib.parse import quote

from syndicate.selection import EVERYTHING, Selection

SummaryId = NewType("SummaryId", str)
"""An absolute URI that never changes: a tag URI (RFC 4151), or the id that an import came with."""

SafeHtml = NewType("SafeHtml", str)
"""HTML that passed editorial/sanitize.py; made only there and where store/summaries.py reads it."""

Form = Literal["research", "announcement"]
State = Literal["draft", "scheduled", "published", "withdrawn"]
WithdrawalReason = Literal["retracted", "error", "superseded", "duplicate", "legal", "other"]
Op = Literal["publish", "correct", "edit", "withdraw", "restore"]
Right = Literal["read", "full-text", "state"]
RIGHTS: tuple[Right, ...] = ("read", "full-text", "state")
Format = Literal["atom", "rss", "json"]
FORMATS: tuple[Format, ...] = ("atom", "rss", "json")


# What an editor writes -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """The article summarised. `text` is the reference as written; `doi` is bare and lower case."""

    text: str
    doi: str | None = None
    year: int | None = None

    @property
    def doi_url(self) -> str | None:
        """Return the DOI's address, with what an address cannot hold percent-encoded."""
        if self.doi is None:
            return None
        return f"https://doi.org/{quote(self.doi, safe='/:;()._-~+@,!$*=')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """An effect size. Numbers are decimals kept as they were written: 0.50 stays 0.50."""

    label: str
    measure: str
    value: str
    interval: tuple[str, str] | None = None
    level: str = "95"  # per cent, of the interval
    se: str | None = None
    p: str | None = None  # "< .001", "= .005"
    k: int | None = None  # comparisons
    n: int | None = None  # participants


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A change that readers are told of: it moves `updated`; `notify` puts a notice in feeds."""

    date: datetime
    note: str
    notify: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MinorEdit:
    """A change of title, citation or number that needs no telling; it does not move `updated`."""

    date: datetime
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """A summary taken back. `replaced_by` is the slug of the summary to read instead."""

    date: datetime
    reason: WithdrawalReason
    note: str = ""
    replaced_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What feeds tell of a withdrawal or a correction, as an entry of its own."""

    what: Literal["withdrawn", "corrected"]
    date: datetime
    title: str
    description: str
    content_html: SafeHtml


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One file of content/summaries/, valid and sanitised. `published` is None only for a draft."""

    id: SummaryId
    slug: str
    form: Form
    title: str
    published: datetime | None
    authors: tuple[str, ...]
    topics: tuple[str, ...]  # current slugs, in the editor's order
    kind: str | None  # None for an announcement
    lang: str
    description: str  # plain text that stands alone, shorter than the content
    body_html: SafeHtml  # up to the practice implications
    implications_html: SafeHtml  # empty for an announcement
    content_html: SafeHtml  # what feeds and partners carry: body, implications, citation
    citation: Citation | None = None
    findings: tuple[Finding, ...] = ()
    corrections: tuple[Correction, ...] = ()
    minor_edits: tuple[MinorEdit, ...] = ()
    withdrawn: Withdrawal | None = None
    draft: bool = False
    backfill: bool = False  # imported history: never announced
    month_only: bool = False  # the date is known to the month; show it as the month
    notices: tuple[Notice, ...] = ()  # what editorial/notices.py makes of the fields above

    @property
    def instants(self) -> frozenset[datetime]:
        """Return every instant at which feeds have something of it: no other may stand there."""
        own = (self.published, self.updated, self.withdrawn.date if self.withdrawn else None)
        return frozenset([*filter(None, own), *(notice.date for notice in self.notices)])

    @property
    def updated(self) -> datetime | None:
        """Return the date of the last correction, else of first publication (RFC 4287, 4.2.15)."""
        if self.published is None:
            return None
        return max([self.published, *(c.date for c in self.corrections)])

    def state(self, now: datetime) -> State:
        if self.draft or self.published is None:
            return "draft"
        if self.withdrawn is not None:
            return "withdrawn"
        return "scheduled" if self.published > now else "published"


# How it is offered -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    name: str
    url: str
    spdx: str = ""
    terms_version: str = "1"  # goes up when partners are to accept other terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """Who writes to subscribers, and how: [alerts] of network.toml."""

    sender: str  # the address that alerts come from
    name: str  # beside it in From
    postal: str  # the sender's postal address, in every mail
    reply_to: str
    zone: str  # IANA zone that a form offers first
    settle_minutes: int  # so long a publish waits: a slip can still be mended unseen
    inbound: str = ""  # domain whose mail comes back to us: bounces, and unsubscribing by mail
    dkim_selector: str = ""  # with SYNDICATE_DKIM_KEY: we sign; else the relay does
    domain_per_minute: int = 0  # mails to one domain; 0 sets no limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A feed reader on the web; `{feed}` in `address` stands for a feed's, percent-encoded."""

    name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """How many requests are answered in a minute, and in a day (UTC)."""

    minute: int
    day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What may be pulled without a key, and how often by whom."""

    anonymous: frozenset[Right] = frozenset(RIGHTS)
    anonymous_quota: Quota = Quota(minute=1_200, day=100_000)  # of each network of addresses
    partner_quota: Quota = Quota(minute=6_000, day=1_000_000)  # where a partner has no other
    terms_due: datetime | None = None  # until then, who accepted earlier terms is served too


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """The organisation behind a site, from network.toml."""

    title: str
    short: str
    description: str
    tag_authority: str
    tag_date: str
    since: datetime
    base_url: str  # no slash at its end; SYNDICATE_BASE_URL comes before network.toml
    author: str
    rights: str
    licence: Licence
    contact: str = ""
    notice_en: str = ""
    notice_fr: str = ""
    hub: str = ""  # topic URLs' hub, absolute; empty: none is advertised
    oai: bool = True  # whether it is harvested by OAI-PMH
    webhooks: bool = True  # whether partners may be called
    hosts: tuple[str, ...] = ()
    redirects: tuple[tuple[str, str], ...] = ()  # old path, present path
    alerts: Alerts | None = None  # None: this network writes no mails
    readers: tuple[Reader, ...] = ()
    conditions: Conditions = Conditions()


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A subject. `key` is the slug it had first: it stands in the feed's id and never changes."""

    slug: str
    label: str
    feed_label: str  # no comma, no `&`: some readers split or escape them
    key: str
    former: tuple[str, ...] = ()
    label_fr: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A type of research."""

    slug: str
    label: str
    feed_label: str
    label_fr: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A defined selection with an address. `stem` + `.atom`, `.rss`, `.json` are its documents."""

    key: str  # "full", "topics/empathy", "kinds/meta-analysis", "feeds/depression"; in the store
    id: str
    title: str
    description: str
    stem: str  # "/topics/empathy/feed"
    page: str  # "/topics/empathy/"
    selection: Selection = EVERYTHING
    window: int = 50

    @property
    def surrogate_key(self) -> str:
        """By what caches purge its documents; selections and searches share a key each as well."""
        group = self.key.partition("/")[0]
        return f"{self.key} {group}" if group in ("selection", "search") else self.key


# What a feed carries ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A summary or a notice as it stands in a feed: nothing is left to look up."""

    id: str
    url: str
    title: str
    published: datetime
    updated: datetime
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    description: str
    content_html: SafeHtml
    lang: str
    rights: str
    licence_url: str
    external_url: str | None = None  # the article's DOI


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """The record of a withdrawn entry (RFC 6721, section 3)."""

    ref: str
    when: datetime
    comment: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """A document's place: absolute addresses of itself and its neighbours (RFC 5005, section 4)."""

    self: str
    home: str
    current: str
    icon: str = ""
    hub: str = ""
    prev_archive: str = ""
    next_archive: str = ""
    next: str = ""  # the next page of the same list (RFC 5005, section 3)
    is_archive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The finished bytes of one feed in one format; `gzip` is made once and final."""

    path: str
    media_type: str
    body: bytes = field(repr=False)
    gzip: bytes = field(repr=False)
    tag: str  # digest of the body: the entity-tag without quotes and coding
    last_modified: datetime


# What the store keeps --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One row of the journal. `seq` follows commit order."""

    seq: int
    summary_id: SummaryId
    revision: int
    op: Op
    at: datetime
