"""Whatever a withdrawal or a correction changes can be purged by the keys that it says it has."""

from __future__ import annotations

import re

import pytest

from syndicate.store import engine as store
from syndicate.store import purges, summaries
from syndicate.web.published import Published
from tests.web.stand import Stand, get

SLUG = "mindfulness-and-therapist-empathy"
MORE = (
    "/feed.atom",
    "/topics/empathy+training/feed.atom",
    "/topics/empathy+~training/feed.json",
    "/topics/empathy+training/",
    "/search?q=empathy",
    "/search/empathy/feed.rss",
    f"/summaries/{SLUG}.ris",
    "/v1/items",
    "/v1/changes",
    "/v1/state",
    "/sitemap.xml",
    "/topics/empathy+training/opml",
)
_LINK = re.compile(rb'(?:href|src|action)="(/[^"#]*)"')


def _crawl(app: Published) -> dict[str, tuple[int, bytes, str]]:
    """Return status, body and surrogate keys of all that can be reached."""
    found: dict[str, tuple[int, bytes, str]] = {}
    waiting = ["/", *MORE]
    while waiting:
        path = waiting.pop().replace("&amp;", "&")
        if path in found or "/fr/" in path or path.startswith("/static/"):
            continue
        answer = get(app, path)
        found[path] = (answer.status_code, answer.data, answer.headers.get("Surrogate-Key", ""))
        if answer.mimetype == "text/html":
            waiting += [link.decode() for link in _LINK.findall(answer.data)]
        elif answer.status_code == 301:
            waiting.append(answer.headers["Location"].removeprefix("http://127.0.0.1:8000"))
    return found


@pytest.mark.parametrize("what", ["withdrawn", "corrected"])
def test_what_changes_has_a_key_that_is_purged(stand: Stand, what: str) -> None:
    app = stand.open()
    before = _crawl(app)
    assert len(before) > 60
    if what == "withdrawn":
        stand.withdraw(SLUG, "legal")
    else:
        edited = (
            """\nminor_edits: [{date: "2024-01-01T00:00:00Z", note: "A slip."}]\ntitle: Once """
        )
        stand.edit(SLUG, lambda text: text.replace("\ntitle: ", edited, 1))
        assert stand.site.publish().problems == ()
    app.generations.look()
    after = {path: get(app, path) for path in before}
    with store.reading(stand.site.engine) as connection:
        held = summaries.find(connection, slug=SLUG)
        assert held
        purged = set(purges.list_keys(connection, [held.id]))
    changed = {
        path: set(before[path][2].split())
        for path, answer in after.items()
        if (answer.status_code, answer.data) != before[path][:2]
    }
    assert len(changed) > 20
    assert {path: keys for path, keys in changed.items() if not keys & purged} == {}
