"""Every subscriber gets every event it asked for, in order for each agency, signed, and whoever fails holds up nobody else."""

import asyncio
import json
import logging
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from services.notifications import store
from services.notifications.contract import Heard
from services.notifications.domain.deliveries import Patience, Progress
from services.notifications.domain.feed import Wish
from services.notifications.workers import Courier, CourierLimits, Delivery, Sender
from tests.services.notifications.receiver import HANG, Received, receiving
from tests.services.notifications.stage import DUY_TIEN, PHU_LY, SECRET, Stage, heard, report

PATIENCE = Patience(first_wait=timedelta(seconds=10), longest_wait=timedelta(hours=1), give_up_after=timedelta(hours=72))
Couriers = Callable[..., Courier]


@pytest.fixture
async def couriers(stage: Stage) -> AsyncIterator[Couriers]:
    """Make couriers with the stage's clock; chance takes nothing off the waits."""
    await stage.give_key("observer-1", "observer")
    senders: list[Sender] = []

    def make(
        *, allow_private: bool = True, seconds_max: float = 5, limits: CourierLimits | None = None, patience: Patience = PATIENCE
    ) -> Courier:
        senders.append(Sender(allow_private=allow_private, seconds_max=seconds_max, connections_max=64))
        delivery = Delivery(pool=stage.pool, sender=senders[-1], clock=stage.clock, patience=patience, chance=lambda: 0.0)
        return Courier(delivery, stage.transactions, store.FeedMoves(), limits)

    yield make
    for sender in senders:
        await sender.close()


async def run(courier: Courier) -> None:
    """Work until nothing is due or under way."""
    async with asyncio.timeout(60):
        while await courier.work():
            pass


def failing(*ids: str, status: int = 500) -> Callable[[Received], int]:
    """Fail these events and take all others."""
    return lambda request: status if request.id in ids else 204


async def test_a_delivery_is_the_event_of_the_feed_signed_for_the_public_library(stage: Stage, couriers: Couriers) -> None:
    async with receiving() as receiver:
        await stage.subscribe(receiver.url)
        stage.clock.instant = stage.clock.instant.fromtimestamp(time.time(), stage.clock.instant.tzinfo)
        event = heard("award-decided")
        await stage.tell(event)
        await run(couriers())
        (request,) = receiver.got
        (entry,) = await stage.feed()
        assert request.body.decode() == entry.body
        told = request.verify(SECRET)
        assert request.id == told["id"] == event.event.id
        assert request.headers["content-type"].startswith("application/cloudevents+json")


async def test_a_subscription_begins_at_the_end_of_the_feed_and_gets_each_event_once(stage: Stage, couriers: Couriers) -> None:
    async with receiving() as receiver:
        await stage.tell(report(id_="before"))
        new = await stage.subscribe(receiver.url)
        await stage.tell(report(id_="1"), report(DUY_TIEN, id_="2"))
        courier = couriers()
        await run(courier)
        await stage.tell(report(id_="3"))
        await run(courier)
        await run(couriers())
        assert receiver.ids == ["1", "2", "3"]
        assert [attempt.outcome for attempt in await stage.attempts(new)] == ["delivered"] * 3


async def test_only_what_was_asked_for_is_sent(stage: Stage, couriers: Couriers) -> None:
    async with receiving() as receiver:
        await stage.subscribe(receiver.url, wish=Wish(names=("award-decided",), agencies=(PHU_LY,)))
        await stage.tell(report(id_="1"), heard("award-decided", id_="2"), heard("award-decided", id_="3", agency=DUY_TIEN))
        await run(couriers())
        assert receiver.ids == ["2"]


async def test_tests_go_to_sandbox_subscriptions_alone(stage: Stage, couriers: Couriers) -> None:
    async with receiving() as real, receiving() as sandbox:
        await stage.subscribe(real.url)
        await stage.subscribe(sandbox.url, wish=Wish(sandbox=True))
        await stage.tell(report(id_="real"), report(id_="test", test=True))
        await run(couriers())
        assert (real.ids, sandbox.ids) == (["real"], ["test"])


