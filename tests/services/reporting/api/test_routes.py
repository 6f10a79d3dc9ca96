"""Every route asks for a key; the OpenAPI document is valid and names what can be sent."""

import pytest
from openapi_spec_validator import validate

from shared.http.access import assert_every_route_guarded
from tests.services.reporting.stage import Stage


async def test_no_route_is_open_but_health_metrics_and_the_document(stage: Stage) -> None:
    assert_every_route_guarded(stage.foundation.http)
    for path, methods in stage.foundation.http.openapi()["paths"].items():
        for method in methods:
            answer = await stage.http.request(method.upper(), path.replace("{version}", "1"))
            assert (answer.status_code == 401) is path.startswith("/v1/"), (method, path)


async def test_the_document_is_valid_and_names_the_bodies(stage: Stage) -> None:
    document = stage.foundation.http.openapi()
    validate(document)
    sending = document["paths"]["/v1/reports"]["post"]
    assert set(sending["requestBody"]["content"]) == {"application/json", "application/cloudevents+json"}
    assert sending["x-roles"] == ["source"]


@pytest.mark.parametrize("path", ["/health/live", "/metrics", "/openapi.json"])
async def test_what_is_open_answers_without_a_key(stage: Stage, path: str) -> None:
    answer = await stage.http.get(path)
    assert answer.status_code == 200
    assert path != "/metrics" or "thidua_reporting_verdicts_total" in answer.text
