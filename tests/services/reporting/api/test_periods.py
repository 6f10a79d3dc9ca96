"""Periods over HTTP: each act with its reason, told for each cluster, on the record; a close is finished by the worker."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from services.reporting.acts.periods import Bidding
from services.reporting.workers import Closing, measure
from shared.messaging import Ends
from tests.services.reporting.stage import MOVEMENT, PERIOD, Stage, report

PATH = f"/v1/movements/{MOVEMENT}/periods/{PERIOD}"


@dataclass(kw_only=True)
class Progress:
    """A broker that is as far as the test says; the real one is asked in test_running.py."""

    end: int = 5
    committed: int = 5
    asked: list[str] = field(default_factory=list)

    async def ends(self) -> Ends:
        """Where intake ends."""
        self.asked.append("ends")
        return {("intake.lgsp", 0): self.end}

    async def has_reached(self, ends: Ends) -> bool:
        """Whether the committed offset is there."""
        return all(self.committed >= end for end in ends.values())


def closing(stage: Stage, progress: Progress) -> Closing:
    """The worker."""
    return Closing(
        pool=stage.pool,
        transactions=stage.foundation.transactions,
        periods=stage.periods,
        progress=progress,
        clock=stage.clock,
        http_time_limit=timedelta(seconds=10),
    )


async def state(stage: Stage) -> str:
    """The state of the period."""
    return str((await stage.ask("GET", PATH)).json()["state"])


async def test_opening_freezes_the_members_of_each_cluster_and_tells_them(stage: Stage) -> None:
    answer = await stage.ask("POST", f"/v1/movements/{MOVEMENT}/periods/2023-q3/open")
    assert (answer.status_code, answer.json()["state"]) == (201, "open"), answer.text
    told = await stage.told("registry")
    assert [(type_, key) for type_, key, _ in told] == [
        ("period-opened", MOVEMENT),
        ("period-opened", MOVEMENT),
        ("act-recorded", "reporting"),
    ]
    assert [(data["cluster"], data["members"]) for _, _, data in told[:2]] == [
        ("huyen", ["ha-nam.duy-tien", "ha-nam.phu-ly"]),
        ("so", ["ha-nam.so-tc"]),
    ]


async def test_a_period_is_opened_once_and_only_if_the_plan_has_it(stage: Stage) -> None:
    assert (await stage.ask("POST", f"{PATH}/open")).json()["code"] == "period-already-open"
    assert (await stage.ask("POST", f"/v1/movements/{MOVEMENT}/periods/1999/open")).json()["code"] == "period-unknown"
    assert (await stage.ask("POST", "/v1/movements/nope/periods/1999/open")).json()["code"] == "movement-unknown"


async def test_an_extension_moves_dates_with_a_reason_for_each_cluster(stage: Stage) -> None:
    body = {"due_at": "2023-07-12T00:00:00+07:00", "reason": "Hệ thống gián đoạn"}
    answer = await stage.ask("POST", f"{PATH}/extend", json=body)
    assert (answer.status_code, answer.json()["due_at"]) == (200, "2023-07-11T17:00:00Z"), answer.text
    told = await stage.told("registry")
    assert [(type_, data.get("due_at"), data.get("reason")) for type_, _, data in told[:2]] == [
        ("period-extended", "2023-07-11T17:00:00Z", "Hệ thống gián đoạn")
    ] * 2
    assert (await stage.ask("POST", f"{PATH}/extend", json={"due_at": "2023-07-20T00:00:00Z"})).json()["code"] == "field-missing"


async def test_completeness_counts_frozen_members_by_the_version_that_counts(stage: Stage) -> None:
    await stage.send(report(), id_="a")
    stage.pass_time(days=10)
    await stage.send(report(agency="ha-nam.duy-tien"), id_="b")
    body = (await stage.ask("GET", PATH)).json()
    assert body["completeness"] == {"expected": 3, "reported": 2, "on_time": 1, "late": 1, "missing": 1}
    await stage.ask("POST", f"/v1/reports/{MOVEMENT}/{PERIOD}/ha-nam.phu-ly/1/withdraw", key="lgsp", json={"reason": "x"})
    body = (await stage.ask("GET", PATH)).json()
    assert body["completeness"] == {"expected": 3, "reported": 1, "on_time": 0, "late": 1, "missing": 2}
    await measure(stage.pool)


async def test_an_early_close_needs_a_reason_and_takes_no_more_from_then_on(stage: Stage) -> None:
    assert (await stage.ask("POST", f"{PATH}/close")).json()["code"] == "reason-missing"
    answer = await stage.ask("POST", f"{PATH}/close", json={"reason": "Đủ báo cáo"})
    assert (answer.status_code, answer.json()["state"]) == (202, "closing")
    assert (await stage.send(report())).json()["code"] == "period-closed"
    again = await stage.ask("POST", f"{PATH}/close")
    assert again.json() == answer.json()


async def test_a_close_is_finished_when_http_is_over_and_intake_is_read(stage: Stage) -> None:
    await stage.send(report(), id_="a")
    await stage.send(report(version=2), id_="b")
    await stage.ask("POST", f"{PATH}/close", json={"reason": "x"})
    progress = Progress(committed=4)
    worker = closing(stage, progress)
    await worker.work()
    assert progress.asked == []  # a request may still be under way
    stage.pass_time(seconds=10)
    for _ in range(2):
        await worker.work()
    assert (await state(stage), progress.asked) == ("closing", ["ends"])
    progress.end, progress.committed = 99, 5
    await worker.work()
    assert await state(stage) == "closed"
    told = [data for type_, _, data in await stage.told() if type_ == "period-closed"]
    assert [(data["cluster"], [(each["agency"], each["version"]) for each in data["reports"]]) for data in told] == [
        ("huyen", [("ha-nam.duy-tien", None), ("ha-nam.phu-ly", 2)]),
        ("so", [("ha-nam.so-tc", None)]),
    ]
    receipts = (await stage.ask("GET", "/v1/receipts", key="lgsp", params={"state": "locked"})).json()["items"]
    assert [item["event_id"] for item in receipts] == ["b"]


async def test_two_workers_at_once_close_a_period_once(stage: Stage) -> None:
    await stage.ask("POST", f"{PATH}/close", json={"reason": "x"})
    stage.pass_time(seconds=10)
    for worker in [closing(stage, Progress()) for _ in range(2)]:
        await worker.work()
    assert await stage.periods.finish_close(MOVEMENT, PERIOD) is None
    assert [type_ for type_, _, _ in await stage.told()].count("period-closed") == 2  # one a cluster


async def test_a_period_closes_by_itself_at_its_closing_instant(stage: Stage) -> None:
    await closing(stage, Progress()).work()
    assert await state(stage) == "open"
    stage.pass_time(days=31)
    worker = closing(stage, Progress())
    await worker.work()
    await worker.work()
    assert await state(stage) == "closed"
    acts = [data["act"] for type_, _, data in await stage.told() if type_ == "act-recorded"][-2:]
    assert [(act["kind"], act["actor"]) for act in acts] == [("period-closing", "schedule"), ("period-closed", "schedule")]
    assert (acts[-1]["facts"]["members"], acts[-1]["facts"]["reports"]) == ("3", "0")


async def test_a_letter_that_waits_as_a_dead_letter_holds_the_close_up(stage: Stage) -> None:
    await stage.periods.close(Bidding(movement=MOVEMENT, period=PERIOD, actor="a", reason="x"))
    await stage.pool.execute(
        "INSERT INTO dead_letter (consumer, topic, partition, record_offset, appended_at, header_names, header_values, code, reason, trace,"
        " found_at) VALUES ('reporting.intake', 'intake.lgsp', 0, 4, now(), '{}', '{}', 'internal', 'x', 'x', now())"
    )
    stage.pass_time(seconds=11)
    worker = closing(stage, Progress(end=5))
    await worker.work()
    assert await state(stage) == "closing"
    await stage.pool.execute("UPDATE dead_letter SET record_offset = 5")  # behind the ends: it has nothing to do with this close
    await worker.work()
    assert await state(stage) == "closed"


async def test_a_period_that_is_only_planned_is_shown_with_the_members_it_would_have(stage: Stage) -> None:
    body = (await stage.ask("GET", f"/v1/movements/{MOVEMENT}/periods/2023-q3", key="observer")).json()
    assert (body["state"], body["completeness"]["expected"], body["opened_at"]) == ("planned", 3, None)
    assert (await stage.ask("GET", f"/v1/movements/{MOVEMENT}/periods/1999")).json()["code"] == "period-unknown"


async def test_only_the_standing_body_acts_on_periods(stage: Stage) -> None:
    for key in ("operator", "council", "observer", "lgsp"):
        for act in ("open", "extend", "close", "reopen"):
            answer = await stage.ask("POST", f"{PATH}/{act}", key=key, json={"reason": "x"})
            assert answer.json()["code"] == "access-role-missing"


@pytest.mark.parametrize(("act", "moved"), [("extend", "due_at"), ("extend", "closes_at"), ("reopen", "closes_at")])
@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59Z"])
async def test_an_instant_at_the_end_of_the_calendar_is_out_of_range(stage: Stage, act: str, moved: str, instant: str) -> None:
    answer = await stage.ask("POST", f"{PATH}/{act}", json={"reason": "Gia hạn", moved: instant})
    assert (answer.status_code, answer.json()["code"]) == (422, "field-out-of-range"), answer.text
    assert answer.json()["errors"][0]["pointer"] == f"/{moved}"
