"""The consumer among rebalances, odd records, late topics and stops."""

import asyncio
import time
from collections.abc import Sequence

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import GroupCoordinatorNotAvailableError

from shared.messaging import Unavailable, metrics
from shared.messaging.consumer import Consuming, offsets_after
from shared.messaging.records import RawRecord
from tests.shared.messaging.stage import Stage
from tests.shared.messaging.words import Word, in_order_per_key, record_for, words


def test_the_offsets_to_commit_are_those_behind_the_last_record_of_each_partition() -> None:
    records = [record_for(b"", offset=4, topic="a"), record_for(b"", offset=7, topic="b"), record_for(b"", offset=5, topic="a")]
    assert offsets_after(records) == {TopicPartition("a", 0): 6, TopicPartition("b", 0): 8}


async def test_null_and_undecodable_headers_cost_no_record_of_the_batch(stage: Stage) -> None:
    sent = words(9)
    await stage.send(sent[:3])
    await stage.send(sent[3:6], headers=[("traceparent", None), ("ce_id", b"\xff\xfe")])
    await stage.send(sent[6:])
    async with stage.running([stage.consumer()]):
        await stage.until_committed(9)
    assert sorted(number for _, number in await stage.effects()) == list(range(9))
    assert await stage.letters() == []


async def test_two_replicas_that_come_and_go_lose_nothing_and_double_nothing(stage: Stage) -> None:
    async def slowly(_new: Sequence[Word]) -> None:
        await asyncio.sleep(0.05)

    async def send_all() -> None:
        for start in range(0, 600, 20):
            await stage.send(words(20, start=start, keys=7))
            await asyncio.sleep(0.03)

    sending = asyncio.create_task(send_all())
    async with stage.running([stage.consumer(slowly)]):
        await stage.until_effects(60)
        async with stage.running([stage.consumer(slowly)]):
            await stage.until_effects(300)
        await sending
        await stage.until_effects(600)
        await stage.until_committed(600)
        await stage.until_relayed()
    assert sorted(number for _, number in await stage.effects()) == list(range(600))
    assert in_order_per_key(await stage.effects())
    assert in_order_per_key(await stage.announced())


async def test_a_batch_that_outlasts_the_bound_of_a_rebalance_is_given_up_and_doubles_nothing(stage: Stage) -> None:
    held, go_on = asyncio.Event(), asyncio.Event()

    async def hold(_new: Sequence[Word]) -> None:
        held.set()
        await go_on.wait()

    await stage.send(words(30))
    impatient = stage.limits(rebalance_wait_seconds_max=0.3)
    async with stage.running([stage.consumer(hold)], limits=impatient):
        await asyncio.wait_for(held.wait(), 15)
        async with stage.running([stage.consumer()], limits=impatient):
            await asyncio.sleep(3)
            go_on.set()
            await stage.until_effects(30)
            await stage.until_committed(30)
    assert sorted(number for _, number in await stage.effects()) == list(range(30))


async def test_a_stop_finishes_the_batch_in_hand_commits_and_leaves(stage: Stage) -> None:
    begun = asyncio.Event()

    async def slowly(_new: Sequence[Word]) -> None:
        begun.set()
        await asyncio.sleep(1)

    await stage.send(words(10))
    async with stage.running([stage.consumer(slowly)]):
        await asyncio.wait_for(begun.wait(), 15)
        stopped_at = time.monotonic()
    assert time.monotonic() - stopped_at < 10
    assert len(await stage.effects()) == await stage.committed() > 0


async def test_a_stop_does_not_wait_for_what_is_away(stage: Stage) -> None:
    async def for_ever(_new: Sequence[Word]) -> None:
        await asyncio.sleep(3600)

    await stage.send(words(3))
    async with stage.running([stage.consumer(for_ever)]):
        await asyncio.sleep(2)
        stopped_at = time.monotonic()
    assert time.monotonic() - stopped_at < 10
    assert await stage.committed() == 0


async def test_a_topic_that_does_not_exist_yet_is_met_soon_after_it_is_made(stage: Stage) -> None:
    pattern = rf"^{stage.name}\.late\..*"
    async with stage.running([stage.consumer(pattern=pattern)]):
        await asyncio.sleep(1)
        late = f"{stage.name}.late.one"
        await stage.create(late)
        await stage.send(words(5), topic=late)
        await stage.until_effects(5, seconds=10)
    assert await stage.committed(late) == 5


async def test_offsets_that_can_not_be_committed_are_named_and_committed_later_though_nothing_more_comes(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit, away = AIOKafkaConsumer.commit, asyncio.Event()
    away.set()

    async def may_fail(client: AIOKafkaConsumer, offsets: dict[TopicPartition, int]) -> None:
        if away.is_set():
            raise GroupCoordinatorNotAvailableError
        await commit(client, offsets)

    monkeypatch.setattr(AIOKafkaConsumer, "commit", may_fail)
    await stage.send(words(5), partition=0)
    async with stage.running([stage.consumer()]):
        await stage.until_missing(f"offsets {stage.name}", because="GroupCoordinatorNotAvailable")
        away.clear()
        await stage.until_committed(5, seconds=5)
        await stage.until_nothing_missing()
    assert len(await stage.effects()) == 5


async def test_a_batch_none_of_whose_partitions_is_ours_any_more_raises_nothing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[BaseException | None] = []
    take = Consuming.take

    async def watched(consuming: Consuming[Word], raw: Sequence[RawRecord], kafka: AIOKafkaConsumer) -> None:
        with monkeypatch.context() as lost:
            lost.setattr(kafka, "assignment", frozenset)
            try:
                await take(consuming, raw, kafka)
            except Exception as error:
                taken.append(error)
                raise
            taken.append(None)

    monkeypatch.setattr(Consuming, "take", watched)
    await stage.send(words(5), partition=0)
    async with stage.running([stage.consumer()]):
        await stage.until_effects(5)
    assert taken == [None]


async def test_an_outage_longer_than_the_group_waits_for_a_poll_costs_nothing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    made, away = AIOKafkaConsumer.__init__, asyncio.Event()
    away.set()

    async def fails(_new: Sequence[Word]) -> None:
        if away.is_set():
            raise Unavailable("what the handler needs is away")

    def impatient(client: AIOKafkaConsumer, *topics: str, **settings: object) -> None:
        made(client, *topics, **{**settings, "max_poll_interval_ms": 2_000})

    monkeypatch.setattr(AIOKafkaConsumer, "__init__", impatient)
    await stage.send(words(20))
    joined = metrics.REBALANCES.labels(stage.name)
    async with stage.running([stage.consumer(fails)]):

        async def has_left_and_come_back() -> bool:
            return float(joined._value.get()) >= 3

        await stage.until(has_left_and_come_back, seconds=40)
        assert await stage.committed() == 0
        away.clear()
        await stage.send(words(20, start=20))
        await stage.until_effects(40, seconds=10)
        await stage.until_committed(40)
        await stage.until_nothing_missing()
    assert in_order_per_key(await stage.effects())
