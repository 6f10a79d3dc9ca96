"""Receipts over HTTP: each source sees its own, lists go on where they ended, a wait ends when what is waited for comes."""

import asyncio
import time

import pytest

from services.reporting.acts.access import Grant, add_key
from shared.events.registry import Role
from tests.services.reporting.stage import MOVEMENT, PERIOD, Stage, record, report, with_id

SCORED = "INSERT INTO scored VALUES ($1, $2, 'ha-nam.phu-ly', 1, 1)"


async def test_a_source_sees_its_own_receipt_and_another_does_not(stage: Stage) -> None:
    path = (await stage.send(report())).headers["location"]
    assert (await stage.ask("GET", path, key="lgsp")).status_code == 200
    assert (await stage.ask("GET", path, key="other")).status_code == 403
    assert (await stage.ask("GET", path, key="observer")).status_code == 200
    assert (await stage.ask("GET", path, key="council")).status_code == 403


@pytest.mark.parametrize("name", ["nothing", "f49c508f-7988-4101-a62e-b517df9b848e"])
async def test_a_receipt_that_is_not_there_is_not_found(stage: Stage, name: str) -> None:
    assert (await stage.ask("GET", f"/v1/receipts/{name}")).json()["code"] == "not-found"


async def test_a_wait_ends_as_soon_as_the_score_is_there(stage: Stage) -> None:
    path = (await stage.send(report())).headers["location"]
    waiting = asyncio.create_task(stage.ask("GET", path, key="lgsp", params={"wait": 4, "until": "scored"}))
    await asyncio.sleep(0.3)
    assert not waiting.done()
    await stage.pool.execute(SCORED, MOVEMENT, PERIOD)
    assert (await asyncio.wait_for(waiting, 3)).json()["state"] == "scored"


async def test_a_wait_in_vain_ends_with_the_state_as_it_is(stage: Stage) -> None:
    path = (await stage.send(report())).headers["location"]
    began = time.monotonic()
    answer = await stage.ask("GET", path, key="lgsp", params={"wait": 0.4})
    assert answer.json()["state"] == "accepted"
    assert time.monotonic() - began >= 0.4


async def test_a_state_that_nobody_can_wait_for_is_refused(stage: Stage) -> None:
    path = (await stage.send(report())).headers["location"]
    assert (await stage.ask("GET", path, key="lgsp", params={"until": "returned"})).json()["code"] == "choice-unknown"
    assert (await stage.ask("GET", path, key="lgsp", params={"wait": 31})).status_code == 422


async def test_a_list_goes_on_from_its_cursor_and_shows_each_receipt_once(stage: Stage) -> None:
    await stage.deliver(*(record(report(version=each), offset=each, headers=with_id(f"v{each}")) for each in range(1, 8)))
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(10):
        page = (await stage.ask("GET", "/v1/receipts", key="lgsp", params={"limit": 3, **({"after": cursor} if cursor else {})})).json()
        seen += [item["event_id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert sorted(seen) == [f"v{each}" for each in range(1, 8)]


async def test_a_list_can_be_of_one_state(stage: Stage) -> None:
    await stage.deliver(
        record(report(version=1), offset=1, headers=with_id("one")),
        record(report(version=2), offset=2, headers=with_id("two")),
        record(b"{", offset=3, headers=with_id("bad")),
    )
    for state, ids in (("rejected", ["bad"]), ("superseded", ["one"]), ("accepted", ["two"]), ("scored", [])):
        page = (await stage.ask("GET", "/v1/receipts", key="lgsp", params={"state": state})).json()
        assert ([item["event_id"] for item in page["items"]], page["next"]) == (ids, None)


async def test_a_source_lists_its_own_only_and_others_may_choose(stage: Stage) -> None:
    await stage.send(report(), id_="mine")
    await stage.send(report(version=2), id_="theirs", key="other")
    assert [item["event_id"] for item in (await stage.ask("GET", "/v1/receipts", key="lgsp")).json()["items"]] == ["mine"]
    assert (await stage.ask("GET", "/v1/receipts", key="lgsp", params={"source": "other"})).status_code == 403
    theirs = await stage.ask("GET", "/v1/receipts", key="operator", params={"source": "other"})
    assert [item["event_id"] for item in theirs.json()["items"]] == ["theirs"]
    assert len((await stage.ask("GET", "/v1/receipts", key="operator")).json()["items"]) == 2


async def test_a_key_of_one_movement_sees_receipts_of_that_movement(stage: Stage) -> None:
    path = (await stage.send(report())).headers["location"]
    grant = Grant(name="elsewhere", roles=(Role.OBSERVER,), movements=("other",))
    stage.keys["elsewhere"] = await add_key(stage.foundation.transactions, grant, None)
    assert (await stage.ask("GET", path, key="elsewhere")).status_code == 403
    assert (await stage.ask("GET", "/v1/receipts", key="elsewhere")).json()["items"] == []


async def test_a_cursor_that_is_none_of_ours_is_refused(stage: Stage) -> None:
    assert (await stage.ask("GET", "/v1/receipts", params={"after": "x!"})).json()["code"] == "cursor-invalid"


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.SOURCE])
async def test_a_key_for_some_agencies_sees_no_receipt_of_another(stage: Stage, role: Role) -> None:
    source = "lgsp" if role is Role.SOURCE else None
    grant = Grant(name="narrow", roles=(role,), source=source, agencies=("ha-nam.duy-tien",))
    stage.keys["narrow"] = await add_key(stage.foundation.transactions, grant, None)
    path = (await stage.send(report())).headers["location"]
    assert (await stage.ask("GET", path, key="narrow")).json()["code"] == "access-out-of-scope"
    assert (await stage.ask("GET", "/v1/receipts", key="narrow")).json()["items"] == []


async def test_a_rejection_is_seen_by_its_source_whatever_it_names_and_by_others_within_their_reach(stage: Stage) -> None:
    grant = Grant(name="narrow", roles=(Role.OBSERVER,), movements=("other",))
    stage.keys["narrow"] = await add_key(stage.foundation.transactions, grant, None)
    path = (await stage.send(report(agency="ninh-binh"))).headers["location"]
    assert (await stage.ask("GET", path, key="lgsp")).json()["state"] == "rejected"
    assert (await stage.ask("GET", path, key="narrow")).status_code == 403
