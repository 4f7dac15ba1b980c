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
    assert f"cannot listen at 127.0.0.1 port {free_port}; choose another" in told
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    process.communicate()
    assert not list(bare.site.folder.rglob("*.sqlite"))


def test_a_file_of_elsewhere_is_refused(bare: Terminal) -> None:
    assert "is not in the site" in bare.run("preview", "/etc/passwd", status=2).stderr
