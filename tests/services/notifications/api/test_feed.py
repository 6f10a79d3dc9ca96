"""The feed over HTTP: read on from an opaque cursor, never past what one may see, and wait for what comes."""

import asyncio
import json
import time
from typing import Any

import httpx
import pytest

from services.notifications import store
from services.notifications.api import feed
from services.notifications.api.cursors import feed_cursor
from shared.foundation import Service
from shared.http.paging import cursor_of
from tests.services.notifications.api.conftest import Builds, client_of
from tests.services.notifications.stage import DUY_TIEN, PHU_LY, Stage, heard, report

Headers = dict[str, str]


@pytest.fixture
async def observer(stage: Stage) -> Headers:
    return await stage.give_key("observer-1", "observer")


async def read(client: httpx.AsyncClient, key: Headers, **query: object) -> dict[str, Any]:
    answer = await client.get("/v1/events", params={name: str(value) for name, value in query.items()}, headers=key)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


def ids(page: dict[str, Any]) -> list[str]:
    return [event["id"] for event in page["items"]]


async def test_a_reader_goes_on_from_its_cursor_to_the_end_and_beyond(stage: Stage, client: httpx.AsyncClient, observer: Headers) -> None:
    await stage.tell(*(report(id_=str(number)) for number in range(5)))
    first = await read(client, observer, limit=2)
    second = await read(client, observer, limit=2, after=first["next"])
    third = await read(client, observer, limit=2, after=second["next"])
    assert [ids(page) for page in (first, second, third)] == [["0", "1"], ["2", "3"], ["4"]]
    end = await read(client, observer, after=third["next"])
    assert ids(end) == []
    await stage.tell(report(id_="5"))
    assert ids(await read(client, observer, after=end["next"])) == ["5"]


async def test_items_are_cloud_events_as_they_stand_in_the_feed(stage: Stage, client: httpx.AsyncClient, observer: Headers) -> None:
    await stage.tell(heard("award-decided"))
    page = await read(client, observer)
    (entry,) = await stage.feed()
    assert page["items"] == [json.loads(entry.body)]


async def test_the_cursor_moves_past_what_was_not_asked_for(stage: Stage, client: httpx.AsyncClient, observer: Headers) -> None:
    await stage.tell(report(), report(), heard("award-decided", id_="a"))
    page = await read(client, observer, types="award-decided")
    assert ids(page) == ["a"]
    assert ids(await read(client, observer, after=page["next"])) == []


@pytest.mark.parametrize("types", ["award-decided", "vn.thidua.award-decided.v1", " award-decided , award-revoked "])
async def test_types_may_be_said_short_or_in_full(stage: Stage, client: httpx.AsyncClient, observer: Headers, types: str) -> None:
    await stage.tell(report(), heard("award-decided", id_="a"))
    assert ids(await read(client, observer, types=types)) == ["a"]


async def test_filters_by_movement_and_agency_and_the_sandbox_apart(stage: Stage, client: httpx.AsyncClient, observer: Headers) -> None:
    await stage.tell(report(id_="1"), report(DUY_TIEN, id_="2"), report(id_="t", test=True))
    assert ids(await read(client, observer, agency=DUY_TIEN)) == ["2"]
    assert ids(await read(client, observer, agency="ha-nam")) == ["1", "2"]
    assert ids(await read(client, observer, movement="papi")) == []
    assert ids(await read(client, observer, sandbox="true")) == ["t"]


@pytest.mark.parametrize("types", ["award-eaten", "access-changed", "report-sent", "award-decided,x"])
async def test_an_unknown_type_is_a_problem(client: httpx.AsyncClient, observer: Headers, types: str) -> None:
    answer = await client.get("/v1/events", params={"types": types}, headers=observer)
    assert (answer.status_code, answer.json()["code"]) == (422, "type-unknown")


@pytest.mark.parametrize(
    "cursor",
    [
        "garbage",
        "%%%",
        "e30",
        cursor_of(("1",)),
        cursor_of(("1", "-1")),
        cursor_of(("1", "x")),
        cursor_of(("1", "٣")),
        cursor_of(("1", "9" * 30)),
    ],
)
async def test_a_cursor_that_is_none_of_ours_is_a_problem(client: httpx.AsyncClient, observer: Headers, cursor: str) -> None:
    answer = await client.get("/v1/events", params={"after": cursor}, headers=observer)
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor-invalid")


