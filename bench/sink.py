"""A server of mail or HTTP that takes everything and keeps nothing, as fast as Python can.

`python -m bench.sink mail|http` prints its port. It runs as a process of its own, beside what it
measures.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_ANSWERS = {
    b"DATA": b"354 go on\r\n",
    b"EHLO": b"250-sink\r\n250 PIPELINING\r\n",
    b"QUIT": b"221 bye\r\n",
}


class _Dialogue(asyncio.Protocol):
    """One client; commands are answered as they come, data is thrown away."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._held = b""
        self._in_data = False
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self._held += data
        while True:
            mark = b"\r\n.\r\n" if self._in_data else b"\r\n"
            line, found, rest = self._held.partition(mark)
            if not found:
                return
            self._held = rest
            if self._in_data:
                self._in_data = False
                self._transport.write(b"250 2.0.0 taken\r\n")
                continue
            word = line[:4].upper()
            self._in_data = word == b"DATA"
            answers = {
                b"DATA": b"354 go on\r\n",
                b"EHLO": b"250-sink\r\n250 PIPELINING\r\n",
                b"QUIT": b"221 bye\r\n",
            }
            self._transport.write(answers.get(word, b"250 ok\r\n"))


class _Callback(asyncio.Protocol):
    """One client that POSTs; each body that came to its end is answered 204."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._held = bytearray()

    def data_received(self, data: bytes) -> None:
        self._held += data
        while (end := self._held.find(b"\r\n\r\n")) >= 0:
            head = self._held[:end].lower()
            mark = head.index(b"content-length:") + 15
            whole = end + 4 + int(head[mark:].partition(b"\r\n")[0])
            if len(self._held) < whole:
                return
            del self._held[:whole]
            self._transport.write(b"HTTP/1.1 204 No Content\r\n\r\n")
            if b"connection: close" in head:
                self._transport.close()


_KINDS = {"mail": _Dialogue, "http": _Callback}


async def _serve(kind: str) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_KINDS[kind], "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def running(kind: str = "mail") -> Iterator[int]:
    """Run a sink; return its port."""
    with subprocess.Popen(
        [sys.executable, "-m", "bench.sink", kind], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1]))
