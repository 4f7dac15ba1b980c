"""The whole way: asked for, confirmed, published, planned, sent, and told once."""

from __future__ import annotations

from tests.readers import Network


def test_from_a_wish_to_a_mail(either: Network) -> None:
    reader = either.subscribe("reader@example.org", "empathy")
    assert reader.wish.selections == ("empathy",)
    either.site.write("mirror-neurons")
    either.site.publish()
    (mail,) = either.work()
    assert mail.recipient == "reader@example.org"
    assert mail.message["Subject"] == "PPRNet demo, Empathy: What is known of mirror-neurons"
    assert "https://feeds.network.example/summaries/mirror-neurons/" in mail.text
    assert either.work() == []
