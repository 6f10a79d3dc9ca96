"""Places where a record would be lost or overtaken in silence, and no other test of the runtime would see it."""

import asyncio
from collections.abc import Sequence

import pytest
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from shared.messaging import Limits, Unavailable
from shared.messaging.isolate import Isolation
from shared.messaging.reading import read
from shared.messaging.settle import settle
from tests.shared.messaging.stage import Stage
from tests.shared.messaging.words import Word, announcement_of, in_order_per_key, lock_of, record_for, words


async def test_a_rebalance_commits_nothing_of_a_batch_that_is_in_hand(stage: Stage) -> None:
    held = asyncio.Event()

    async def never(_new: Sequence[Word]) -> None:
        held.set()
        raise Unavailable("what this replica needs is away")

    await stage.send(words(30))
    async with stage.running([stage.consumer(never)]):
        await asyncio.wait_for(held.wait(), 15)
        async with stage.running([stage.consumer()]):
            await stage.until_effects(1)  # the group was shared out anew, with the first one's batches in its hand
    async with stage.running([stage.consumer()]):
        await stage.until_effects(30)
        await stage.until_committed(30)
    assert sorted(number for _, number in await stage.effects()) == list(range(30))


async def test_a_failure_inside_the_runtime_itself_loses_nothing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    deal_with, failures = Isolation.deal_with, iter(range(2))

    async def fails_twice(*given: object) -> bool:
        if next(failures, None) is not None:
            raise LookupError("a fault of the runtime itself")
        return await deal_with(*given)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(Isolation, "deal_with", fails_twice)
    await stage.send(words(10), partition=0)
    async with stage.running([stage.consumer()]):
        await stage.until_effects(10)
        await stage.until_committed(10)


async def test_a_batch_that_is_refused_is_overtaken_by_none_behind_it(stage: Stage) -> None:
    large, small = Word(id="a", key="k", number=1, wish="x" * 900_000), Word(id="b", key="k", number=2, wish="x" * 300_000)
    await _set_largest_batch(stage, 500_000)  # the first is refused, and the second, in a batch of its own, would not be
    async with stage.transactions().begin([lock_of(large)]) as transaction:
        await transaction.announce([announcement_of(large, stage.out), announcement_of(small, stage.out)])
    async with stage.running([], limits=Limits(send_seconds_max=2, backoff_seconds_max=0.5)):
        await stage.until_missing("relay")
        assert await stage.announced() == []
        await _set_largest_batch(stage, 1_048_588)
        await stage.until_relayed()
    assert in_order_per_key(announced := await stage.announced())
    assert announced[0] == ("k", 1)


async def _set_largest_batch(stage: Stage, size_bytes: int) -> None:
    config = ConfigResource(ConfigResourceType.TOPIC, stage.out, configs={"max.message.bytes": str(size_bytes)})
    await stage.admin.alter_configs([config])


async def test_a_repeat_inside_one_batch_is_counted_as_a_duplicate(stage: Stage) -> None:
    consumer = stage.consumer()
    records = [record_for(item.written(), offset=n) for n, item in enumerate([*words(3), *words(3)])]
    tally = await settle(stage.transactions(), consumer, [read(consumer.consumes, record, {}) for record in records], open_max=10)
    assert (tally.applied, tally.duplicates, tally.buried) == (3, 3, 0)
