"""`preview`, as a process."""

from __future__ import annotations

import http.client
import signal

from tests.cli.conftest import Terminal


def test_it_serves_until_it_is_ended(bare: Terminal, free_port: int) -> None:
    """`bare` has no store: none is needed, and none is made."""
    path = bare.site.write("first")
    process = bare.start("preview", path, "--port", str(free_port))
    assert process.stdout
    printed = process.stdout.readline()
    assert printed == f"Preview: http://127.0.0.1:{free_port}/bench/{path}\n"
    connection = http.client.HTTPConnection("127.0.0.1", free_port, timeout=10)
    connection.request("GET", f"/page/{path}")
    assert b"What is known of first" in connection.getresponse().read()
    connection.close()
    taken = bare.start("preview", "--port", str(free_port))
    out, told = taken.communicate(timeout=20)
    assert (taken.returncode, out) == (1, "")
    assert told.startswith(f"cannot listen at 127.0.0.1 port {free_port}; choose another")
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    process.communicate()
    assert not list(bare.site.folder.rglob("*.sqlite"))


def test_a_file_may_be_named_by_its_slug(bare: Terminal, free_port: int) -> None:
    path = bare.site.write("first")
    process = bare.start("preview", "first", "--port", str(free_port))
    assert process.stdout
    assert process.stdout.readline().endswith(f"/bench/{path}\n")
    process.send_signal(signal.SIGTERM)
    _, told = process.communicate(timeout=20)
    assert "Ctrl-C ends it" in told


def test_a_file_that_is_not_there_is_refused(bare: Terminal) -> None:
    path = bare.site.write("first")
    for name in ("firts", path.replace("first", "firts")):
        told = bare.run("preview", name, status=1).stderr
        assert told == f"there is no summary {name}; did you mean 'first'?\n"
    assert "there is no summary" in bare.run("preview", "feeds", status=1).stderr


def test_a_file_of_elsewhere_is_refused(bare: Terminal) -> None:
    assert "is not in the site" in bare.run("preview", "/etc/passwd", status=2).stderr
