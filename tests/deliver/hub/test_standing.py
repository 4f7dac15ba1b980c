"""What an operator sees of the hub: in /metrics, and from the doctor."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from syndicate.doctor import callers
from syndicate.store import engine as store
from tests.deliver.hub.conftest import TOKEN, Stand, then


def figures(stand: Stand) -> dict[str, float]:
    answer = stand.client.get(
        "/metrics", base_url=stand.base, headers={"Authorization": f"Bearer {TOKEN}"}
    )
    return {
        "_".join(
            [sample.name.removeprefix("syndicate_hub_"), *sample.labels.values()]
        ): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
        if sample.name.startswith("syndicate_hub_")
    }


def told(stand: Stand) -> tuple[str, str]:
    with store.reading(stand.network.site.engine) as connection:
        (found,) = callers.examine(connection, now=stand.network.now)
    return found.verdict, found.message


def test_from_the_first_request_to_a_document_that_nobody_sends(stand: Stand) -> None:
    assert set(figures(stand).values()) == {0}
    stand.ask()
    assert figures(stand)["requests"] == 1
    stand.work(seconds=1)
    stand.subscribe("/feed.rss", lease_seconds="3600")
    found = figures(stand)
    assert found == {
        "subscriptions_verified": 2,
        "subscriptions_expiring": 1,
        "subscriptions_behind": 0,
        "requests": 0,
        "oldest_seconds": 0,
    }
    stand.publish("two")
    assert figures(stand)["subscriptions_behind"] == 2
    assert told(stand)[0] == "ok"
    stand.network.wait(minutes=20)
    verdict, message = told(stand)
    assert verdict == "error"
    assert message.startswith(
        "2 subscriptions, 1 of them end within a day, 2 lack the newest bytes; 0 requests"
    )
    assert "has been due since" in message
    stand.work()
    assert told(stand)[0] == "ok"


def test_one_that_fails_is_not_overdue_while_it_rests(stand: Stand) -> None:
    stand.subscribe()
    stand.subscriber.answers["/here"] = then(503)
    stand.publish("two")
    for _ in range(6):
        stand.work(minutes=20)
    assert figures(stand)["subscriptions_behind"] == 1
    assert told(stand)[0] == "ok"


def test_of_a_site_without_hub_and_webhooks_nothing_is_said(stand: Stand) -> None:
    file = stand.network.site.folder / "feeds/network.toml"
    file.write_text(file.read_text("utf-8").replace("own = true", ""), "utf-8")
    stand.network.site.publish()
    with store.reading(stand.network.site.engine) as connection:
        assert list(callers.examine(connection, now=stand.network.now)) == []
