from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families

from syndicate.web.published import Published
from tests.web.stand import TOKEN, Stand, get


def metrics(app: Published) -> dict[str, float]:
    answer = get(app, "/metrics", Authorization=f"Bearer {TOKEN}")
    assert answer.status_code == 200
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_a_published_store_is_ready(app: Published) -> None:
    answer = get(app, "/readyz")
    assert answer.status_code == 200
    assert answer.json == {
        "ready": True,
        "checks": {"store": True, "published": True, "documents": True},
        "generation": 1,
    }
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN, "Bearer é"],
)
def test_metrics_are_not_there_without_the_token(app: Published, authorization: str) -> None:
    refused = get(app, "/metrics", Authorization=authorization)
    assert refused.status_code == 404
    assert refused.data == get(app, "/nope").data


def test_an_installation_without_a_token_has_no_metrics(stand: Stand) -> None:
    stand.environ = {"SYNDICATE_METRICS_TOKEN": ""}
    assert get(stand.open(), "/metrics", Authorization="Bearer ").status_code == 404


def test_the_figures(app: Published) -> None:
    before = metrics(app)
    assert before["syndicate_generation"] == 1
    assert before["syndicate_documents"] > 130
    assert before["syndicate_store_reachable"] == 1
    assert before["syndicate_published_seconds"] > 1.7e9
    get(app, "/feed.atom")
    get(app, "/feed.atom", If_None_Match="*")
    get(app, "/feed/")
    get(app, "/feed.atom", "POST")
    get(app, "/topics/")
    after = metrics(app)
    grown = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert grown.pop("syndicate_kept_bytes") > 1000
    assert grown == {
        "syndicate_requests_total full": 1,
        "syndicate_requests_total unmodified": 1,
        "syndicate_requests_total redirected": 1,
        "syndicate_requests_total refused": 1,
        "syndicate_requests_total passed": 2,  # the page, and the metrics themselves
    }