async def test_a_failed_event_parks_its_agency_and_nobody_else(stage: Stage, couriers: Couriers) -> None:
    async with receiving(failing("bad")) as receiver:
        new = await stage.subscribe(receiver.url)
        await stage.tell(report(id_="bad"), report(DUY_TIEN, id_="2"), report(id_="3"), report(DUY_TIEN, id_="4"))
        courier = couriers()
        await run(courier)
        assert receiver.ids == ["bad", "2", "4"]
        shown = await stage.subscription(new)
        assert (shown.lanes_parked, shown.failures, shown.rest_until) == (1, 0, None)
        await run(courier)
        assert len(receiver.got) == 3
        stage.later(seconds=10)
        await run(courier)
        assert receiver.ids[3:] == ["bad"]


async def test_a_parked_agency_goes_on_in_order_when_its_event_is_taken(stage: Stage, couriers: Couriers) -> None:
    async with receiving(failing("1")) as receiver:
        new = await stage.subscribe(receiver.url)
        courier = couriers()
        await stage.tell(report(id_="1"), report(id_="2"), report(DUY_TIEN, id_="x"))
        await run(courier)
        await stage.tell(report(id_="3"))
        await run(courier)
        receiver.answer = lambda _request: 204
        stage.later(seconds=10)
        await run(courier)
        await stage.tell(report(id_="4"))
        await run(courier)
        assert [id_ for id_ in receiver.ids if id_ != "x"] == ["1", "1", "2", "3", "4"]
        assert (await stage.subscription(new)).lanes_parked == 0


async def test_waits_double_and_a_new_failure_of_a_later_event_begins_anew(stage: Stage, couriers: Couriers) -> None:
    async with receiving(failing("1")) as receiver:
        await stage.subscribe(receiver.url)
        courier = couriers()
        await stage.tell(report(id_="1"), report(id_="2"), report(DUY_TIEN, id_="ok"))
        await run(courier)
        for wait in (10, 20):
            stage.later(seconds=wait - 1)
            await run(courier)
            before = len(receiver.got)
            stage.later(seconds=1)
            await stage.tell(report(DUY_TIEN))
            await run(courier)
            assert receiver.ids[before:].count("1") == 1
        receiver.answer = failing("2")
        stage.later(seconds=40)
        await run(courier)
        assert receiver.ids[-2:] == ["1", "2"]
        assert await stage.fetchval("SELECT attempts FROM parked") == 1


async def test_a_receiver_that_is_down_is_probed_with_one_event_and_gets_all_when_it_is_up(stage: Stage, couriers: Couriers) -> None:
    async with receiving(lambda _request: 503) as receiver:
        new = await stage.subscribe(receiver.url)
        courier = couriers()
        await stage.tell(*(report(f"agency-{number}", id_=str(number)) for number in range(20)))
        await run(courier)
        assert receiver.ids == ["0", "1", "2"]
        assert (await stage.subscription(new)).rest_until is not None
        stage.later(seconds=10)
        await run(courier)
        assert receiver.ids[3:] == ["0"]
        receiver.answer = lambda _request: 204
        stage.later(seconds=20)
        await run(courier)
        assert sorted(receiver.ids[4:], key=int) == [str(number) for number in range(20)]
        shown = await stage.subscription(new)
        assert (shown.failures, shown.lanes_parked, shown.rest_until) == (0, 0, None)


async def test_after_the_longest_patience_a_subscription_is_disabled_with_a_notice(stage: Stage, couriers: Couriers) -> None:
    async with receiving(lambda _request: 500) as receiver:
        new = await stage.subscribe(receiver.url)
        courier = couriers()
        await stage.tell(report(id_="1"))
        await run(courier)
        for _ in range(200):
            stage.later(hours=1)
            await run(courier)
        shown = await stage.subscription(new)
        assert shown.disabled_because == "given-up"
        assert shown.disabled_at is not None
        assert timedelta(hours=72) <= shown.disabled_at - shown.created_at <= timedelta(hours=74)
        assert [notice.kind for notice in await stage.notices()] == ["subscription-disabled"]
        assert len(await stage.feed()) == 1
        tried = len(receiver.got)
        await stage.tell(report(id_="2"))
        await run(courier)
        assert len(receiver.got) == tried


