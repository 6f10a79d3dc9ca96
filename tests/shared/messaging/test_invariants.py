"""The six promises of the runtime, one test each. Every one of them was seen to fail when the code that keeps it was broken."""

import asyncio
from collections.abc import Sequence

import pytest
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from shared.messaging import Limits, Unavailable, metrics
from shared.messaging.dead_letters import DeadLettersFull
from shared.messaging.reading import Condemned, Failure, read
from shared.messaging.settle import settle
from tests.shared.messaging.stage import Stage
from tests.shared.messaging.words import Word, announcement_of, in_order_per_key, lock_of, record_for, words

TABLES = ("effect", "inbox", "outbox", "dead_letter")


async def test_1_effect_mark_announcement_and_dead_letter_commit_together_or_not_at_all(stage: Stage) -> None:
    good, bad = words(3), Word(id="late", key="k0", number=9, wish="poison")
    garbage = Condemned(record=record_for(b"garbage", offset=99), failure=Failure(code="data-invalid", reason="not a word"))

    async def attempt(items: Sequence[Word], *, open_max: int = 10) -> None:
        records = [record_for(item.written(), offset=n) for n, item in enumerate(items)]
        arrivals = [read(stage.consumer().consumes, record, {}) for record in records]
        await settle(stage.transactions(), stage.consumer(), [*arrivals, garbage], open_max=open_max)

    with pytest.raises(ValueError, match="makes the code raise"):
        await attempt([*good, bad])
    assert [await stage.count(table) for table in TABLES] == [0, 0, 0, 0]
    with pytest.raises(DeadLettersFull):  # raised last of all, when everything else is written
        await attempt(good, open_max=0)
    assert [await stage.count(table) for table in TABLES] == [0, 0, 0, 0]
    await attempt(good)
    assert [await stage.count(table) for table in TABLES] == [3, 3, 3, 1]


async def test_2_the_committed_offset_never_passes_a_record_that_is_not_dealt_with(stage: Stage) -> None:
    begun = asyncio.Event()

    async def never(_new: Sequence[Word]) -> None:
        begun.set()
        raise Unavailable("what the handler needs is away")

    await stage.send(words(20))
    async with stage.running([stage.consumer(never)]):
        await asyncio.wait_for(begun.wait(), 15)
        await asyncio.sleep(0.5)
        assert await stage.committed() == 0
    assert await stage.committed() == 0
    async with stage.running([stage.consumer()]):
        await stage.until_committed(20)
    assert len(await stage.effects()) == 20


async def test_3_an_event_is_applied_once_however_often_it_is_delivered(stage: Stage) -> None:
    sent = words(50)
    await stage.send([*sent, *sent])
    async with stage.running([stage.consumer()]):
        await stage.until_effects(50)
        await stage.send(sent)
        await stage.until_committed(150)
        await stage.until_relayed()
    assert sorted(number for _, number in await stage.effects()) == list(range(50))
    assert sorted(number for _, number in await stage.announced()) == list(range(50))


async def test_4_an_announcement_stays_until_the_broker_acknowledges_it(stage: Stage) -> None:
    await _set_largest_batch(stage, 100)  # the broker refuses every batch, so nothing is acknowledged
    async with stage.transactions().begin([lock_of(word) for word in words(5)]) as transaction:
        await transaction.announce([announcement_of(word, stage.out) for word in words(5)])
    async with stage.running([], limits=Limits(send_seconds_max=1, backoff_seconds_max=0.5)):
        await stage.until_missing("relay")
        assert await stage.count("outbox") == 5
        await _set_largest_batch(stage, 1_048_588)
        await stage.until_relayed()
    announced = await stage.announced()
    assert {number for _, number in announced} == set(range(5))
    assert in_order_per_key(announced)


async def _set_largest_batch(stage: Stage, size_bytes: int) -> None:
    config = ConfigResource(ConfigResourceType.TOPIC, stage.out, configs={"max.message.bytes": str(size_bytes)})
    await stage.admin.alter_configs([config])


async def test_5_first_occurrences_are_in_commit_order_for_each_key_with_two_relays_alive(stage: Stage) -> None:
    transactions = stage.transactions()

    async def write(key: str) -> None:
        """Several writers of one key race; the number is drawn under its lock, so that numbers tell the order of commits."""
        async with transactions.begin([lock_of(Word(id="", key=key, number=0))]) as transaction:
            (number,) = await transaction.draw_revisions(1)
            word = Word(id=f"{key}-{number}", key=key, number=number % 10**12)
            await transaction.announce([announcement_of(word, stage.out)])

    async with stage.running([]), stage.running([]):
        for _ in range(20):
            await asyncio.gather(*(write(f"k{n % 4}") for n in range(20)))
        await stage.until_relayed()
    announced = await stage.announced()
    assert len(announced) == len(set(announced)) == 400
    assert in_order_per_key(announced)


async def test_6_every_record_read_ends_as_exactly_one_of_applied_duplicate_dead_letter(stage: Stage) -> None:
    good = words(30)
    refused = [Word(id="r1", key="k1", number=101, wish="reject"), Word(id="r2", key="k2", number=102, wish="reject")]
    poison = [Word(id="p1", key="k3", number=103, wish="poison")]
    await stage.send([*good[:20], *refused, b"\xff not json", *poison, None, *good[:10], *good[20:]])
    async with stage.running([stage.consumer()]):
        await stage.until_committed(45)
    outcomes = {name: _counted(stage, name) for name in ("applied", "duplicate", "dead-letter")}
    assert outcomes == {"applied": 30, "duplicate": 10, "dead-letter": 5}
    assert (len(await stage.effects()), await stage.count("inbox")) == (30, 30)
    codes = sorted(letter["code"] for letter in await stage.letters())
    assert codes == ["data-invalid", "data-invalid", "internal", "word-refused", "word-refused"]


def _counted(stage: Stage, outcome: str) -> float:
    return float(metrics.RECORDS.labels(stage.name, outcome)._value.get())
