"""Many subscriptions at a time: whoever hangs, fails or dies holds up nobody else, and nothing is lost with it."""

import asyncio
import json
import logging
from collections import defaultdict
from datetime import timedelta
from uuid import uuid4

import pytest

from services.notifications import store
from services.notifications.contract import Heard
from services.notifications.domain.deliveries import Progress
from services.notifications.workers import CourierLimits
from tests.services.notifications.receiver import HANG, Received, receiving
from tests.services.notifications.stage import Stage, report
from tests.services.notifications.workers.conftest import Couriers, run


async def test_a_receiver_that_hangs_does_not_delay_the_others(stage: Stage, couriers: Couriers) -> None:
    async with receiving(lambda _request: HANG) as stuck, receiving() as well:
        for _ in range(4):
            await stage.subscribe(stuck.url)
        for _ in range(8):
            await stage.subscribe(well.url)
        await stage.tell(*(report(f"agency-{number}") for number in range(10)))
        courier = couriers(seconds_max=40, limits=CourierLimits.for_turns(16))
        working = asyncio.create_task(run(courier))
        await well.holds(80)
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working


async def test_receivers_that_failed_last_take_only_a_part_of_the_turns(stage: Stage, couriers: Couriers) -> None:
    async with receiving(lambda _request: 500) as bad, receiving() as well:
        for _ in range(6):
            await stage.subscribe(bad.url)
        await stage.tell(report(id_="1"))
        courier = couriers(seconds_max=40, limits=CourierLimits(turns_max=4, failing_turns_max=2))
        await run(courier)
        bad.answer = lambda _request: HANG
        stage.later(seconds=10)
        await stage.subscribe(well.url)
        await stage.tell(report(id_="2"))
        working = asyncio.create_task(run(courier))
        await well.holds(1)
        assert len(bad.got) - 6 <= 2
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working


async def test_what_was_under_way_when_the_process_died_is_sent_again_under_the_same_id(stage: Stage, couriers: Couriers) -> None:
    async with receiving(lambda _request: HANG) as receiver:
        new = await stage.subscribe(receiver.url)
        await stage.tell(report(id_="1"))
        working = asyncio.create_task(run(couriers()))
        await receiver.holds(1)
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working
        receiver.answer = lambda _request: 204
        await run(couriers())
        assert receiver.ids == ["1"]
        stage.later(seconds=6)
        await run(couriers())
        assert receiver.ids == ["1", "1"]
        assert len(await stage.attempts(new)) == 1


async def test_two_couriers_do_not_send_the_same(stage: Stage, couriers: Couriers) -> None:
    async with receiving() as receiver:
        for _ in range(6):
            await stage.subscribe(receiver.url)
        await stage.tell(*(report(f"agency-{number}", id_=str(number)) for number in range(10)))
        await asyncio.gather(run(couriers()), run(couriers()), run(couriers()))
        assert len(receiver.got) == 60


async def test_whoever_lost_its_lease_records_nothing(stage: Stage, couriers: Couriers) -> None:
    new = await stage.subscribe("https://receiver.example/")
    await stage.tell(report(id_="1"))
    mine, theirs = uuid4(), uuid4()
    async with stage.transactions.begin(()) as transaction:
        until = transaction.now + timedelta(seconds=6)
        assert len(await store.take_due_subscriptions(transaction, lease=mine, until=until, failing=False, limit=9)) == 1
    stage.later(seconds=6)
    async with stage.transactions.begin(()) as transaction:
        until = transaction.now + timedelta(seconds=6)
        assert len(await store.take_due_subscriptions(transaction, lease=theirs, until=until, failing=False, limit=9)) == 1
        assert await store.keep_progress(transaction, new.id, Progress(position=1), mine) is None
    assert (await stage.subscription(new)).position == 0


async def test_a_turn_that_raises_is_said_and_holds_up_nobody(stage: Stage, couriers: Couriers, caplog: pytest.LogCaptureFixture) -> None:
    async with receiving() as receiver:
        broken = await stage.subscribe(receiver.url)
        await stage.execute("UPDATE subscription SET secret = 'whsec_'")
        await stage.subscribe(receiver.url)
        await stage.tell(report(id_="1"))
        with caplog.at_level(logging.ERROR):
            await run(couriers())
        assert receiver.ids == ["1"]
        assert (await stage.subscription(broken)).position == 0


async def test_all_three_ways_agree_after_an_outage_of_the_receiver(stage: Stage, couriers: Couriers) -> None:
    """After an hour in which the receiver failed at random, it holds the feed's ids, each agency's in the feed's order."""
    down = True

    def shaky(request: Received) -> int:
        return 503 if down and int(request.id) % 3 else 204

    async with receiving(shaky) as receiver:
        await stage.subscribe(receiver.url)
        courier = couriers()
        events: list[Heard] = [report(f"agency-{number % 4}", id_=str(number)) for number in range(60)]
        for start in range(0, 60, 10):
            await stage.tell(*events[start : start + 10])
            await run(courier)
            stage.later(minutes=10)
        down = False
        for _ in range(4):
            stage.later(hours=1)
            await run(courier)
        feed = await stage.feed()
        assert set(receiver.ids) == {entry.id for entry in feed}
        taken: dict[str, list[str]] = defaultdict(list)
        for request in receiver.got:
            agency = json.loads(request.body)["data"]["agency"]
            if request.id not in taken[agency]:
                taken[agency].append(request.id)
        assert taken == {lane: [entry.id for entry in feed if entry.lane == lane] for lane in taken}
