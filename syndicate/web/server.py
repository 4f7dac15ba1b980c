"""`syndicate serve`: a supervising process and its workers, each a granian WSGI server.

The supervisor spawns (never forks: it has threads) and ends its workers; a worker ends when its
supervisor is gone, however that came about. Settings of granian were measured: see _server.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import http.client
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from granian.constants import HTTPModes, Interfaces
from granian.server import mp
from granian.server.mp import MPServer

from syndicate import addresses
from syndicate.config import Settings
from syndicate.errors import SyndicateError
from syndicate.web import aside, create_app, logs
from syndicate.web.board import Board
from syndicate.web.hosts import is_loopback

Background = Callable[[threading.Event], None]
"""What the supervisor does beside; it ends soon after the event is set."""

WSGI = Callable[..., Iterable[bytes]]

_log = logging.getLogger(__name__)
_ORPHAN_CHECK: Final = 0.5  # seconds
_END_WITHIN: Final = 10  # seconds that requests under way are given
_READY_WITHIN: Final = 60  # seconds
_PR_SET_PDEATHSIG: Final = 1
_MEMORY: Final = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "262144"}
"""For glibc in the workers: Python runs one thread at a time, so one arena is enough, and what a
large answer took goes back to the system."""


def serve(
    settings: Settings,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    workers: int = 1,
    background: Background | None = None,
) -> None:
    """Serve until SIGTERM or Ctrl-C, then return.

    SyndicateError when the port cannot be had; SystemExit with a code when a worker cannot start.
    """
    logs.configure(settings.log_format)
    _claim(host, port)
    # Granian takes this process's way of starting others: a fork would copy the threads' locks
    multiprocessing.set_start_method("spawn", force=True)
    for name, value in _MEMORY.items():
        os.environ.setdefault(name, value)
    stop = threading.Event()
    server = _server(host, port, workers)
    threads = [threading.Thread(target=_announce, args=(settings, host, port, stop), daemon=True)]
    if background is not None:
        threads.append(threading.Thread(target=background, args=(stop,), daemon=True))
    for thread in threads:
        server.on_startup(thread.start)
    load = partial(_load, settings, host, port, os.getpid(), Board(workers))
    try:
        server.serve(target_loader=load, wrap_loader=False)
    except SystemExit:
        # a worker that took Ctrl-C before we told it to end is no failure
        if not server.interrupt_signal:
            raise
    finally:
        stop.set()
        for thread in threads:
            if thread.is_alive():
                thread.join(_END_WITHIN)


def _server(host: str, port: int, workers: int) -> MPServer:
    """Return granian as it answered most requests with one worker.

    Python runs one thread at a time, so further ones only hand the lock to and fro: two that take
    turns cost some 7 % of a feed's requests, 16 half of them. So one takes them, and the others
    rest until it waits for a body: see aside.py. More workers, not threads, are the way to more.
    """
    return MPServer(
        "syndicate.web",  # named in messages only: `_load` makes the application
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=1 + aside.BODIES_AT_ONCE,
        http=HTTPModes.http1,
        websockets=False,
        log_enabled=False,
        workers_kill_timeout=_END_WITHIN,
        respawn_failed_workers=True,
    )


def _claim(host: str, port: int) -> None:
    """Make sure that nobody listens at the port: granian would share it in silence."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            raise SyndicateError(*_explain(host, port, error)) from error


def _explain(host: str, port: int, error: OSError | OverflowError) -> tuple[str, str]:
    number = getattr(error, "errno", None)
    if number == errno.EADDRINUSE:
        return (
            f"port {port} of {host} is taken",
            f"end what listens there, or choose another: --port {port + 1}",
        )
    if number == errno.EACCES:
        return f"port {port} is for the system's own programs", "choose one from 1024 on: --port"
    return f"cannot listen at {host} port {port}: {error}", "check --host and --port"


# In the supervisor ------------------------------------------------------------------------------


def _announce(settings: Settings, host: str, port: int, stop: threading.Event) -> None:
    """Print the addresses once the first worker answers."""
    limit = time.monotonic() + _READY_WITHIN
    while not _answers(host, port):
        if stop.wait(0.05) or time.monotonic() > limit:
            return
    here = settings.base_url
    if here is None or is_loopback(host):
        name = f"[{host}]" if ":" in host else host
        here = f"http://{name}:{port}"
    for what, path in (
        ("Home", addresses.HOME),
        ("Feed", addresses.document(addresses.FULL_FEED, "atom")),
        ("All feeds", addresses.FEEDS),
        ("OPML", addresses.OPML),
    ):
        sys.stdout.write(f"{what + ':':<10} {here}{path}\n")
    sys.stdout.flush()


def _answers(host: str, port: int) -> bool:
    """Tell whether our own health address answers."""
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - asked at, not bound to
    connection = http.client.HTTPConnection(everywhere.get(host, host), port, timeout=5)
    with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    return False


# In a worker ------------------------------------------------------------------------------------


def _load(settings: Settings, host: str, port: int, supervisor: int, board: Board) -> WSGI:
    """Make the application in a worker, which then lives no longer than its supervisor."""
    # Ctrl-C is for the supervisor: a worker of granian that gets SIGINT and then SIGTERM may hang
    os.setpgid(0, 0)
    _die_with(supervisor)
    setattr(mp, aside.GRANIANS, aside.wrap)
    settle_scheduling()
    return create_app(settings, host=host, port=port, board=board)


def settle_scheduling() -> None:
    """Let this worker's threads finish what they do before another of them takes the core.

    A request passes from granian's thread to Python's and back. Each wakes the other, and on a busy
    core Linux would then switch to it at once, for one request; as batch (sched(7), SCHED_BATCH)
    the one that runs goes on through all that is there. Measured with 16 connections: a third
    less CPU time for a 200, two fifths for a 304. It changes nothing where cores are free.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # a container may forbid it; then it is as it was
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def _die_with(supervisor: int) -> None:
    """End this process when the supervisor ends: at once on Linux, half a second later elsewhere.

    Linux sends the signal when the parent's thread ends; granian spawns from the main thread.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

    def watch() -> None:
        while os.getppid() == supervisor:
            time.sleep(_ORPHAN_CHECK)
        os._exit(1)

    threading.Thread(target=watch, name="supervisor watch", daemon=True).start()
