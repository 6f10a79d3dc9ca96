"""One subscription: it gets every event that it asked for, signed, in order for each agency, and failures park no more than they must."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest

from services.notifications import store
from services.notifications.domain.feed import Wish
from tests.services.notifications.receiver import receiving
from tests.services.notifications.stage import DUY_TIEN, PHU_LY, SECRET, Stage, heard, report
from tests.services.notifications.workers.conftest import PATIENCE, Couriers, failing, run


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
