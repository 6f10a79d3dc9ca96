"""A record that can not be decoded: found, kept byte for byte, and only then passed; its partition goes on without a restart."""

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition

from tests.shared.messaging.stage import Stage
from tests.shared.messaging.test_poll import send_undecodable
from tests.shared.messaging.words import words
from tests.shared.operating.stage import Desk


def skipping(stage: Stage, *, offset: int, partition: int = 1, topic: str | None = None) -> list[str]:
    """The command that skips a record."""
    place = ["--topic", topic or stage.topic, "--partition", str(partition), "--offset", str(offset)]
    return ["consumers", "skip", stage.name, *place]


async def committed(stage: Stage, partition: int = 1) -> int:
    """Where the group stands on a partition."""
    offsets = await stage.admin.list_consumer_group_offsets(stage.name)
    return int(offsets[TopicPartition(stage.topic, partition)].offset)


async def test_a_stuck_partition_is_named_and_goes_on_behind_exactly_that_record(desk: Desk) -> None:
    stage = desk.stage
    await stage.send(words(3), partition=1)
    await send_undecodable(stage, 1)
    await stage.send(words(3, start=3), partition=1)
    async with stage.running([desk.consumer]):
        await stage.until_committed(3)
        (stuck,) = await desk.lines("consumers", "stuck")
        assert (stuck["topic"], stuck["partition"], stuck["offset"], stuck["behind"]) == (stage.topic, 1, 3, 4)
        told = await desk.command("consumers", "stuck")
        assert f"consumers skip {stage.name} --topic {stage.topic} --partition 1 --offset 3" in told.stdout
        done = await desk.command(*skipping(stage, offset=3))
        assert (done.exit_code, done.stdout.endswith(f"{stage.name} goes on at 4\n")) == (0, True)
        await stage.until_effects(6)
        await stage.until_committed(7)
    assert sorted(number for _, number in await stage.effects()) == [0, 1, 2, 3, 4, 5]
    assert await stage.count("skip") == 0
    (letter,) = await stage.letters()
    assert (letter["record_offset"], letter["code"], letter["key"], letter["value"]) == (3, "undecodable", b"k", b"{}")
    assert (letter["header_names"], letter["header_values"]) == ([b"\xff\xfe\xfd\xfc"], [b"value"])
    (shown,) = await desk.lines("dead-letters", "show", str(letter["number"]))
    assert shown["headers"][0]["name"] == r"\xff\xfe\xfd\xfc"


async def test_a_record_that_was_skipped_is_applied_by_replay_where_only_its_header_was_odd(desk: Desk) -> None:
    stage = desk.stage
    (word,) = words(1, start=42)
    await send_undecodable(stage, 1, value=word.written())
    assert (await desk.command(*skipping(stage, offset=0))).exit_code == 0
    (letter,) = await stage.letters()
    assert (letter["source"], letter["id"]) == ("/stage", "w42")
    for _ in range(2):
        assert (await desk.command("dead-letters", "replay", str(letter["number"]))).exit_code == 0
    assert await stage.effects() == [(word.key, 42)]


async def test_what_is_skipped_while_nothing_runs_is_passed_at_the_next_start(desk: Desk) -> None:
    stage = desk.stage
    await send_undecodable(stage, 1)
    await stage.send(words(2), partition=1)
    for _ in range(2):
        assert (await desk.command(*skipping(stage, offset=0))).exit_code == 0
    async with stage.running([desk.consumer]):
        await stage.until_committed(3)
    assert (len(await stage.effects()), len(await stage.letters())) == (2, 1)


async def test_what_is_skipped_at_the_end_of_a_partition_counts_as_read(desk: Desk) -> None:
    stage = desk.stage
    await stage.send(words(2), partition=1)
    await send_undecodable(stage, 1)
    async with stage.running([desk.consumer]):
        await stage.until_committed(2)
        assert (await desk.command(*skipping(stage, offset=2))).exit_code == 0
        await stage.until_committed(3)
        assert await desk.lines("consumers", "stuck") == []


async def test_two_in_a_row_are_two_decisions_and_other_partitions_go_on(desk: Desk) -> None:
    stage = desk.stage
    await send_undecodable(stage, 1)
    await send_undecodable(stage, 1)
    await stage.send(words(1), partition=1)
    async with stage.running([desk.consumer]):
        assert (await desk.command(*skipping(stage, offset=0))).exit_code == 0
        await stage.until_committed(1)
        await stage.send(words(5, start=10), partition=0)
        await stage.until_effects(5)
        assert [each["offset"] for each in await desk.lines("consumers", "stuck")] == [1]
        assert (await desk.command(*skipping(stage, offset=1))).exit_code == 0
        await stage.until_effects(6)
    assert await committed(stage) == 3


async def test_the_markers_of_a_transaction_before_it_are_no_records(desk: Desk) -> None:
    stage = desk.stage
    async with AIOKafkaProducer(bootstrap_servers=stage.kafka.bootstrap, transactional_id=stage.name) as producer:
        for place, end in enumerate((producer.commit_transaction, producer.abort_transaction)):
            await producer.begin_transaction()
            (word,) = words(1, start=place)
            await producer.send_and_wait(stage.topic, word.written(), word.key.encode(), partition=1)
            await end()
    await send_undecodable(stage, 1)
    await stage.send(words(1, start=9), partition=1)
    async with stage.running([desk.consumer]):
        await stage.until_effects(1)
        await stage.until_committed(1)
        assert [each["offset"] for each in await desk.lines("consumers", "stuck")] == [4]
        assert (await desk.command(*skipping(stage, offset=4))).exit_code == 0
        await stage.until_effects(2)
    assert [number for _, number in await stage.effects()] == [0, 9]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"offset": 1}, "the consumer stands at 0, and its next record is 0, not 1: only that one could be skipped"),
        ({"offset": 0, "partition": 0}, "the consumer stands at 0, and nothing is there: no record stops it"),
        ({"offset": 0, "partition": 2}, "the record 0 can be decoded: it does not stop the consumer, and is not skipped"),
        ({"offset": 0, "partition": 9}, "has no partition 9"),
        ({"offset": 0, "topic": "another"}, "does not hear another"),
    ],
)
async def test_nothing_but_the_record_that_stops_a_partition_is_skipped(desk: Desk, changes: dict[str, int], sentence: str) -> None:
    stage = desk.stage
    await send_undecodable(stage, 1)
    await stage.send(words(1), partition=2)
    done = await desk.command(*skipping(stage, **changes))  # type: ignore[arg-type]  # each case names places of the right types
    assert done.exit_code == 1
    assert sentence in str(done.exception)
    assert (await stage.count("skip"), await stage.count("dead_letter")) == (0, 0)
