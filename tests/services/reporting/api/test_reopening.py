"""A closed period is reopened by two people: one asks with a reason, another confirms what was asked; both are acts."""

import asyncio

from services.reporting.domain.chain import first_broken
from services.reporting.store.registry import acts_after
from tests.services.reporting.api.test_periods import PATH, Progress, closing, state
from tests.services.reporting.stage import Stage, report

ASKED = {"reason": "Thanh tra yêu cầu", "closes_at": "2023-08-31T17:00:00Z"}


async def close(stage: Stage) -> None:
    """Close the period as people and the worker do."""
    await stage.ask("POST", f"{PATH}/close", json={"reason": "Đủ báo cáo"})
    stage.pass_time(seconds=11)
    await closing(stage, Progress()).work()
    assert await state(stage) == "closed"


async def kinds(stage: Stage) -> list[tuple[str, str]]:
    """Kind and actor of every act that was announced, in order."""
    return [(data["act"]["kind"], data["act"]["actor"]) for type_, _, data in await stage.told() if type_ == "act-recorded"]


async def test_a_period_is_reopened_when_a_second_person_confirms_and_closes_again(stage: Stage) -> None:
    await stage.send(report(), id_="before")
    await close(stage)
    asked = await stage.ask("POST", f"{PATH}/reopen", json=ASKED)
    assert (asked.status_code, await state(stage)) == (202, "closed"), asked.text
    assert (await stage.ask("GET", PATH)).json()["reopening"] == asked.json()
    answer = await stage.ask("POST", f"{PATH}/reopen/confirm", key="council", json={"request": asked.json()["request"]})
    assert (answer.status_code, answer.json()["state"], answer.json()["closes_at"]) == (200, "open", ASKED["closes_at"]), answer.text
    told = [data for type_, _, data in await stage.told() if type_ == "period-reopened"]
    assert [(data["reason"], data["asked_by"], data["confirmed_by"]) for data in told] == [
        ("Thanh tra yêu cầu", "key-standing-body", "key-council")
    ] * 2
    assert (await stage.send(report(version=2), id_="after")).status_code == 201
    await close(stage)
    assert await kinds(stage) == [
        ("period-closing", "key-standing-body"),
        ("period-closed", "schedule"),
        ("reopening-asked", "key-standing-body"),
        ("period-reopened", "key-council"),
        ("period-closing", "key-standing-body"),
        ("period-closed", "schedule"),
    ]
    assert first_broken(await acts_after(stage.pool, 0, 100)) is None


async def test_who_asked_can_not_confirm(stage: Stage) -> None:
    await close(stage)
    asked = (await stage.ask("POST", f"{PATH}/reopen", json=ASKED)).json()
    answer = await stage.ask("POST", f"{PATH}/reopen/confirm", json={"request": asked["request"]})
    assert (answer.status_code, answer.json()["code"], await state(stage)) == (409, "second-person-needed", "closed")


async def test_nothing_is_confirmed_that_was_not_asked_or_was_asked_otherwise_since(stage: Stage) -> None:
    await close(stage)
    nothing = await stage.ask("POST", f"{PATH}/reopen/confirm", key="council", json={"request": 1})
    assert (nothing.status_code, nothing.json()["code"]) == (409, "reopening-not-asked")
    first = (await stage.ask("POST", f"{PATH}/reopen", json=ASKED)).json()["request"]
    second = (await stage.ask("POST", f"{PATH}/reopen", json={"reason": "Lý do khác"})).json()["request"]
    stale = await stage.ask("POST", f"{PATH}/reopen/confirm", key="council", json={"request": first})
    assert (stale.status_code, stale.json()["code"], await state(stage)) == (409, "reopening-changed", "closed")
    done = await stage.ask("POST", f"{PATH}/reopen/confirm", key="council", json={"request": second})
    assert (done.status_code, done.json()["closes_at"]) == (200, None)


async def test_of_two_confirmations_at_once_one_reopens(stage: Stage) -> None:
    await close(stage)
    request = (await stage.ask("POST", f"{PATH}/reopen", json=ASKED)).json()["request"]
    answers = await asyncio.gather(
        *(stage.ask("POST", f"{PATH}/reopen/confirm", key="council", json={"request": request}) for _ in range(3))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"reopening-not-asked"}
    assert [kind for kind, _ in await kinds(stage)].count("period-reopened") == 1


async def test_only_a_closed_period_can_be_asked_for(stage: Stage) -> None:
    answer = await stage.ask("POST", f"{PATH}/reopen", json=ASKED)
    assert answer.json()["code"] == "period-not-closed"
    assert (await stage.ask("GET", PATH)).json()["reopening"] is None


async def test_a_reopening_without_a_reason_is_refused(stage: Stage) -> None:
    await close(stage)
    assert (await stage.ask("POST", f"{PATH}/reopen", json={})).json()["code"] == "field-missing"


async def test_only_the_standing_body_and_the_council_confirm(stage: Stage) -> None:
    for key in ("operator", "observer", "lgsp"):
        answer = await stage.ask("POST", f"{PATH}/reopen/confirm", key=key, json={"request": 1})
        assert answer.json()["code"] == "access-role-missing"
