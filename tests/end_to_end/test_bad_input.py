"""Bad input gets the same stable code on both ways in, is kept where its sender can find it, and disturbs nobody else."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from deploy.local.demo.client import Client, wait_until
from deploy.local.demo.papi import SOURCE_HTTP, SOURCE_KAFKA
from deploy.local.demo.sending import Intake, Report, headers_of, send_over_http
from tests.end_to_end.conftest import CLOSED_YEAR, OPEN_YEAR, World

GOOD = {"movement": "papi", "period": OPEN_YEAR, "agency": "P01", "version": 1, "values": {"SC11": 1.5}}


def body(**changed: object) -> bytes:
    """Write a report with some of its fields changed."""
    return json.dumps(GOOD | changed).encode()


def value(text: str) -> bytes:
    """Write a report whose one value is exactly this text."""
    return body().replace(b"1.5", text.encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Something that is wrong, and what must be said of it."""

    sent: bytes
    code: str
    pointer: str = ""


CASES = {
    "not JSON": Case(sent=b'{"movement": ', code="body-not-json"),
    "wrong UTF-8": Case(sent=body().replace(b"P01", b"\xc3\x28"), code="body-not-utf8"),
    "unknown movement": Case(sent=body(movement="papy"), code="movement-unknown", pointer="/movement"),
    "unknown period": Case(sent=body(period="1999"), code="period-unknown", pointer="/period"),
    "unknown agency": Case(sent=body(agency="P99"), code="agency-unknown", pointer="/agency"),
    "unknown criterion": Case(sent=body(values={"SC99": 1}), code="criterion-unknown", pointer="/values/SC99"),
    "number as text": Case(sent=value('"1.5"'), code="value-is-text", pointer="/values/SC11"),
    "not a number": Case(sent=value("NaN"), code="value-not-finite", pointer="/values/SC11"),
    "infinity": Case(sent=value("-Infinity"), code="value-not-finite", pointer="/values/SC11"),
    "1e400": Case(sent=value("1e400"), code="value-out-of-range", pointer="/values/SC11"),
    "30 decimals": Case(sent=value("1." + "3" * 30), code="value-too-precise", pointer="/values/SC11"),
    "negative": Case(sent=value("-1"), code="value-negative", pointer="/values/SC11"),
    "key given twice": Case(sent=body().replace(b'"version": 1', b'"version": 1, "version": 2'), code="key-duplicated", pointer="/version"),
    "after the close": Case(sent=body(period=CLOSED_YEAR), code="period-closed", pointer="/period"),
}


async def receipt_of(client: Client, source: str, found_by: Callable[[Any], bool]) -> Any:
    """Wait for a rejected receipt of a source."""

    async def look() -> Any:
        page = await client.get("reporting", "/v1/receipts", role=source, state="rejected", limit=200)
        return next((receipt for receipt in page["items"] if found_by(receipt)), None)

    return await wait_until("the rejected receipt", look)


def assert_told(problems: list[dict[str, str]], case: Case) -> None:
    """The code is there, at its place, and two sentences say what is wrong and how to mend it."""
    told = [problem for problem in problems if problem["code"] == case.code]
    assert told, f"{case.code} is not among {problems}"
    assert told[0]["pointer"] == case.pointer
    assert all(told[0][text] for text in ("detail_vi", "detail_en", "mend_vi", "mend_en"))


@pytest.mark.parametrize("name", CASES)
async def test_http_answers_bad_input_with_a_problem_and_keeps_a_rejected_receipt(client: Client, name: str) -> None:
    case, id_ = CASES[name], f"http-bad-{name}"
    headers = {"Idempotency-Key": id_, "Content-Type": "application/json"}

    answer = await client.send("POST", "reporting", "/v1/reports", role=SOURCE_HTTP, headers=headers, content=case.sent)

    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert_told(answer.json()["errors"], case)
    receipt = await receipt_of(client, SOURCE_HTTP, lambda each: each["event_id"] == id_)
    assert_told(receipt["problems"], case)


async def test_kafka_answers_bad_input_with_the_same_codes_and_leaves_good_reports_of_the_batch_alone(
    client: Client, intake: Intake
) -> None:
    good = [
        Report(id=f"beside-{n}", movement="papi", period=OPEN_YEAR, agency=f"P{n + 10}", version=1, values={}) for n in range(len(CASES))
    ]

    for report, (name, case) in zip(good, CASES.items(), strict=True):
        await intake.send_raw(SOURCE_KAFKA, report.agency, case.sent, headers_of(f"kafka-bad-{name}", SOURCE_KAFKA))
        await intake.send(SOURCE_KAFKA, [report])

    for name, case in CASES.items():
        receipt = await receipt_of(client, SOURCE_KAFKA, lambda each, id_=f"kafka-bad-{name}": each["event_id"] == id_)  # type: ignore[misc]
        assert_told(receipt["problems"], case)
    for report in good:
        await wait_for_accepted(client, report.agency)


