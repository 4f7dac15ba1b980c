"""nginx with the exported files and the exported configuration, against the service itself.

Each feed in each coding must come as the same bytes, with the headers that the service says.
"""

from __future__ import annotations

import gzip
import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from email.message import Message
from pathlib import Path

import brotli
import pytest
from werkzeug.test import TestResponse

from syndicate.web.export import export
from tests.web.served import Server
from tests.web.stand import BASE, KEY, Stand, get, new_site, write_long

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

FEED = re.compile(r"/feed(/archive/[0-9]+)?\.(atom|rss|json)$")
DECODE = {"identity": bytes, "gzip": gzip.decompress, "br": brotli.decompress}
CODED = {"identity": None, "gzip": "gzip", "br": "br"}
OF_ONE_ANSWER = frozenset(
    ("connection", "content-encoding", "content-length", "date", "etag", "server", "accept-ranges")
)
FOR_CACHES = ("link", "surrogate-key")  # nginx.conf leaves them out: the documents have the links


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


def promised(headers: Mapping[str, str] | Message, but: Collection[str] = ()) -> dict[str, str]:
    """Return headers by name, without those of one coding or one connection, and without `but`."""
    found = {name.lower(): value for name, value in headers.items()}
    return {name: found[name] for name in sorted(found.keys() - OF_ONE_ANSWER - set(but))}


@contextmanager
def served(stand: Stand) -> Iterator[Server]:
    """Run `syndicate serve` with the same store."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"SYNDICATE_BASE_URL": BASE, "SYNDICATE_SECRET_KEY": KEY}
    server = Server(stand.site.folder, port, **settings)
    try:
        yield server
    finally:
        server.end()


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

    def test_headers_json_promises_what_nginx_and_serve_send(
        stand: Stand, tmp_path: Path, free_port: int
    ) -> None:
        """Every feed, on the wire, in every coding: one text, and the headers of headers.json."""
        export(stand.settings(), tmp_path / "out")
        listed = json.loads((tmp_path / "out/headers.json").read_bytes())["answers"]
        feeds = [one for one in listed if one["status"] == 200 and FEED.search(one["path"])]
        seen: Counter[str] = Counter()
        with serving(tmp_path / "out", tmp_path / "nginx", free_port), served(stand) as service:
            for one in feeds:
                path = one["path"]
                ours, text = ask(service.port, path)
                assert promised(ours.headers) == promised(one["headers"]), path
                assert "identity" in one["codings"]
                for coding, file in one["codings"].items():
                    body = (tmp_path / "out" / file).read_bytes()
                    sent, bytes_sent = ask(service.port, path, Accept_Encoding=coding)
                    assert (bytes_sent, DECODE[coding](body)) == (body, text), file
                    assert sent.getheader("Content-Encoding") == CODED[coding], file
                    seen[coding] += 1
                    if coding == "br":
                        continue  # Debian's nginx has no brotli_static
                    theirs, bytes_sent = ask(free_port, path, Accept_Encoding=coding)
                    assert bytes_sent == body, file
                    assert theirs.getheader("Content-Encoding") == CODED[coding], file
                    assert promised(one["headers"], FOR_CACHES) == promised(theirs.headers), file
        assert seen["identity"] == seen["gzip"] == len(feeds) > 100
        assert seen["br"] > 100
        print(f"{len(feeds)} feeds, {dict(seen)}: nginx, serve and headers.json say the same")

else:

    def test_without_nginx_its_answers_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
        """Nothing is proven here but that it is said."""
        with capsys.disabled():
            print("\nLEFT OUT: nginx is not installed, so its answers to an export were not tried")
        assert NGINX is None
