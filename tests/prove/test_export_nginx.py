"""nginx with the exported files and the exported configuration, against the service itself.

Each feed in each coding must come as the same bytes, with the headers that the service says.
"""

from __future__ import annotations

import http.client
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from syndicate.web.export import export
from tests.web.stand import Stand, get, new_site, write_long

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
pytestmark = pytest.mark.prove

CONFIGURATION = """
{user}
daemon off; pid {at}/nginx.pid; error_log {at}/error.log; worker_processes 1;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {at}/body; proxy_temp_path {at}/proxy; fastcgi_temp_path {at}/fastcgi;
    uwsgi_temp_path {at}/uwsgi; scgi_temp_path {at}/scgi;
    server {{
        listen 127.0.0.1:{port};
        root {export}/site;
        include {export}/nginx.conf;
    }}
}}
"""
SAID = (
    "Cache-Control",
    "Content-Language",
    "Content-Security-Policy",
    "Content-Type",
    "Referrer-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "Access-Control-Allow-Origin",
)


def ask(port: int, path: str, **sent: str) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers={n.replace("_", "-"): v for n, v in sent.items()})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


@contextmanager
def serving(exported: Path, at: Path, port: int) -> Iterator[None]:
    """Run nginx in the foreground; end it by its process."""
    assert NGINX
    at.mkdir()
    user = "user root;" if os.geteuid() == 0 else ""
    (at / "nginx.conf").write_text(
        CONFIGURATION.format(user=user, at=at, port=port, export=exported)
    )
    command = [NGINX, "-p", str(at), "-c", str(at / "nginx.conf"), "-e", str(at / "error.log")]
    tried = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr
    process = subprocess.Popen(command)
    try:
        for _ in range(200):
            try:
                ask(port, "/robots.txt")
                break
            except ConnectionRefusedError:
                time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """Return the demonstration with archives, something withdrawn, and all codings."""
    from syndicate.publish import background

    folder = tmp_path_factory.mktemp("site")
    site = new_site(folder, f"sqlite:///{folder / 'store.sqlite'}")
    write_long(site)
    site.publish()
    made = Stand(site)
    made.withdraw("mindfulness-and-therapist-empathy")
    while background.add_codings(site.engine, site.now):
        pass
    yield made
    made.close()


def same_headers(ours: TestResponse, theirs: http.client.HTTPResponse) -> list[str]:
    return [name for name in SAID if ours.headers.get(name) != theirs.getheader(name)]


if NGINX:

    def test_nginx_answers_what_the_service_answers(
        stand: Stand, tmp_path: Path, free_port: int
    ) -> None:
        found = export(stand.settings(), tmp_path / "out")
        assert found.dead == ()
        app = stand.open()
        documents = app.generations.current.documents
        archives = [f"/feed/archive/{n}.{format}" for n in (1, 2) for format in ("atom", "rss")]
        pages = ["/", "/fr/", "/topics/empathy/", "/fr/topics/", "/subscribe", "/partners/"]
        pages += ["/embed/topics/empathy/", "/fr/embed/", "/feed/preview/", "/sitemap.xml"]
        moved = ["/feed/", "/rss.xml", "/topics/adherance/", "/category/empathy/feed/"]
        gone = [
            f"{prefix}/summaries/mindfulness-and-therapist-empathy/"
            for prefix in ("", "/fr", "/embed", "/fr/embed")
        ]
        with serving(tmp_path / "out", tmp_path / "nginx", free_port):
            for path in (*documents, *archives):
                ours = get(app, path)
                theirs, body = ask(free_port, path)
                assert (theirs.status, body) == (200, ours.data), path
                assert same_headers(ours, theirs) == [], path
                assert theirs.getheader("Vary") == "Accept-Encoding"
                zipped, body = ask(free_port, path, Accept_Encoding="gzip")
                assert zipped.getheader("Content-Encoding") == "gzip", path
                assert body == get(app, path, Accept_Encoding="gzip").data, path
                if "Last-Modified" in ours.headers:
                    date = ours.headers["Last-Modified"]
                    assert theirs.getheader("Last-Modified") == date, path
                    assert ask(free_port, path, If_Modified_Since=date)[0].status == 304
                for answer, coding in ((theirs, "identity"), (zipped, "gzip")):
                    tag = answer.getheader("ETag") or ""
                    assert tag.startswith('"')
                    again, body = ask(free_port, path, If_None_Match=tag, Accept_Encoding=coding)
                    assert (again.status, body) == (304, b""), path
                assert theirs.getheader("ETag") != zipped.getheader("ETag")
            for path in pages:
                theirs, body = ask(free_port, path)
                assert (theirs.status, same_headers(get(app, path), theirs)) == (200, []), path
            for path in moved:
                theirs, _ = ask(free_port, path)
                ours = get(app, path)
                assert (theirs.status, ours.status_code) == (301, 301), path
                assert theirs.getheader("Location") == ours.headers["Location"]
                assert theirs.getheader("Cache-Control") == ours.headers["Cache-Control"]
            for path in gone:
                theirs, body = ask(free_port, path)
                ours = get(app, path)
                assert (theirs.status, ours.status_code) == (410, 410), path
                assert same_headers(ours, theirs) == [], path
                assert b"withdrawn" in body or "retir" in body.decode()
            for path, title in (("/nope", "Not found"), ("/fr/nope/", "Page introuvable")):
                theirs, body = ask(free_port, path)
                assert (theirs.status, title in body.decode()) == (404, True)
                assert same_headers(get(app, path), theirs) == [], path
            assert (
                ask(free_port, "/gone/summaries/mindfulness-and-therapist-empathy/index.html")[
                    0
                ].status
                == 404
            )
            for path, target in (("/topics", "/topics/"), ("/fr", "/fr/")):
                assert ask(free_port, path)[0].getheader("Location") == target
        print(
            f"nginx and the service agree on {len(documents) + len(archives)} documents in two "
            f"codings and on {len(pages + moved + gone)} other addresses; {found.files} files"
        )

else:

    def test_without_nginx_its_answers_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
        """Nothing is proven here but that it is said."""
        with capsys.disabled():
            print("\nLEFT OUT: nginx is not installed, so its answers to an export were not tried")
        assert NGINX is None
