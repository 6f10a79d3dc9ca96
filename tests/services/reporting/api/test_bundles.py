"""Many reports in one request: each is answered for itself, by the same rules and codes as alone, and nothing is kept twice."""

import asyncio
import json
from typing import Any

import pytest

from services.reporting.acts.intake import TOGETHER_MAX, Intake
from services.reporting.api.bundles import outcome_of
from services.reporting.contract.bundles import ITEMS_MAX, letters_in
from services.reporting.contract.letters import Letter, read_letter
from services.reporting.domain.sending import Channel
from services.reporting.store.plans import Plans
from tests.services.reporting.stage import Stage, report

BATCH = "/v1/reports/batch"
AGENCIES = ("ha-nam.phu-ly", "ha-nam.duy-tien", "ha-nam.so-tc")


def item(id_: str | None, **changes: object) -> dict[str, object]:
    """One item of a bundle."""
    return {**({"id": id_} if id_ else {}), "data": report(**changes)}


async def send(stage: Stage, body: object, media_type: str = "application/json", key: str = "lgsp") -> dict[str, Any]:
    """Send a bundle; it must be taken as one."""
    content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    answer = await stage.ask("POST", BATCH, key=key, content=content, headers={"content-type": media_type})
    assert answer.status_code == 207, answer.text
    outcome: dict[str, Any] = answer.json()
    return outcome


async def test_each_item_is_answered_by_its_place_and_bad_ones_hurt_none(stage: Stage) -> None:
    bundle = [
        item("a", agency=AGENCIES[0]),
        item("b", agency="ha-nam.phu-lyy"),
        item("c", agency=AGENCIES[1], values={"giai-ngan": -1}),
        {"id": "d"},
        item(None, agency=AGENCIES[2]),
        item("f", agency=AGENCIES[2]),
    ]
    outcome = await send(stage, bundle)
    assert [(each["index"], each["status"]) for each in outcome["items"]] == [(0, 201), (1, 422), (2, 422), (3, 422), (4, 422), (5, 201)]
    assert (outcome["accepted"], outcome["repeated"], outcome["rejected"]) == (2, 0, 4)
    codes = [[problem["code"] for problem in each["problems"]] for each in outcome["items"]]
    assert codes == [[], ["agency-unknown"], ["value-negative"], ["field-missing"], ["id-missing"], []]
    assert outcome["items"][2]["problems"][0]["pointer"] == "/values/giai-ngan"
    assert outcome["items"][4]["receipt"] is None
    assert (await stage.count("report"), await stage.count("receipt")) == (2, 5)


async def test_the_same_bundle_again_gives_the_same_receipts(stage: Stage) -> None:
    bundle = [item("a"), item("b", version=2), item("x", period="1900")]
    first, again = [await send(stage, bundle) for _ in range(2)]
    assert [each["receipt"] for each in first["items"]] == [each["receipt"] for each in again["items"]]
    assert [each["status"] for each in again["items"]] == [200, 200, 422]
    assert (await stage.count("report"), await stage.count("receipt")) == (2, 3)


async def test_the_same_twice_in_one_bundle_is_new_once_and_another_body_is_a_conflict(stage: Stage) -> None:
    outcome = await send(stage, [item("a"), item("a"), item("a", version=3)])
    assert [each["status"] for each in outcome["items"]] == [201, 200, 409]
    assert outcome["items"][0]["receipt"] == outcome["items"][1]["receipt"] != outcome["items"][2]["receipt"]


async def test_alone_and_in_a_bundle_an_id_is_the_same_id(stage: Stage) -> None:
    alone = await stage.send(report(), id_="a")
    (same,) = (await send(stage, [item("a")]))["items"]
    assert (same["status"], same["receipt"]) == (200, alone.json()["receipt"])


