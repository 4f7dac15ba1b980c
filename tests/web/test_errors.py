from __future__ import annotations

from typing import Any

import pytest

from syndicate.errors import SyndicateError
from syndicate.web import errors, headers
from syndicate.web.published import Published
from tests.web.stand import TOKEN, Stand, get

PUBLIC = "https://feeds.example.org"
EVERYWHERE = {name for name, _ in headers.SECURITY}


@pytest.mark.parametrize(
    ("method", "path", "sent", "status"),
    [
        ("GET", "/feed.atom", {}, 200),
        ("HEAD", "/feed.atom", {}, 200),
        ("GET", "/feed.atom", {"If_None_Match": "*"}, 304),
        ("GET", "/feed.atom", {"Accept_Encoding": "*;q=0"}, 406),
        ("OPTIONS", "/feed.atom", {}, 204),
        ("POST", "/feed.atom", {}, 405),
        ("GET", "/topics/empathy+training/feed.json", {}, 200),
        ("GET", "/topics/empathy+training/feed.json", {"If_None_Match": "*"}, 304),
        ("OPTIONS", "/topics/empathy+training/feed.json", {}, 204),
        ("DELETE", "/topics/empathy+adherence/feed.json", {}, 405),
        ("GET", "/topics/empathi/feed.json", {}, 404),
        ("GET", "/topics/training+empathy/feed.json", {}, 301),
        ("GET", "/feed/archive/1.rss", {}, 404),
        ("GET", "/opml", {}, 200),
        ("GET", "/feed/", {}, 301),
        ("HEAD", "/feed/", {}, 301),
        ("POST", "/feed/", {}, 405),
        ("OPTIONS", "/feed/", {}, 204),
        ("GET", "/v1/", {"Accept": "text/html"}, 200),
        ("GET", "/v1/", {"Accept": "text/html", "If_None_Match": "*"}, 304),
        ("GET", "/category/nope/feed/", {}, 404),
        ("GET", "/", {}, 200),
        ("GET", "/", {"If_None_Match": "*"}, 304),
        ("HEAD", "/", {}, 200),
        ("OPTIONS", "/", {}, 204),
        ("PUT", "/", {}, 405),
        ("GET", "/topics", {}, 301),
        ("GET", "/topics/", {}, 200),
        ("GET", "/topics/empathy/", {}, 200),
        ("GET", "/topics/empathi/", {}, 404),
        ("GET", "/kinds/", {}, 200),
        ("GET", "/feeds/", {}, 200),
        ("GET", "/archive/", {}, 200),
        ("GET", "/archive/2021/04/", {}, 200),
        ("GET", "/archive/2021/04/before/x/", {}, 404),
        ("GET", "/fr/topics/empathy/", {}, 200),
        ("GET", "/fr/topics/empathi/", {}, 404),
        ("GET", "/choose?topic=empathy&kind=meta-analysis", {}, 301),
        ("GET", "/summaries/alliance-predicts-outcome/", {}, 200),
        ("GET", "/summaries/expressing-emotion-in-therapy/", {}, 410),
        ("GET", "/feeds/therapist-development/feed.atom", {}, 410),
        ("GET", "/feeds/therapist-development/", {}, 410),
        ("GET", "/static/site.css", {}, 200),
        ("GET", "/favicon.ico", {}, 200),
        ("GET", "/nope", {}, 404),
        ("POST", "/nope", {}, 404),
        ("GET", "/" + "a" * 3000, {}, 414),
        ("GET", "/healthz", {}, 200),
        ("GET", "/readyz", {}, 200),
        ("POST", "/readyz", {}, 405),
        ("GET", "/metrics", {}, 404),
        ("GET", "/metrics", {"Authorization": f"Bearer {TOKEN}"}, 200),
        ("GET", "/feed.atom", {"Host": "evil.example"}, 421),
        ("GET", "/nope", {"Host": "evil.example"}, 421),
    ],
)
def test_every_answer_is_safe(
    https_app: Published, method: str, path: str, sent: dict[str, str], status: int
) -> None:
    answer = get(https_app, path, method, **({"Host": "feeds.example.org"} | sent))
    assert answer.status_code == status
    found = answer.headers
    assert set(found.keys()) >= EVERYWHERE
    assert found["Strict-Transport-Security"] == "max-age=31536000"
    assert "Set-Cookie" not in found
    assert len(found.getlist("X-Content-Type-Options")) == 1
    (policy,) = found.getlist("Content-Security-Policy")
    assert policy.startswith("default-src 'none'; ")
    if found.get("Content-Type", "").startswith("text/html"):
        assert "style-src 'self'" in policy
        assert "unsafe-inline" not in policy
    if status == 405:
        assert "GET" in found["Allow"]
    if status not in (204, 304):
        assert found["Content-Type"]
    elif status == 204:
        assert "Content-Length" not in found  # RFC 9110, section 8.6
    if method == "HEAD" or status in (204, 304):
        assert answer.data == b""


@pytest.fixture(scope="module")
def https_app(tmp_path_factory: pytest.TempPathFactory, demo_folder: Any) -> Any:
    import shutil

    from syndicate.store import engine as store
    from tests.sites import Site

    folder = tmp_path_factory.mktemp("https") / "site"
    shutil.copytree(demo_folder, folder)
    engine = store.connect(f"sqlite:///{folder / 'store.sqlite'}")
    stand = Stand(Site(folder, engine, base_url=PUBLIC), {"SYNDICATE_BASE_URL": PUBLIC})
    stand.edit("feeds.toml", lambda text: text[: text.rindex("[[feed]]")])
    stand.withdraw("expressing-emotion-in-therapy")
    yield stand.open()
    stand.close()


def test_without_https_nobody_is_bound_to_it(app: Published) -> None:
    for path in ("/feed.atom", "/", "/nope"):
        assert "Strict-Transport-Security" not in get(app, path).headers


def test_the_table_of_errors_agrees_with_the_errors() -> None:
    assert {kind: kind.status for kind in errors.KNOWN} == dict(errors.KNOWN)
    assert all(issubclass(kind, SyndicateError) for kind in errors.KNOWN)


def test_what_nobody_foresaw_is_in_the_log_and_not_in_the_answer(
    stand: Stand, capsys: pytest.CaptureFixture[str]
) -> None:
    """A summary whose row was damaged: its page fails, and nothing else does."""
    from sqlalchemy import text

    with stand.site.engine.begin() as connection:
        connection.execute(text("UPDATE revision SET data = '{}'"))
    app = stand.open()
    answer = get(app, "/summaries/alliance-predicts-outcome/", X_Forwarded_For="6.6.6.6")
    assert answer.status_code == 500
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert set(answer.headers.keys()) >= EVERYWHERE
    name = answer.text.split()[-1].rstrip(".")
    told = capsys.readouterr().err
    assert (
        f"request {name} failed: GET /summaries/alliance-predicts-outcome/ from 127.0.0.1" in told
    )
    assert "Traceback" in told
    assert "ValidationError" not in answer.text
    assert get(app, "/feed.atom").status_code == 200
