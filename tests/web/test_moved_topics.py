"""Topics that were renamed or merged, over HTTP: every address of theirs leads on, in one step."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicate.publish import topics
from syndicate.web.published import Published
from tests.web.conftest import copied
from tests.web.stand import BASE, get


@pytest.fixture(scope="module")
def app(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    """Serve the demo after adherence was renamed, and what it became merged into training."""
    with copied(demo_folder, tmp_path_factory.mktemp("moved") / "site") as stand:
        site = stand.site
        topics.rename(
            site.engine, site.folder, "adherence", "fidelity", label="Fidelity", base_url=BASE,
            now=site.now,
        )  # fmt: skip
        topics.merge(site.engine, site.folder, "fidelity", "training", base_url=BASE, now=site.now)
        yield stand.open()


@pytest.mark.parametrize("former", ["adherance", "adherence", "fidelity"])
@pytest.mark.parametrize(
    "address",
    [
        "/topics/{}/",
        "/fr/topics/{}/",
        "/topics/{}/feed.atom",
        "/topics/{}/feed.rss",
        "/topics/{}/feed.json",
        "/topics/{}+empathy/feed.atom",
        "/topics/empathy+~{}/feed.atom",
    ],
)
def test_an_address_leads_on(app: Published, former: str, address: str) -> None:
    answer = get(app, address.format(former))
    assert answer.status_code == 301
    location = answer.headers["Location"].removeprefix(BASE)
    assert "training" in location
    assert former not in location
    assert get(app, location).status_code == 200


@pytest.mark.parametrize("format", ["atom", "rss", "json"])
def test_what_left_out_a_topic_that_is_now_its_own_goes_on(app: Published, format: str) -> None:
    answer = get(app, f"/topics/training+~adherence/feed.{format}")
    assert answer.status_code == 301
    assert answer.headers["Location"].removeprefix(BASE) == f"/topics/training/feed.{format}"
    assert get(app, "/topics/training+~training/feed.atom").status_code == 404
