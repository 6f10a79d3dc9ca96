"""Whatever is asked, the answer is a problem or a success: who may, what was wrong, where, and how to mend it."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
import structlog
from structlog.testing import capture_logs
from structlog.typing import EventDict

from shared.readiness import Readiness
from tests.shared.http.stage import client, stage_application, stage_settings

JSON = {"content-type": "application/json"}
VOTE = {"ballots": 7, "share": 0.8}


@pytest.fixture
def logs() -> Iterator[list[EventDict]]:
    """What was logged."""
    structlog.reset_defaults()
    with capture_logs() as captured:
        yield captured


@pytest.fixture
async def source(logs: list[EventDict]) -> AsyncIterator[httpx.AsyncClient]:
    async with client(stage_application()) as made:
        yield made


@pytest.fixture
async def council(logs: list[EventDict]) -> AsyncIterator[httpx.AsyncClient]:
    async with client(stage_application(), "council") as made:
        yield made


def problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert (response.status_code, response.json().get("code")) == (status, code)
    assert response.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = response.json()
    return document


async def test_a_problem_has_all_that_its_reader_needs(council: httpx.AsyncClient) -> None:
    document = problem(await council.post("/v1/votes", json={**VOTE, "ballots": -1, "colour": "red"}), 422, "field-out-of-range")
    assert document["type"] == "/errors/field-out-of-range"
    assert (document["status"], document["instance"]) == (422, "/v1/votes")
    assert document["title"] == document["title_vi"] == "Giá trị ngoài giới hạn"
    assert document["detail_en"] == "The field ballots is out of range: ≥ 0."
    assert document["mend_vi"] == "Hãy chọn giá trị trong giới hạn: ≥ 0."
    assert len(document["trace_id"]) == 32
    assert [(each["code"], each["pointer"]) for each in document["errors"]] == [
        ("field-out-of-range", "/ballots"),
        ("field-unknown", "/colour"),
    ]


async def test_a_problem_is_told_in_english_to_who_prefers_it(source: httpx.AsyncClient) -> None:
    response = await source.get("/nowhere", headers={"accept-language": "en"})
    document = problem(response, 404, "not-found")
    assert document["title"] == document["title_en"]
    assert response.headers["content-language"] == "en"


async def test_a_problem_carries_the_callers_trace(source: httpx.AsyncClient) -> None:
    traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    response = await source.get("/nowhere", headers={"traceparent": traceparent})
    assert response.json()["trace_id"] == "0af7651916cd43dd8448eb211c80319c"


async def test_several_faults_are_told_at_once_and_the_first_gives_code_and_status(source: httpx.AsyncClient) -> None:
    document = problem(await source.get("/v1/fails/two"), 422, "criterion-unknown")
    assert [each["pointer"] for each in document["errors"]] == ["/values/a", "/values/b"]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not-found"),
        ("PUT", "/v1/votes", 405, "method-not-allowed"),
        ("BREW", "/v1/votes", 405, "method-not-allowed"),
        ("GET", "/v1/list?limit=many", 422, "field-wrong-type"),
        ("GET", "/v1/list?limit=501", 422, "field-out-of-range"),
        ("GET", "/v1/list?after=x", 400, "cursor-invalid"),
        ("GET", "/v1/list?limit=%00", 400, "request-invalid"),
        ("GET", "/v1/scoped/a%00/b", 400, "request-invalid"),
        ("GET", "/v1/votes/", 404, "not-found"),
        ("GET", "/docs", 404, "not-found"),
    ],
)
async def test_a_request_that_leads_nowhere_is_answered_with_a_problem(
    source: httpx.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    problem(await source.request(method, path), status, code)


@pytest.mark.parametrize(
    ("body", "headers", "status", "code", "pointer"),
    [
        (b"", {}, 400, "body-missing", ""),
        (b"{", JSON, 400, "body-not-json", ""),
        (b"\xff", JSON, 400, "body-not-utf8", ""),
        (b'{"ballots":1,"ballots":2,"share":1}', JSON, 400, "key-duplicated", "/ballots"),
        (b'{"ballots":1,"share":NaN}', JSON, 422, "value-not-finite", "/share"),
        (b'{"ballots":"7x","share":1}', JSON, 422, "field-wrong-type", "/ballots"),
        (b'{"share":1}', JSON, 422, "field-missing", "/ballots"),
        (b"[]", JSON, 422, "field-wrong-type", ""),
        (b"null", JSON, 422, "field-wrong-type", ""),
        (b"[" * 60_000, JSON, 400, "body-too-deep", ""),
        (b"a=1", {"content-type": "application/x-www-form-urlencoded"}, 415, "content-type-unsupported", ""),
        (b"{}", {}, 415, "content-type-unsupported", ""),
        (b"\x1f\x8b", {**JSON, "content-encoding": "gzip"}, 415, "content-type-unsupported", ""),
        (b" " * 1_000_001, JSON, 413, "body-too-large", ""),
    ],
)
async def test_a_bad_body_is_answered_with_code_and_place(
    council: httpx.AsyncClient, body: bytes, headers: dict[str, str], status: int, code: str, pointer: str
) -> None:
    document = problem(await council.post("/v1/votes", content=body, headers=headers), status, code)
    assert document["errors"][0]["pointer"] == pointer


async def test_a_body_is_read_exactly(council: httpx.AsyncClient) -> None:
    response = await council.post("/v1/votes", content=b'{"ballots":7,"share":0.80}', headers={"content-type": "application/vnd.api+json"})
    assert response.json() == {"ballots": 7, "share": "0.80", "note": None}


async def test_text_is_composed_before_anyone_sees_it(council: httpx.AsyncClient) -> None:
    response = await council.post("/v1/votes", json={**VOTE, "note": "Phu\u0309 Ly\u0301"})
    assert response.json()["note"] == "Phủ Lý"


async def test_a_body_without_a_declared_length_is_stopped_at_the_limit(source: httpx.AsyncClient) -> None:
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(5_000):
            sent += 1
            yield b"x" * 1_000

    problem(await source.post("/v1/raw", content=chunks()), 413, "body-too-large")
    assert (await source.post("/v1/raw", content=b"x" * 1_000_000)).json() == {"bytes": 1_000_000}


async def test_nothing_of_our_inside_is_told_but_all_of_it_is_logged(source: httpx.AsyncClient, logs: list[EventDict]) -> None:
    response = await source.get("/v1/fails/bug")
    problem(response, 500, "internal")
    assert "hunter2" not in response.text
    assert "RuntimeError" not in response.text
    (failed,) = [line for line in logs if line["event"] == "request-failed"]
    assert str(failed["exc_info"]) == "the password is hunter2"


@pytest.mark.parametrize("how", ["database", "network"])
async def test_what_is_away_for_now_is_said_to_be_so(source: httpx.AsyncClient, how: str) -> None:
    response = await source.get(f"/v1/fails/{how}")
    problem(response, 503, "unavailable")
    assert int(response.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    ("key", "status", "code"),
    [
        (None, 401, "access-key-missing"),
        ("", 401, "access-key-missing"),
        ("x" * 10_000, 401, "access-key-missing"),
        ("guessed", 401, "access-key-unknown"),
        ("revoked", 401, "access-key-unknown"),
        ("expired", 401, "access-key-expired"),
        ("source", 403, "access-role-missing"),
    ],
)
async def test_a_denial_says_why_and_is_logged_without_the_key(logs: list[EventDict], key: str | None, status: int, code: str) -> None:
    async with client(stage_application(), None) as asking:
        response = await asking.post("/v1/votes", content=b"not even JSON", headers={} if key is None else {"x-api-key": key})
    problem(response, status, code)
    assert ("www-authenticate" in response.headers) == (status == 401)
    (denied,) = [line for line in logs if line["event"] == "access-denied"]
    assert denied["code"] == code
    assert "guessed" not in json.dumps(denied)


@pytest.mark.parametrize("headers", [{"authorization": "Bearer council"}, {"authorization": "bearer  council"}, {"x-api-key": "council"}])
async def test_a_key_is_taken_as_bearer_token_and_as_x_api_key(logs: list[EventDict], headers: dict[str, str]) -> None:
    async with client(stage_application(), None) as asking:
        assert (await asking.post("/v1/votes", json=VOTE, headers=headers)).status_code == 200


@pytest.mark.parametrize(
    ("movement", "agency", "status"),
    [
        ("ha-nam-315", "ha-nam", 200),
        ("ha-nam-315", "ha-nam.phu-ly", 200),
        ("ha-nam-315", "ha-nam-city", 403),
        ("ha-nam-315", "ninh-binh", 403),
        ("papi", "ha-nam", 403),
    ],
)
async def test_a_key_reaches_its_movements_and_its_agencies_with_those_below(
    source: httpx.AsyncClient, movement: str, agency: str, status: int
) -> None:
    response = await source.get(f"/v1/scoped/{movement}/{agency}")
    assert response.status_code == status
    if status == 403:
        problem(response, 403, "access-out-of-scope")


async def test_a_request_that_takes_too_long_is_answered_in_time(logs: list[EventDict]) -> None:
    async with client(stage_application(stage_settings(http_timeout_seconds=0.2))) as asking:
        problem(await asking.get("/v1/slow"), 408, "request-timeout")


async def test_more_requests_than_can_be_served_are_told_to_come_again_and_health_still_answers(logs: list[EventDict]) -> None:
    async with client(stage_application(stage_settings(http_concurrency=2))) as asking:
        served = [asyncio.create_task(asking.get("/v1/slow")) for _ in range(2)]
        await asyncio.sleep(0.1)
        response = await asking.get("/v1/slow")
        problem(response, 503, "too-busy")
        assert "retry-after" in response.headers
        assert (await asking.get("/health/live")).status_code == 200
        assert [each.status_code for each in await asyncio.gather(*served)] == [200, 200]
        assert (await asking.get("/v1/slow")).status_code == 200


async def test_until_the_service_has_started_only_health_is_served(logs: list[EventDict]) -> None:
    readiness = Readiness()
    readiness.down("start", "the database was not reached yet")
    async with client(stage_application(readiness=readiness)) as asking:
        problem(await asking.get("/v1/list"), 503, "unavailable")
        assert (await asking.get("/health/live")).json() == {"status": "live"}
        ready = await asking.get("/health/ready")
        assert (ready.status_code, ready.json()["missing"]) == (503, {"start": "the database was not reached yet"})
        readiness.up("start")
        assert (await asking.get("/health/ready")).json() == {"status": "ready", "missing": {}}
        assert (await asking.get("/v1/list")).json() == {"limit": 100}


async def test_metrics_count_by_route_template_and_never_by_path(logs: list[EventDict]) -> None:
    async with client(stage_application()) as asking:
        await asking.get("/v1/scoped/ha-nam-315/ha-nam.phu-ly")
        await asking.get("/wp-admin/setup.php")
        text = (await asking.get("/metrics")).text
    assert 'thidua_http_requests_total{method="GET",route="/v1/scoped/{movement}/{agency}",status="200"}' in text
    assert 'route="unmatched",status="404"' in text
    assert "wp-admin" not in text
    assert "phu-ly" not in text
    assert "thidua_database_pool_used 0.0" in text


async def test_openapi_says_who_may_call_and_how_errors_look(source: httpx.AsyncClient) -> None:
    document = (await source.get("/openapi.json")).json()
    operation = document["paths"]["/v1/votes"]["post"]
    assert operation["x-roles"] == ["council", "operator"]
    assert operation["security"] == [{"key": []}]
    assert "application/problem+json" in operation["responses"]["default"]["content"]
    assert "422" not in operation["responses"]
