"""What OAI-PMH 2.0 sends, as XML: response.py is the envelope, formats.py what records come in.

Numbers in docstrings name sections of the protocol,
https://www.openarchives.org/OAI/openarchivesprotocol.html
"""

from __future__ import annotations

from typing import Final

from syndicate.definitions import Definitions
from syndicate.documents import identity, record

RENDERER: Final = "1"
"""Goes up when the same summary would give other records; all of them are then dated anew."""


def basis(definitions: Definitions, epoch: str) -> str:
    """Return a digest of all that decides about every record and set besides the summaries.

    It changes with a label, the licence and the base URL, with a topic that is renamed or merged,
    and with the store's history. Harvesters then get everything anew.
    """
    former = (f"{topic.slug} {' '.join(topic.former)}" for topic in definitions.topics)
    return identity.fingerprint(RENDERER, epoch, record.look(definitions), *former)
