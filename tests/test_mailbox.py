"""One address, bare: what injects a header or reaches two people is none."""

from __future__ import annotations

import pytest

from syndicate import mailbox
from syndicate.errors import AddressError
from syndicate.mailbox import Mailbox

GOOD = {
    "reader@example.org": "reader@example.org",
    "  Reader@Example.ORG ": "Reader@example.org",
    "first.last+tag@mail.example.org": "first.last+tag@mail.example.org",
    "o'brien@example.org": "o'brien@example.org",
    "!#$%&'*+/=?^_`{|}~-@example.org": "!#$%&'*+/=?^_`{|}~-@example.org",
    "jérôme@exämple.org": "jérôme@xn--exmple-cua.org",
    "用户@例子.中国": "用户@xn--fsqu00a.xn--fiqs8s",
    "reader@straße.example": "reader@xn--strae-oqa.example",
    "reader@xn--exmple-cua.org": "reader@xn--exmple-cua.org",
}
BAD = (
    "",
    "@",
    "reader",
    "reader@",
    "@example.org",
    "reader@localhost",
    "reader@[127.0.0.1]",
    "reader@127.0.0.1",
    "reader@example..org",
    "reader@example.org.",
    "reader@-example.org",
    "reader@exa_mple.org",
    "a@example.org, b@example.org",
    "a@example.org,b@example.org",
    "a@example.org b@example.org",
    "a@b@example.org",
    '"quoted name"@example.org',
    "Reader <reader@example.org>",
    "<reader@example.org>",
    "(comment)reader@example.org",
    ".reader@example.org",
    "reader.@example.org",
    "rea..der@example.org",
    "reader@example.org\r\nBcc: victim@example.org",
    "reader\r\nBcc@example.org",
    "reader\u2028bcc@example.org",
    "reader\x00@example.org",
    "read\u202eer@example.org",
    "reader@example.org\ue000",
    "\ue000@example.org",
    f"{'x' * 65}@example.org",
    f"reader@{'x' * 64}.org",
    f"{'é' * 33}@example.org",
    f"{'x' * 60}@{'.'.join(['y' * 60] * 4)}.org",
)


@pytest.mark.parametrize("text", GOOD)
def test_addresses_that_can_be_written_to(text: str) -> None:
    found = mailbox.parse(text)
    assert str(found) == GOOD[text]
    assert mailbox.written(str(found)) == found
    assert mailbox.parse(str(found)) == found


@pytest.mark.parametrize("text", BAD)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(AddressError):
        mailbox.parse(text)


def test_spellings_of_one_address_share_a_key() -> None:
    keys = {mailbox.parse(t).key for t in ("Reader@EXAMPLE.org", "reader@example.org")}
    assert len(keys) == 1
    assert mailbox.parse("re.ader@example.org").key not in keys
    assert mailbox.parse("reader+x@example.org").key not in keys
    assert mailbox.parse("JÉRÔME@example.org").key == mailbox.parse("jérôme@example.org").key
    assert mailbox.parse("je\u0301@example.org").key == mailbox.parse("jé@example.org").key


@pytest.mark.parametrize(
    ("text", "role"),
    [("postmaster@example.org", True), ("Abuse+x@example.org", True), ("poster@a.org", False)],
)
def test_offices_of_the_mail_system(text: str, *, role: bool) -> None:
    assert mailbox.parse(text).is_role is role


def test_a_masked_address_tells_its_owner_only() -> None:
    assert mailbox.parse("jane.doe@uottawa.ca").masked == "j•••@u•••.ca"
    assert Mailbox("jérôme", "example.org").needs_utf8
