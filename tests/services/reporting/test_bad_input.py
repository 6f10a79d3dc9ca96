"""Bad input gets the same code and place over both ways in, leaves its neighbours alone, and is kept as it came."""

from datetime import timedelta

import pytest

from shared.http.codes import UNTOLD
from tests.services.reporting.bad_input import BAD, LONG, Bad
from tests.services.reporting.stage import START, Stage, record, report, with_id, written

SENTENCES = ("detail_vi", "detail_en", "mend_vi", "mend_en")
EACH = pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)


def is_at(found: str, expected: str) -> bool:
    """Whether a pointer is the expected one; a place that is too long to be shown is only begun."""
    return found.startswith(expected.removesuffix("…")) and len(found) < 200 if expected.endswith("…") else found == expected


@EACH
async def test_over_http_it_is_a_problem_with_its_place_and_a_kept_receipt(stage: Stage, bad: Bad) -> None:
    headers = {name.replace("_", "-"): value for name, value in bad.headers}
    headers.setdefault("content-type", b"application/json")
    key = {"x-api-key": stage.keys["lgsp"], "idempotency-key": bad.id or "bad"}
    answer = await stage.http.post("/v1/reports", headers={**key, **headers}, content=bad.body)  # type: ignore[arg-type]
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (bad.status, bad.code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert is_at(problem["errors"][0]["pointer"], bad.pointer)
    assert all(problem["errors"][0][field] for field in SENTENCES)
    assert not [said for each in problem["errors"] for said in map(each.get, SENTENCES) if f" {UNTOLD} " in said]
    kept = await stage.ask("GET", answer.headers["location"], key="lgsp")
    assert [each["code"] for each in kept.json()["problems"]] == [each["code"] for each in problem["errors"]]


@EACH
async def test_over_kafka_it_is_a_rejected_receipt_and_its_neighbours_are_taken(stage: Stage, bad: Bad) -> None:
    before = record(report(version=1), offset=1, headers=with_id("before"))
    after = record(report(version=2), offset=3, headers=with_id("after"))
    headers = dict(with_id(bad.id or "bad")) | dict(bad.headers)
    await stage.deliver(before, record(bad.body, offset=2, headers=list(headers.items())), after)
    told = await stage.told("receipts.lgsp")
    assert [(type_, data["event_id"]) for type_, _, data in told if type_ == "report-accepted"] == [
        ("report-accepted", "before"),
        ("report-accepted", "after"),
    ]
    (rejected,) = [data for type_, _, data in told if type_ == "report-rejected"]
    assert rejected["problems"][0]["code"] == bad.code
    assert is_at(rejected["problems"][0]["pointer"], bad.pointer)
    assert rejected["event_id"] == ("intake.lgsp/0/2" if bad.id else "bad")
    raw = await stage.pool.fetchval("SELECT raw FROM receipt WHERE NOT accepted")
    assert raw == bad.body
    assert await stage.count("report") == 2


async def test_a_null_header_over_kafka_is_a_rejected_receipt_under_the_record_s_own_place(stage: Stage) -> None:
    await stage.deliver(record(report(), offset=7, headers=[("ce_id", None)]), record(report(), offset=8, headers=[("x-other", None)]))
    told = [data for _, _, data in await stage.told("receipts.lgsp")]
    assert [data["event_id"] for data in told] == ["intake.lgsp/0/7", "intake.lgsp/0/8"]
    assert {data["problems"][0]["code"] for data in told} == {"header-invalid"}


@pytest.mark.parametrize(
    "header",
    [("ce_type", b"vn.\x00"), ("content-type", b"application/json\x00"), ("ce_specversion", b"\x00"), ("x\x00y", None)],
    ids=["type", "media type", "specversion", "name"],
)
async def test_a_null_character_in_a_header_over_kafka_is_a_rejected_receipt(stage: Stage, header: tuple[str, bytes | None]) -> None:
    before = record(report(version=1), offset=1, headers=with_id("before"))
    await stage.deliver(before, record(report(version=2), offset=2, headers=[*with_id("bad"), header]))
    (_, _, accepted), (_, _, rejected) = await stage.told("receipts.lgsp")
    assert (accepted["event_id"], rejected["event_id"]) == ("before", "bad")
    assert rejected["problems"][0]["code"] == "header-invalid"
    assert await stage.count("dead_letter") == 0


async def test_a_null_value_over_kafka_is_a_missing_body(stage: Stage) -> None:
    await stage.deliver(record(None, headers=with_id("null")))
    ((_, _, told),) = await stage.told("receipts.lgsp")
    assert told["problems"][0]["code"] == "body-missing"


async def test_a_body_of_five_megabytes_is_refused_at_the_door(stage: Stage) -> None:
    answer = await stage.send(b" " * 5_000_000)
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")
    assert await stage.count("receipt") == 0


async def test_a_record_without_an_id_is_known_by_its_place(stage: Stage) -> None:
    await stage.deliver(record(report(), offset=12))
    ((_, _, told),) = await stage.told("receipts.lgsp")
    assert told["event_id"] == "intake.lgsp/0/12"


@pytest.mark.parametrize(("early", "accepted"), [(timedelta(microseconds=1), True), (timedelta(), False)])
async def test_the_closing_instant_is_the_first_that_is_too_late(stage: Stage, early: timedelta, accepted: bool) -> None:
    closes_at = await stage.pool.fetchval("SELECT closes_at FROM period WHERE period = '2023-q2'")
    await stage.deliver(record(report(), at=closes_at - early, headers=with_id("k")))
    ((type_, _, data),) = await stage.told("receipts.lgsp")
    assert type_ == ("report-accepted" if accepted else "report-rejected")
    stage.clock.instant = closes_at - early
    answer = await stage.send(report(version=2), id_="h")
    assert answer.status_code == (201 if accepted else 409)
    if not accepted:
        assert data["problems"][0]["code"] == answer.json()["code"] == "period-closed"


async def test_decomposed_text_is_brought_to_nfc_and_noted(stage: Stage) -> None:
    decomposed = "Ba\u0301o ca\u0301o"
    answer = await stage.send(report(reference=decomposed))
    assert answer.status_code == 201
    assert [note["code"] for note in answer.json()["notes"]] == ["text-normalised"]
    assert await stage.pool.fetchval("SELECT reference FROM report") == "B\u00e1o c\u00e1o"


async def test_a_claimed_time_in_the_future_is_accepted_and_noted(stage: Stage) -> None:
    await stage.deliver(record(report(), headers=with_id("f", ("ce_time", b"2099-01-01T00:00:00Z"))))
    ((type_, _, data),) = await stage.told("receipts.lgsp")
    assert (type_, [note["code"] for note in data["notes"]]) == ("report-accepted", ["time-in-future"])
    assert data["received_at"] == "2023-07-01T02:00:00Z"


async def test_a_late_report_is_accepted_and_noted(stage: Stage) -> None:
    await stage.deliver(record(report(), at=START + timedelta(days=10), headers=with_id("late")))
    ((_, _, data),) = await stage.told("receipts.lgsp")
    assert [note["code"] for note in data["notes"]] == ["report-late"]


async def test_an_unknown_field_is_ignored_but_not_in_silence(stage: Stage) -> None:
    answer = await stage.send(report(self_score={"giai-ngan": 50}))
    assert [note["code"] for note in answer.json()["notes"]] == ["field-ignored"]


async def test_a_thousand_problems_are_named_in_part(stage: Stage) -> None:
    answer = await stage.send(report(values={f"no-{number}": 1 for number in range(1_000)}))
    errors = answer.json()["errors"]
    assert (len(errors), errors[-1]["code"]) == (101, "problems-more")


async def test_a_source_that_is_not_registered_is_rejected_and_told_nowhere(stage: Stage) -> None:
    await stage.deliver(record(report(), source="stranger", headers=with_id("s")), record(report(), offset=1, headers=with_id("t")))
    codes = await stage.pool.fetchval("SELECT problems->0->>'code' FROM receipt WHERE source = 'stranger'")
    assert codes == "source-unknown"
    assert [key for _, key, _ in await stage.told()] == ["ha-nam.phu-ly", "ha-nam.phu-ly"]


async def test_a_source_whose_key_was_revoked_sends_nothing_any_more(stage: Stage) -> None:
    await stage.pool.execute("UPDATE access_key SET revoked_at = $1 WHERE source = 'lgsp'", START)
    await stage.deliver(record(report(), headers=with_id("r")))
    ((_, _, data),) = await stage.told("receipts.lgsp")
    assert data["problems"][0]["code"] == "access-out-of-scope"


async def test_an_id_that_is_too_long_over_http_has_the_same_receipt_each_time(stage: Stage) -> None:
    first, second = await stage.send(written(report()), id_=LONG), await stage.send(written(report()), id_=LONG)
    assert first.headers["location"] == second.headers["location"]
