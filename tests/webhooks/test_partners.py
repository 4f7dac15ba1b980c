"""A webhook is its partner's: it lasts as long, and ends with it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from syndicate import granting, mailbox
from syndicate.alerts.subscription import Wish
from syndicate.alerts.tokens import new_key
from syndicate.errors import FetchError, NotFound, PartnerRefused
from syndicate.store import backup, callbacks, holding, partners, subscriptions
from syndicate.store import engine as store
from syndicate.store.callbacks import Callback
from syndicate.webhooks import registering
from tests.outgoing.stand import Handler, sent
from tests.readers import AT_ONCE
from tests.webhooks.conftest import Stand


def listed(stand: Stand) -> list[Callback]:
    with store.reading(stand.site.engine) as connection:
        return callbacks.list_all(connection)


def switch(stand: Stand, value: str) -> None:
    file = stand.site.folder / "feeds/network.toml"
    before = file.read_text("utf-8").partition("\n[webhooks]")[0]
    file.write_text(f"{before}\n[webhooks]\nenabled = {value}\n", "utf-8")
    assert stand.site.publish().problems == ()


def test_whoever_is_revoked_is_not_called_again(stand: Stand) -> None:
    def revoke(handler: Handler) -> None:
        granting.revoke(stand.site.engine, "care", now=stand.site.now)
        sent(b"")(handler)

    stand.add(reply=revoke)
    stand.add("other", "/other")
    stand.publish("summary-0")
    assert sorted(one.path for one in stand.work()) == ["/hook", "/other"]
    stand.publish("summary-1")
    assert [one.path for one in stand.work()] == ["/other"]
    assert [one.name for one in listed(stand)] == ["other"]
    assert stand.work() == []


def test_one_revoked_key_leaves_the_webhook(stand: Stand) -> None:
    made = stand.add()
    granted = granting.rotate(stand.site.engine, "care", now=stand.site.now)
    granting.revoke(stand.site.engine, "care", now=stand.site.now, key_id=granted.key.id)
    assert listed(stand) == [made]


def test_a_partner_whose_time_is_over_is_called_again_when_it_goes_on(stand: Stand) -> None:
    stand.add()
    stand.publish("summary-0")
    over = stand.site.now
    granting.update(stand.site.engine, "care", lambda one: replace(one, expires=over))
    stand.publish("summary-1")
    assert stand.work() == []
    granting.update(stand.site.engine, "care", lambda one: replace(one, expires=None))
    assert [json.loads(one.body)["data"]["seq"] for one in stand.work()] == [2]


def test_another_address_keeps_the_secret_and_wakes_one_that_ended(stand: Stand) -> None:
    made = stand.add(reply=sent(b"", 410))
    stand.publish("summary-0")
    assert len(stand.work()) == 1
    stand.server.answers["/there"] = sent(b"")
    with store.writing(stand.site.engine) as connection:
        (partner,) = partners.list_partners(connection)
        url = made.url.replace("/hook", "/there")
        assert registering.attach(connection, partner, url, now=stand.site.now) is None
    stand.publish("summary-1")
    assert [one.path for one in stand.work()] == ["/there"]
    assert listed(stand)[0].secret == made.secret


def test_a_partner_is_not_added_where_its_webhook_cannot_be(stand: Stand) -> None:
    def fail(*_: object) -> None:
        raise PartnerRefused("no")

    with pytest.raises(PartnerRefused):
        granting.add(stand.site.engine, "care", granting.Terms(), now=stand.site.now, also=fail)
    assert stand.add()  # the name is free


def test_who_has_none_is_told_how_to_have_one(stand: Stand) -> None:
    granting.add(stand.site.engine, "care", granting.Terms(), now=stand.site.now)
    with pytest.raises(NotFound, match=r"no webhook; `syndicate partner update 'care' --webhook"):
        registering.replay(stand.site.engine, "care", now=stand.site.now)
    with pytest.raises(NotFound, match="there are: care"):
        registering.remove(stand.site.engine, "nobody")


# The network's own wish ------------------------------------------------------------------------


def test_switched_off_nobody_is_called_until_it_is_on_again(stand: Stand) -> None:
    stand.add()
    stand.publish("summary-0")
    switch(stand, "false")
    stand.publish("summary-1")
    assert stand.work() == []
    with pytest.raises(PartnerRefused, match="calls nobody; set enabled = true"):
        registering.check("https://care.example/", stand.site.definitions)
    switch(stand, "true")
    assert [json.loads(one.body)["data"]["seq"] for one in stand.work()] == [2]


@pytest.mark.parametrize("url", ["ftp://care.example/", "https://me@care.example/", "care.example"])
def test_addresses_that_are_none(stand: Stand, url: str) -> None:
    with pytest.raises(FetchError):
        registering.check(url, stand.site.definitions)


# After a restore -------------------------------------------------------------------------------


def test_a_restored_store_calls_on_in_its_new_epoch_though_mails_are_held(
    stand: Stand, tmp_path: Path
) -> None:
    engine, now = stand.site.engine, stand.site.now
    stand.add()
    with store.writing(engine) as connection:
        wish = Wish(selections=("",), schedule=AT_ONCE)
        subscriptions.add(
            connection, new_key(), mailbox.parse("a@b.example"), wish, since=0, now=now
        )
    stand.publish("summary-0")
    stand.work()
    backup.write(engine, tmp_path / "kept", secret_key=None, now=now)
    stand.publish("summary-1")
    (before,) = stand.work()
    backup.restore(engine, tmp_path / "kept", replace=True)
    with store.reading(engine) as connection:
        assert holding.find(connection)  # mails are
    stand.publish("summary-2")  # summary-1 comes from its file again, beside it
    after = stand.work()
    told = [json.loads(one.body)["data"] for one in (before, *after)]
    assert [one["seq"] for one in told] == [2, 3]
    assert told[0]["epoch"] != told[1]["epoch"] == stand.epoch
    assert len({one.headers["webhook-id"] for one in (before, *after)}) == 2
