"""Schemathesis asks `/v1` by its own contract, with right and wrong values, and finds nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case
from schemathesis.generation.modes import GenerationMode

from tests.mirror.network import small_parts
from tests.web.pull.contract import contract
from tests.web.stand import BASE, Stand, new_site

PLAIN = {"Accept-Encoding": "identity"}
pytestmark = [pytest.mark.prove, pytest.mark.timeout(1200)]
SIGNED = {
    "/v1/changes": "since",
    "/v1/changes.atom": "since",
    "/v1/items": "page",
    "/v1/snapshot": "page",
}
"""Parameters that only an earlier answer can fill: no schema can say which values are good, so each
case is asked without it, and again with what each answer says comes next."""
FURTHER = 3  # answers, at most
NEXT = re.compile(r'<[^>]*(/v1/[a-z.]+)\?(since|page)=([^&>]+)[^>]*>; rel="(?:next|monitor)"')


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    folder = tmp_path_factory.mktemp("contract")
    site = new_site(folder, f"sqlite:///{folder / 'store.sqlite'}")
    file = site.folder / "feeds" / "network.toml"
    many = file.read_text("utf-8").replace("per_minute = 1200", "per_minute = 100_000", 1)
    file.write_text(many, "utf-8")  # more is asked here than a visitor may ask for in a minute
    assert site.publish().problems == ()
    stand = Stand(site)
    stand.withdraw("expressing-emotion-in-therapy")
    yield stand
    stand.close()


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("rule", sorted(contract()["paths"]))
def test_the_contract(stand: Stand, rule: str, mode: GenerationMode) -> None:
    app = stand.opened[0] if stand.opened else stand.open()
    schema = schemathesis.openapi.from_wsgi("/v1/openapi.json", app)
    operation = schema[rule]["GET"]
    followed: list[str] = []

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Case) -> None:
        if mode is GenerationMode.POSITIVE and case.query:
            case.query.pop(SIGNED.get(rule, ""), None)
        go_on(case)

    def go_on(case: Case) -> None:
        answer = case.call_and_validate(base_url=BASE, headers=PLAIN)
        for _ in range(FURTHER):
            following = find_following(answer.headers, rule)
            if not following:
                break
            case.query = {**(case.query or {}), **following}
            answer = case.call_and_validate(base_url=BASE, headers=PLAIN)
            assert answer.status_code == 200, "what an answer says comes next is good"
            followed.extend(following)

    with small_parts():
        ask()
        if rule in SIGNED:  # at least once surely, whatever was drawn
            go_on(operation.Case(query={} if rule == "/v1/snapshot" else {"limit": 1}))
            assert followed[-2:] == [SIGNED[rule]] * 2


def find_following(headers: Mapping[str, list[str]], rule: str) -> dict[str, str]:
    """Return the parameter of a rule, and its value, with which an answer says to go on."""
    found = NEXT.findall(headers.get("link", [""])[0])
    return {name: unquote(value) for path, name, value in found if path == rule}
