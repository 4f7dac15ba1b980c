"""Schemathesis asks `/v1` by its own contract, with right and wrong values, and finds nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case
from schemathesis.generation.modes import GenerationMode

from tests.web.pull.conftest import contract
from tests.web.stand import BASE, Stand, new_site

pytestmark = [pytest.mark.prove, pytest.mark.timeout(1200)]
SIGNED = {"/v1/changes": "since", "/v1/changes.atom": "since", "/v1/snapshot": "page"}
"""Parameters that only an earlier answer can fill: no schema can say which values are good."""


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    folder = tmp_path_factory.mktemp("contract")
    site = new_site(folder, f"sqlite:///{folder / 'store.sqlite'}")
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

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Case) -> None:
        if mode is GenerationMode.POSITIVE and case.query:
            case.query.pop(SIGNED.get(rule, ""), None)
        case.call_and_validate(base_url=BASE, headers={"Accept-Encoding": "identity"})

    ask()