async def wait_for_accepted(client: Client, agency: str) -> Any:
    """Wait until an agency has a report."""

    async def look() -> Any:
        found = await client.get("reporting", f"/v1/reports/papi/{OPEN_YEAR}/{agency}", role="standing-body")
        return found["items"]

    return await wait_until(f"the report of {agency}", look)


@pytest.mark.parametrize("bad", [None, b"\xff\xfe"], ids=["null", "not UTF-8"])
async def test_a_header_that_cannot_be_read_is_rejected_on_kafka_and_the_record_behind_it_is_taken(
    client: Client, intake: Intake, bad: bytes | None
) -> None:
    id_ = f"bad-header-{bad!r}"
    agency = "P40" if bad is None else "P41"

    await intake.send_raw(SOURCE_KAFKA, agency, body(agency=agency), [*headers_of(id_, SOURCE_KAFKA), ("x-mark", bad)])
    await intake.send(SOURCE_KAFKA, [Report(id=f"behind-{id_}", movement="papi", period=OPEN_YEAR, agency=agency, version=1, values={})])

    receipt = await receipt_of(client, SOURCE_KAFKA, lambda each: each["event_id"] == id_)
    assert [problem["code"] for problem in receipt["problems"]] == ["header-invalid"]
    await wait_for_accepted(client, agency)


async def test_http_refuses_a_header_that_is_not_utf8(client: Client) -> None:
    headers: Any = {b"ce-id": b"bad-header", b"ce-source": b"\xff", b"ce-type": b"vn.thidua.report-sent.v1", b"ce-specversion": b"1.0"}
    sent = {**headers, b"content-type": b"application/json"}

    answer = await client.http.post(
        f"{client.addresses.reporting}/v1/reports",
        headers=[*sent.items(), (b"authorization", f"Bearer {client.keys[SOURCE_HTTP]}".encode())],
        content=body(),
    )

    assert answer.status_code == 400
    assert answer.json()["code"] == "header-invalid"


async def test_a_body_of_five_megabytes_is_refused_with_413(client: Client) -> None:
    headers = {"Idempotency-Key": "too-large", "Content-Type": "application/json"}

    answer = await client.send("POST", "reporting", "/v1/reports", role=SOURCE_HTTP, headers=headers, content=b" " * 5_000_000)

    assert answer.status_code == 413
    assert answer.json()["code"] == "body-too-large"


async def test_an_identifier_of_ten_thousand_characters_is_refused_on_both_ways_in(client: Client, intake: Intake) -> None:
    case = Case(sent=body(agency="P" * 10_000), code="text-too-long", pointer="/agency")
    headers = {"Idempotency-Key": "long-agency", "Content-Type": "application/json"}

    answer = await client.send("POST", "reporting", "/v1/reports", role=SOURCE_HTTP, headers=headers, content=case.sent)
    await intake.send_raw(SOURCE_KAFKA, "long", case.sent, headers_of("i" * 10_000, SOURCE_KAFKA))

    assert_told(answer.json()["errors"], case)
    receipt = await receipt_of(client, SOURCE_KAFKA, lambda each: each["event_id"].startswith(f"intake.{SOURCE_KAFKA}/"))
    assert "text-too-long" in {problem["code"] for problem in receipt["problems"]}


async def test_decomposed_text_is_normalised_and_a_time_in_the_future_is_noted_and_both_are_accepted(
    client: Client, intake: Intake
) -> None:
    sent = body(agency="P42", reference="Ba\u0301o ca\u0301o")
    headers = [*headers_of("future", SOURCE_KAFKA), ("ce_time", b"2099-01-01T00:00:00Z")]

    await intake.send_raw(SOURCE_KAFKA, "P42", sent, headers)

    kept = await wait_for_accepted(client, "P42")
    receipt = await client.get("reporting", f"/v1/receipts/{kept[0]['receipt']}", role=SOURCE_KAFKA)
    assert {note["code"] for note in receipt["notes"]} >= {"text-normalised", "time-in-future"}


async def test_the_same_report_again_gets_the_same_receipt_and_another_body_under_its_id_a_conflict(client: Client) -> None:
    report = Report(id="again", movement="papi", period=OPEN_YEAR, agency="P43", version=1, values={})
    other = Report(id="again", movement="papi", period=OPEN_YEAR, agency="P43", version=2, values={})

    first, second = [await send_over_http(client, report, SOURCE_HTTP) for _ in range(2)]
    conflict = await send_over_http(client, other, SOURCE_HTTP)

    assert (first.status_code, second.status_code, conflict.status_code) == (201, 200, 409)
    assert first.json()["receipt"] == second.json()["receipt"]
    assert conflict.json()["code"] == "id-conflict"


async def test_nothing_was_left_as_a_dead_letter_and_every_service_is_ready(client: Client, world: World) -> None:
    for name, url in world.stack.urls.items():
        answer = await client.http.get(f"{url}/health/ready")
        assert answer.status_code == 200, f"{name}: {answer.text}"
        metrics = (await client.http.get(f"{url}/metrics")).text
        waiting = [line for line in metrics.splitlines() if line.startswith("thidua_dead_letters") and not line.endswith(" 0.0")]
        assert not waiting, f"{name}: {waiting}"
