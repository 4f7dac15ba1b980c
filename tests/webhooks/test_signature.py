"""Our signatures as the reference library of Standard Webhooks verifies them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from syndicate.webhooks import signature

BODY = '{"type":"summary.publish","name":"Émile"}'


def _headers(*secrets: str) -> dict[str, str]:
    now = int(datetime.now(UTC).timestamp())
    return signature.headers(secrets, id="msg_1", timestamp=now, body=BODY.encode())


def test_the_reference_library_accepts_it() -> None:
    secret = signature.make_secret()
    assert secret.startswith("whsec_")
    verified = Webhook(secret).verify(BODY, _headers(secret))
    assert verified == {"type": "summary.publish", "name": "Émile"}


def test_while_two_secrets_sign_either_verifies() -> None:
    new, old, other = (signature.make_secret() for _ in range(3))
    headers = _headers(new, old)
    assert Webhook(new).verify(BODY, headers) == Webhook(old).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(other).verify(BODY, headers)


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_what_was_changed_on_the_way_is_refused(name: str) -> None:
    secret = signature.make_secret()
    headers = _headers(secret)
    changed = {
        "webhook-id": "msg_2",
        "webhook-timestamp": str(int(headers["webhook-timestamp"]) - 1),
        "webhook-signature": "v1,AAAA",
    }
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(BODY, headers | {name: changed[name]})
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(f"{BODY} ", headers)


def test_the_known_vector() -> None:
    """From the specification's own example libraries."""
    signed = signature.sign(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        body=b'{"test": 2432232314}',
    )
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
