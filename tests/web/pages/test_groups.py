from __future__ import annotations

import re

from syndicate.web.published import Published
from tests.web.stand import get


def test_topics_have_their_numbers(app: Published) -> None:
    page = get(app, "/topics/").text
    found = re.findall(
        r'/topics/([^/"]+)/">[^<]+</a> <span class="count" title="([^"]+)">(\d+)', page
    )
    counts = {slug: (int(number), said) for slug, said, number in found}
    assert len(counts) == 36
    assert counts["empathy"] == (1, "1 summary")
    assert counts["therapist-factors"] == (3, "3 summaries")
    assert counts["attachment"] == (0, "0 summaries")


def test_topics_stand_in_the_alphabet_of_the_language(app: Published) -> None:
    for path, first in (("/topics/", "Adherence"), ("/fr/topics/", "Adhésion")):
        rows = re.findall(r'/topics/[^/"]+/">([^<]+)</a> <span', get(app, path).text)
        assert rows[0] == first
    assert (
        rows.index("Efficacité des traitements") < rows.index("Empathie") < rows.index("Formation")
    )


def test_kinds_and_their_numbers(app: Published) -> None:
    page = get(app, "/kinds/").text
    assert re.search(
        r'/kinds/meta-analysis/">Meta-analysis</a> <span class="count">5 summaries', page
    )


def test_all_feeds_in_all_formats(app: Published) -> None:
    page = get(app, "/feeds/").text
    for stem in ("/feed", "/topics/empathy/feed", "/kinds/meta-analysis/feed"):
        for name in ("atom", "rss", "json"):
            assert f'href="{stem}.{name}"' in page
    french = get(app, "/fr/feeds/").text
    assert french.index(">Attachement<") < french.index(">Troubles anxieux<")
    assert '<a href="/fr/topics/empathy/">Empathie</a>' in french
    assert '<a href="/fr/feeds/depression-and-anxiety/" lang="en">' in french