@pytest.mark.parametrize("cursor", [feed_cursor(2, 0), feed_cursor(1, 99), feed_cursor(1, 0)], ids=["other epoch", "future", "forgotten"])
async def test_a_cursor_without_a_feed_to_read_on_is_gone(stage: Stage, client: httpx.AsyncClient, observer: Headers, cursor: str) -> None:
    await stage.tell(report(), report(id_="kept"))
    async with stage.transactions.begin(()) as transaction:
        stage.later(days=40)
        await store.prune_feed(transaction, stage.clock.now(), 1)
    answer = await client.get("/v1/events", params={"after": cursor}, headers=observer)
    assert (answer.status_code, answer.json()["code"]) == (410, "cursor-expired")
    assert ids(await read(client, observer)) == ["kept"]


async def test_a_restore_ends_every_cursor_given_before_it(stage: Stage, client: httpx.AsyncClient, observer: Headers) -> None:
    await stage.tell(report())
    cursor = (await read(client, observer))["next"]
    await stage.execute("UPDATE epoch SET number = 2")
    answer = await client.get("/v1/events", params={"after": cursor}, headers=observer)
    assert answer.status_code == 410


async def test_a_reader_that_waits_is_answered_as_soon_as_something_comes(
    stage: Stage, service: Service, client: httpx.AsyncClient, observer: Headers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "LOOK_SECONDS", 30)
    moved = next(worker for worker in service.workers if worker.name == store.FEED_MOVED)
    waiting = asyncio.create_task(read(client, observer, wait=20))
    await asyncio.sleep(0.3)
    assert not waiting.done()
    await stage.tell(report(id_="1"))
    await moved.work()
    async with asyncio.timeout(15):
        assert ids(await waiting) == ["1"]


async def test_a_reader_that_waits_for_something_else_goes_on_waiting(stage: Stage, client: httpx.AsyncClient, observer: Headers) -> None:
    waiting = asyncio.create_task(read(client, observer, wait=2.5, types="award-decided"))
    await asyncio.sleep(0.2)
    await stage.tell(report())
    page = await waiting
    assert ids(page) == []
    await stage.tell(heard("award-decided", id_="a"))
    assert ids(await read(client, observer, after=page["next"])) == ["a"]


async def test_waiting_is_bounded(client: httpx.AsyncClient, observer: Headers) -> None:
    began = time.monotonic()
    await read(client, observer, wait=0.5)
    assert 0.4 < time.monotonic() - began < 15
    answer = await client.get("/v1/events", params={"wait": 31}, headers=observer)
    assert answer.status_code == 422


async def test_more_readers_than_may_wait_are_answered_at_once(stage: Stage, builds: Builds, observer: Headers) -> None:
    service = builds(feed_waiters=0)
    await service.foundation.pool
    async with client_of(service) as client, asyncio.timeout(15):
        await read(client, observer, wait=20)


async def test_a_service_that_is_stopping_lets_its_readers_go(service: Service, client: httpx.AsyncClient, observer: Headers) -> None:
    waiting = asyncio.create_task(read(client, observer, wait=20))
    await asyncio.sleep(0.2)
    service.foundation.readiness.down("start", "the service is stopping")
    async with asyncio.timeout(15):
        assert ids(await waiting) == []


async def test_a_source_reads_its_own_receipts_and_no_other_s(stage: Stage, client: httpx.AsyncClient, observer: Headers) -> None:
    own = await stage.give_key("lgsp", "source", source="ha-nam-lgsp")
    other = await stage.give_key("papi", "source", source="papi")
    await stage.tell(heard("report-accepted", id_="r"), report(id_="s"))
    assert ids(await read(client, own)) == ["r", "s"]
    assert ids(await read(client, other)) == []
    assert ids(await read(client, observer)) == ["s"]


async def test_a_key_of_narrow_reach_sees_no_further_and_may_not_ask_further(stage: Stage, client: httpx.AsyncClient) -> None:
    key = await stage.give_key("phu-ly", "observer", agencies=[PHU_LY], movements=["ha-nam-315"])
    await stage.tell(report(id_="1"), report(DUY_TIEN, id_="2"), heard("ranking-published", id_="3"))
    assert ids(await read(client, key)) == ["1", "3"]
    for query in ({"agency": DUY_TIEN}, {"movement": "papi"}):
        answer = await client.get("/v1/events", params=query, headers=key)
        assert (answer.status_code, answer.json()["code"]) == (403, "access-out-of-scope")