async def test_a_receiver_that_says_it_is_gone_is_never_written_to_again(stage: Stage, couriers: Couriers) -> None:
    async with receiving(lambda _request: 410) as receiver:
        new = await stage.subscribe(receiver.url)
        await stage.tell(report(), report())
        courier = couriers()
        await run(courier)
        stage.later(days=1)
        await run(courier)
        assert len(receiver.got) == 1
        assert (await stage.subscription(new)).disabled_because == "receiver-gone"


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


async def test_what_an_owner_may_see_is_asked_anew_each_time(stage: Stage, couriers: Couriers) -> None:
    async with receiving() as receiver:
        await stage.subscribe(receiver.url)
        courier = couriers()
        await stage.execute("UPDATE access_key SET agencies = '{ha-nam.duy-tien}'")
        await stage.tell(report(id_="1"), report(DUY_TIEN, id_="2"))
        await run(courier)
        assert receiver.ids == ["2"]


@pytest.mark.parametrize("change", ["UPDATE access_key SET revoked_at = $1", "UPDATE access_key SET expires_at = $1"])
async def test_nothing_is_sent_for_an_owner_whose_key_opens_nothing_any_more(stage: Stage, couriers: Couriers, change: str) -> None:
    async with receiving() as receiver:
        await stage.subscribe(receiver.url)
        await stage.execute(change, stage.clock.now())
        await stage.tell(report(id_="1"))
        await run(couriers())
        assert receiver.ids == []


async def test_a_source_gets_its_own_receipts_and_no_other_s(stage: Stage, couriers: Couriers) -> None:
    async with receiving() as receiver:
        await stage.give_key("lgsp", "source", source="ha-nam-lgsp")
        await stage.subscribe(receiver.url, owner="lgsp")
        await stage.tell(heard("report-accepted", id_="own"), heard("report-accepted", id_="other", source="papi"))
        await stage.tell(heard("report-submitted", id_="another's", source="papi"))
        await run(couriers())
        assert receiver.ids == ["own"]


async def test_a_private_address_is_refused_when_something_is_sent(stage: Stage, couriers: Couriers) -> None:
    async with receiving() as receiver:
        new = await stage.subscribe(receiver.url)
        await stage.tell(report())
        await run(couriers(allow_private=False))
        assert receiver.connections == 0
        assert [attempt.outcome for attempt in await stage.attempts(new)] == ["address-refused"]


async def test_events_that_are_no_longer_kept_are_not_passed_over_in_silence(stage: Stage, couriers: Couriers) -> None:
    async with receiving() as receiver:
        new = await stage.subscribe(receiver.url)
        await stage.tell(report(), report())
        async with stage.transactions.begin(()) as transaction:
            await store.prune_feed(transaction, stage.clock.now() + timedelta(days=1), 1)
        await run(couriers())
        assert receiver.got == []
        assert (await stage.subscription(new)).disabled_because == "events-forgotten"


async def test_when_very_many_agencies_are_parked_the_cursor_waits_for_them(stage: Stage, couriers: Couriers) -> None:
    patience = replace(PATIENCE, lanes_parked_max=3, down_after_failures=100)
    async with receiving(lambda _request: 500) as receiver:
        new = await stage.subscribe(receiver.url)
        courier = couriers(patience=patience)
        await stage.tell(*(report(f"agency-{number}", id_=str(number)) for number in range(6)))
        await run(courier)
        assert receiver.ids == ["0", "1", "2"]
        assert (await stage.subscription(new)).position == 3
        receiver.answer = lambda _request: 204
        stage.later(seconds=10)
        await run(courier)
        assert sorted(set(receiver.ids)) == [str(number) for number in range(6)]


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
