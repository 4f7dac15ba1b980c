"""A scripted origin, and mirrors that ask it without a network."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from syndicate.errors import FetchFailed
from syndicate.mirror import run
from syndicate.mirror.outcome import Outcome
from syndicate.mirror.patience import Patience
from syndicate.mirror.service import Service
from syndicate.mirror.target import open_copy
from syndicate.outgoing import Answer, Limits
from syndicate.partnercheck.exchange import Request, scope_of
from syndicate.partnercheck.origin import Origin, Piece, content_hash
from syndicate.partnercheck.script import Script
from syndicate.sync import Seal

ADDRESS = "https://origin.example/v1/"


def id_of(name: str) -> str:
    return f"tag:origin.example,2024:summary/{name}"


@dataclass
class Stand:
    """An origin whose entries are named by letters, and the requests that came."""

    target: str
    script: Script = field(default_factory=lambda: Script(Origin(Seal(("k" * 32,)))))
    waits: list[float] = field(default_factory=list)
    sent: list[Mapping[str, str]] = field(default_factory=list)

    @property
    def origin(self) -> Origin:
        return self.script.origin

    def put(self, *names: str, said: str = "said", topics: tuple[str, ...] = ("empathy",)) -> None:
        for name in names:
            html = f"<p>What is {said} of {name}.</p>"
            piece = Piece(slug=name, title=f"Of {name}", html=html, topics=topics)
            self.origin.put(id_of(name), piece, "")

    def withdraw(self, *names: str) -> None:
        for name in names:
            self.origin.withdraw(id_of(name), "")

    def ask(self, url: str, headers: Mapping[str, str], _limits: Limits) -> Answer:
        parts = urlsplit(url)
        self.sent.append(headers)
        reply = self.script.answer(
            Request(path=parts.path, query=parts.query, headers=headers, at=0)
        )
        if reply.cut:
            raise FetchFailed("the connection was cut")
        return Answer(
            url=url,
            status=reply.status,
            media_type="",
            headers={name.lower(): value for name, value in reply.headers.items()},
            body=reply.body,
        )

    def service(self, scope: str = "") -> Service:
        return Service(address=ADDRESS, ask=self.ask, scope=scope, key="sk_1_secret")

    def patience(self, seconds: float = 100) -> Patience:
        return Patience(seconds, self.waits.append)

    def mirror(self, scope: str = "", *, anew: bool = False) -> Outcome:
        """Bring the copy up in a run of its own."""
        with closing(open_copy(self.target)) as copy:
            return run.bring_up(copy, self.service(scope), self.patience(), anew=anew)

    def asked(self) -> list[str]:
        """Return what was asked for since this was last called: `changes`, `snapshot`, `state`."""
        names = [seen.request.name for seen in self.script.seen]
        self.script.seen.clear()
        return names

    def held(self) -> dict[str, str]:
        """Return what the copy holds, by name."""
        with closing(open_copy(self.target)) as copy:
            return {id.rpartition("/")[2]: hash for id, hash in copy.hashes().items()}

    def has(self, query: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return what the origin has, by name."""
        live = self.origin.live(scope_of(query or {}))
        return {id.rpartition("/")[2]: content_hash(piece) for id, _, piece in live}