async def test_the_same_bundle_at_once_from_many_sides_is_taken_once(stage: Stage) -> None:
    bundle = [item(agency, agency=agency) for agency in AGENCIES]
    outcomes = await asyncio.gather(*(send(stage, bundle) for _ in range(8)))
    assert len({tuple(each["receipt"] for each in outcome["items"]) for outcome in outcomes}) == 1
    assert sum(outcome["accepted"] for outcome in outcomes) == await stage.count("report") == len(AGENCIES)


@pytest.mark.parametrize("media_type", ["application/json", "application/cloudevents-batch+json", "application/x-ndjson"])
async def test_arrays_batches_of_cloudevents_and_lines_are_read_alike(stage: Stage, media_type: str) -> None:
    event = {"specversion": "1.0", "type": "vn.thidua.report-sent.v1", "source": "/x"}
    bundle = [{**event, **item(agency, agency=agency)} for agency in AGENCIES]
    lines = b"\n\n".join(json.dumps(each).encode() for each in bundle) + b"\r\n"
    outcome = await send(stage, lines if media_type == "application/x-ndjson" else bundle, media_type)
    assert outcome["accepted"] == len(AGENCIES)


async def test_a_line_that_is_not_json_hurts_no_other_line(stage: Stage) -> None:
    good = json.dumps(item("a")).encode()
    outcome = await send(stage, good + b'\n{"id": "b", "data": \n\xff\n', "application/x-ndjson")
    assert [each["status"] for each in outcome["items"]] == [201, 400, 400]
    assert await stage.pool.fetchval("SELECT indicator_values ->> 'giai-ngan' FROM report") == "55.5"


@pytest.mark.parametrize(
    ("body", "media_type", "code"),
    [
        (b"", "application/json", "body-not-json"),
        (b"[]", "application/json", "body-missing"),
        (b"[{}, ]", "application/json", "body-not-json"),
        (b"[{}] x", "application/json", "body-not-json"),
        (b"[{} {}]", "application/json", "body-not-json"),
        (b'{"id": "a"}', "application/json", "body-not-json"),
        (b"[" * 100_000, "application/json", "body-too-deep"),
        (b"\xff", "application/json", "body-not-utf8"),
        (b"[{}]", "text/csv", "content-type-unsupported"),
        (b"[" + b"{}," * ITEMS_MAX + b"{}]", "application/json", "list-too-long"),
        (b"{}\n" * (ITEMS_MAX + 1), "application/x-ndjson", "list-too-long"),
    ],
)
async def test_what_is_no_bundle_is_refused_whole(stage: Stage, body: bytes, media_type: str, code: str) -> None:
    answer = await stage.ask("POST", BATCH, key="lgsp", content=body, headers={"content-type": media_type})
    assert (answer.status_code // 100, answer.json()["code"]) == (4, code)
    assert await stage.count("receipt") == 0


async def test_a_bundle_may_be_larger_than_one_report_may_be(stage: Stage) -> None:
    stage.foundation.http.state.body_bytes_max = 1_000
    many = [item(f"r-{n}", reference="x" * 150, version=n + 1) for n in range(2 * TOGETHER_MAX + 1)]
    assert (await send(stage, many))["accepted"] == await stage.count("report") == len(many)
    assert (await stage.send(report(reference="x" * 1_000))).status_code == 413


async def test_what_time_did_not_suffice_for_is_to_be_sent_again(stage: Stage) -> None:
    letter = Letter(source="lgsp", channel=Channel.HTTP, place="", received_at=stage.clock.now(), headers=(), body=None)
    letters = letters_in(json.dumps([item("a")]).encode(), "application/json", letter)
    sent = read_letter(letters[0])
    assert await Intake(Plans()).receive_all(stage.foundation.transactions, [sent], seconds_max=-1) == []
    outcome = outcome_of(7, sent, None, {})
    assert (outcome.index, outcome.status, outcome.receipt) == (7, 503, None)
    assert [problem.code for problem in outcome.problems] == ["unavailable"]
