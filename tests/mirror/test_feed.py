"""Plain feeds of other sites: what they show is taken, what they cannot say is said."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syndicate.errors import CopyError, ForeignFeedError, OriginBusy
from syndicate.mirror import Mirror, Outcome, Patience
from syndicate.mirror.feed import TOMBSTONES, WINDOW
from syndicate.mirror.target import find_copy
from syndicate.outgoing import Answer, Limits

SITE = "https://blog.example/"
HEAD = (
    '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:fh="http://purl.org/syndication/history/1.0"'
    ' xmlns:at="http://purl.org/atompub/tombstones/1.0"><title>Blog</title><id>tag:blog</id>'
)


def entry(name: str, day: int = 1, text: str = "") -> str:
    return (
        f"<entry><id>tag:blog.example,2024:{name}</id><title>Of {name}</title>"
        f'<link href="{SITE}{name}"/><updated>2024-01-{day:02}T00:00:00Z</updated>'
        f'<content type="html">&lt;p&gt;{text or name}&lt;/p&gt;</content></entry>'
    )


def gone(name: str, day: int) -> str:
    return (
        f'<at:deleted-entry ref="tag:blog.example,2024:{name}" when="2024-01-{day:02}T00:00:00Z"/>'
    )


def atom(*inside: str, previous: str = "", rel: str = "prev-archive", archive: bool = False) -> str:
    link = f'<link rel="{rel}" href="{previous}"/>' if previous else ""
    return HEAD + link + ("<fh:archive/>" if archive else "") + "".join(inside) + "</feed>"


@dataclass
class Blog:
    """Documents by address, served with entity-tags or without; and a copy of them."""

    target: str
    documents: dict[str, str] = field(default_factory=dict)
    validates: bool = True
    now: datetime = datetime(2024, 2, 1, tzinfo=UTC)
    asked: list[str] = field(default_factory=list)
    answered: list[int] = field(default_factory=list)
    busy: list[int] = field(default_factory=list)

    def ask(self, url: str, headers: Mapping[str, str], _limits: Limits) -> Answer:
        name = url.removeprefix(SITE)
        self.asked.append(name)
        body = self.documents.get(name)
        etag = f'"{hash(body)}"'
        status = 404 if body is None else 304 if headers.get("if-none-match") == etag else 200
        if self.busy:
            status = self.busy.pop(0)
        self.answered.append(status)
        sent = {"etag": etag, "last-modified": "Mon, 01 Jan 2024 12:00:00 GMT"}
        text = (body or "") if status == 200 else ""
        media_type = "text/html" if text.startswith("<!doctype html") else "application/xml"
        return Answer(
            url=url,
            status=status,
            media_type=media_type,
            headers=sent if self.validates else {},
            body=text.encode(),
        )

    def mirror(self, name: str = "feed", *, anew: bool = False) -> Outcome:
        self.asked.clear()
        self.answered.clear()
        wanted = Mirror(target=self.target, ask=self.ask, clock=lambda: self.now, url=SITE + name)
        return wanted.bring_up(Patience(0, lambda _seconds: None), anew=anew)

    def held(self) -> dict[str, str]:
        """Return the text of each entry by its name."""
        with closing(find_copy(self.target)) as copy:
            records = [json.loads(held.record) for held in copy.iterate()]
        return {
            r["id"].rpartition(":")[2]: r["content_html"].removeprefix("<p>").removesuffix("</p>")
            for r in records
        }


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    return Blog(f"sqlite:///{tmp_path / 'copy.sqlite'}")


def test_a_window_moves_on_and_what_leaves_it_stays(blog: Blog) -> None:
    blog.documents["feed"] = atom(entry("b"), entry("a"))
    outcome = blog.mirror()
    assert (outcome.verdict, outcome.entries) == ("unprovable", 2)
    assert outcome.remarks == (WINDOW,)
    blog.documents["feed"] = atom(entry("c", 3), entry("b", 2, "changed"))
    assert blog.mirror().tally.put == 2
    assert blog.held() == {"a": "a", "b": "changed", "c": "c"}


def test_what_has_not_changed_is_not_sent_again(blog: Blog) -> None:
    blog.documents["feed"] = atom(entry("a"))
    blog.mirror()
    outcome = blog.mirror()
    assert blog.answered == [304]
    assert outcome.is_quiet
    assert blog.held() == {"a": "a"}


def archived(blog: Blog) -> None:
    blog.documents |= {
        "feed": atom(entry("e", 5), entry("d", 4), previous="2"),
        "2": atom(entry("d", 3, "old"), entry("c"), previous="1", archive=True),
        "1": atom(entry("b"), entry("a"), archive=True),
    }


def test_archives_are_read_to_the_end_and_the_newer_document_counts(blog: Blog) -> None:
    archived(blog)
    outcome = blog.mirror()
    assert blog.asked[1:] == ["feed", "2", "1"]  # at first, to see what the address leads to
    assert outcome.entries == 5
    assert blog.held()["d"] == "d"


def test_known_archives_are_asked_for_once_a_day_and_new_ones_at_once(blog: Blog) -> None:
    archived(blog)
    blog.mirror()
    blog.documents["3"] = atom(entry("e", 5), entry("d", 4), previous="2", archive=True)
    blog.documents["feed"] = atom(entry("g", 7), entry("f", 6), previous="3")
    blog.mirror()
    assert blog.asked == ["feed", "3"]
    assert sorted(blog.held()) == list("abcdefg")
    blog.now += timedelta(days=1)
    blog.documents["1"] = atom(entry("b", 2, "corrected"), entry("a"), archive=True)
    blog.mirror()
    assert blog.answered == [304, 304, 304, 200]
    assert blog.held()["b"] == "corrected"


def test_archives_without_validators_are_left_alone_between(blog: Blog) -> None:
    blog.validates = False
    archived(blog)
    blog.mirror()
    blog.mirror()
    assert blog.asked == ["feed"]


def test_anew_an_archived_feed_shows_what_is_gone(blog: Blog) -> None:
    archived(blog)
    blog.mirror()
    blog.documents["1"] = atom(entry("b"), archive=True)
    assert blog.mirror(anew=True).tally.vanished == ["tag:blog.example,2024:a"]
    assert sorted(blog.held()) == list("bcde")


def test_anew_a_mere_window_takes_nothing_away(blog: Blog) -> None:
    blog.documents["feed"] = atom(entry("b"), entry("a"))
    blog.mirror()
    blog.documents["feed"] = atom(entry("c"))
    blog.mirror(anew=True)
    assert sorted(blog.held()) == list("abc")


def test_pages_are_followed_while_they_bring_news(blog: Blog) -> None:
    blog.documents |= {
        "feed": atom(entry("d"), entry("c"), previous="p2", rel="next"),
        "p2": atom(entry("b"), entry("a"), rel="next"),
    }
    blog.mirror()
    assert sorted(blog.held()) == list("abcd")
    blog.documents |= {
        "feed": atom(entry("g"), entry("f"), previous="p2", rel="next"),
        "p2": atom(entry("e"), entry("d"), previous="p3", rel="next"),
        "p3": atom(entry("c"), entry("b"), previous="p4", rel="next"),
        "p4": atom(entry("a")),
    }
    blog.mirror()
    assert blog.asked == ["feed", "p2", "p3", "p4"]  # these are new addresses
    assert sorted(blog.held()) == list("abcdefg")
    blog.documents["feed"] = atom(entry("h"), entry("g"), previous="p2", rel="next")
    blog.mirror()
    assert blog.asked == ["feed"]
    assert sorted(blog.held()) == list("abcdefgh")


def test_a_circle_of_documents_ends(blog: Blog) -> None:
    blog.documents["feed"] = atom(entry("b"), previous="old")
    blog.documents["old"] = atom(entry("a"), previous="feed", archive=True)
    blog.mirror()
    assert blog.asked[1:] == ["feed", "old"]


def test_tombstones_are_honoured_and_an_old_archive_brings_nothing_back(blog: Blog) -> None:
    archived(blog)
    blog.mirror()
    blog.documents["feed"] = atom(gone("a", 9), gone("d", 9), entry("e", 5), previous="2")
    outcome = blog.mirror(anew=True)
    assert sorted(blog.held()) == list("bce")
    assert dict(outcome.tally.deleted) == {"withdrawn": 2}
    assert outcome.remarks == (TOMBSTONES,)
    # an entry that is newer than its tombstone is back
    blog.documents["feed"] = atom(entry("d", 20, "back"), gone("d", 9), previous="2")
    blog.mirror()
    assert blog.held()["d"] == "back"


def test_a_complete_feed_says_what_is_gone(blog: Blog) -> None:
    rss = "<rss version='2.0' xmlns:fh='http://purl.org/syndication/history/1.0'><channel>{}"
    rss += "<fh:complete/>{}</channel></rss>"
    one = "<item><guid isPermaLink='false'>{0}</guid><description>{0}</description></item>"
    blog.documents["feed"] = rss.format("", one.format("x:a") + one.format("x:b"))
    assert blog.mirror().remarks == (TOMBSTONES,)
    blog.documents["feed"] = rss.format("", one.format("x:b"))
    assert blog.mirror().tally.vanished == ["x:a"]


def test_a_json_feed_and_its_further_pages(blog: Blog) -> None:
    def page(*names: str, following: str = "") -> str:
        entries = [{"id": f"x:{name}", "content_html": f"<p>{name}</p>"} for name in names]
        version = "https://jsonfeed.org/version/1.1"
        link = {"next_url": SITE + following} if following else {}
        return json.dumps({"version": version, "title": "J", "items": entries} | link)

    blog.documents |= {"feed": page("c", "b", following="2"), "2": page("a")}
    blog.mirror()
    assert blog.held() == {name: name for name in "abc"}


def test_hostile_markup_is_made_safe_and_named(blog: Blog) -> None:
    script = "a&lt;script&gt;alert(1)&lt;/script&gt;&lt;b onclick=x&gt;c&lt;/b&gt;"
    blog.documents["feed"] = atom(entry("a", text=script))
    outcome = blog.mirror()
    assert blog.held() == {"a": "a<strong>c</strong>"}
    (names,) = outcome.tally.cleaned.values()
    assert "<script> and its text" in names


def test_a_run_that_was_cut_off_goes_on_with_the_next_document(blog: Blog) -> None:
    archived(blog)
    blog.busy = [200, 200, 503]
    with pytest.raises(OriginBusy):
        blog.mirror()
    assert sorted(blog.held()) == ["d", "e"]
    blog.mirror()
    assert blog.asked == ["2", "1"]
    assert blog.held() == {"a": "a", "b": "b", "c": "c", "d": "d", "e": "e"}


def test_a_page_that_names_a_feed_leads_there(blog: Blog) -> None:
    blog.documents["page"] = (
        '<!doctype html><link rel="stylesheet" href="x.css">'
        '<link title="a" REL="Alternate" type="application/rss+xml" href="/feed">'
        '<link rel="alternate" type="application/atom+xml" href="/other">'
    )
    blog.documents["feed"] = atom(entry("a"))
    assert blog.mirror("page").origin == f"{SITE}feed"
    assert blog.asked == ["page", "page/v1/", "feed"]
    blog.mirror("page")
    assert blog.asked == ["feed"]


def test_a_page_without_a_feed(blog: Blog) -> None:
    blog.documents["page"] = "<!doctype html><p>Hello.</p>"
    with pytest.raises(Exception, match="a page without a feed; give the address of a /v1/ or"):
        blog.mirror("page")


def test_what_is_no_feed(blog: Blog) -> None:
    blog.documents["feed"] = "<html>"
    with pytest.raises(ForeignFeedError, match="a web page, not a feed"):
        blog.mirror()


def test_another_feed_is_not_mixed_into_a_copy(blog: Blog) -> None:
    blog.documents |= {"feed": atom(entry("a")), "other": atom(entry("b"))}
    blog.mirror()
    with pytest.raises(CopyError, match=r"is a copy of https://blog\.example/feed, not"):
        blog.mirror("other")
    blog.mirror("other", anew=True)
    assert "b" in blog.held()
