"""What is kept of what people agreed to, and by which digest of their address."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from syndicate.alerts import templates
from syndicate.alerts.subscription import Wish
from syndicate.alerts.tokens import Keyring
from syndicate.mailbox import Mailbox

_SHOWN: Final = "confirm.{language}.txt"


def digests_of(keyring: Keyring, mailbox: Mailbox) -> list[str]:
    """Return an address's keyed digests: with the present key first, then with former ones."""
    return keyring.digests("address", mailbox.key)


def detail_of(wish: Wish) -> dict[str, Any]:
    """Return what was agreed to, and a digest of the words in which it was asked."""
    words = templates.source(_SHOWN.format(language=wish.language))
    return {
        "selections": list(wish.selections),
        "rhythm": wish.schedule.rhythm,
        "language": wish.language,
        "words": hashlib.sha256(words.encode()).hexdigest()[:27],
    }
