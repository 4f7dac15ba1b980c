"""A mail as bytes with slots is the mail that Python's own email package would read out of it."""

from __future__ import annotations

import email
import email.policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate import mailbox
from syndicate.alerts import mail
from syndicate.alerts.mail import ADDRESS, TOKEN, Draft, Filling, Sender

SENDER = Sender(
    name="Réseau, “PPRNet”",
    address=mailbox.parse("alerts@example.org"),
    reply_to=mailbox.parse("office@example.org"),
)
FILLING = Filling(
    to=mailbox.parse("o'brien+x@example.org"),
    date="Wed, 25 Nov 2026 12:00:00 +0000",
    message_id="<alert.now-1.0123@example.org>",
    token="0" * 36,
)
TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Co", "Cc"], include_characters="\n"), max_size=300
)


def read(draft: Draft, filling: Filling = FILLING) -> email.message.EmailMessage:
    data = mail.template(draft, SENDER).fill(filling)
    assert all(len(line) <= 998 for line in data.split(b"\r\n"))
    assert b"\n" not in data.replace(b"\r\n", b"")
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert message.defects == []
    return message  # type: ignore[return-value]


def draft(text: str, html: str | None = None, subject: str = "A subject", **headers: str) -> Draft:
    return Draft(subject=subject, text=text, html=html, language="en", headers=headers)


def content(part: email.message.EmailMessage | None) -> str:
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n").rstrip("\n")


def put_in(text: str, filling: Filling = FILLING) -> str:
    return text.replace(TOKEN, filling.token).replace(ADDRESS, str(filling.to))


@given(st.lists(TEXTS | st.sampled_from([TOKEN, ADDRESS, ".", "\n.\n", "=", " "])))
def test_the_text_comes_out_as_it_went_in(parts: list[str]) -> None:
    text = "".join(parts)
    message = read(draft(text))
    assert content(message) == put_in(text).rstrip("\n")


@given(TEXTS, TEXTS)
def test_both_parts_come_out_as_they_went_in(text: str, html: str) -> None:
    text, html = text + f"\n{ADDRESS} {TOKEN}.\n", f"<p>{ADDRESS}</p>{html}\n"
    message = read(draft(text, html))
    assert content(message.get_body(("plain",))) == put_in(text).rstrip("\n")
    escaped = html.replace(ADDRESS, "o&#x27;brien+x@example.org")
    assert content(message.get_body(("html",))) == put_in(escaped).rstrip("\n")


@given(st.text(st.characters(exclude_categories=["Cs", "Co", "Cc", "Zl", "Zp"]), max_size=200))
def test_the_subject_comes_out_as_it_went_in(subject: str) -> None:
    subject = " ".join(subject.split()) or "x"
    assert " ".join(read(draft("x", subject=subject))["Subject"].split()) == subject


def test_headers() -> None:
    message = read(draft("x", **{"List-Unsubscribe": f"<https://example.org/{TOKEN}/>"}))
    assert message["From"].addresses[0].display_name == "Réseau, “PPRNet”"
    assert message["To"].addresses[0].addr_spec == "o'brien+x@example.org"
    assert message["Message-ID"] == FILLING.message_id
    assert message["List-Unsubscribe"] == f"<https://example.org/{'0' * 36}/>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert len(message.get_all("Content-Type", [])) == 1


def test_the_link_to_unsubscribe_is_not_folded() -> None:
    """A folded one has broken signatures."""
    url = f"<https://{'x' * 60}.example.org/alerts/u/{TOKEN}/>, <mailto:u+{TOKEN}@example.org>"
    data = mail.template(draft("x", **{"List-Unsubscribe": url}), SENDER).fill(FILLING)
    (line,) = [li for li in data.split(b"\r\n") if li.startswith(b"List-Unsubscribe: ")]
    assert line.decode() == f"List-Unsubscribe: {put_in(url)}"


@pytest.mark.parametrize("subject", ["a\r\nBcc: x@example.org", "a\nb", "a\rb"])
def test_a_subject_begins_no_header(subject: str) -> None:
    with pytest.raises(ValueError, match="linefeed or carriage return"):
        mail.template(draft("x", subject=subject), SENDER)


def test_a_header_has_one_line() -> None:
    with pytest.raises(ValueError, match="List-Id"):
        mail.template(draft("x", **{"List-Id": "a\r\nBcc: x@example.org"}), SENDER)


def test_an_address_beyond_ascii() -> None:
    filling = Filling(
        to=mailbox.parse("jérôme@exämple.org"),
        date=FILLING.date,
        message_id=FILLING.message_id,
        token=FILLING.token,
    )
    message = read(draft(f"To {ADDRESS}."), filling)
    assert content(message) == "To jérôme@xn--exmple-cua.org."
