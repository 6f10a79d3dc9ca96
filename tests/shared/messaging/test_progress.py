"""How far a group has come is asked of Kafka itself, and a transaction's markers do not count as work left."""

from aiokafka import AIOKafkaProducer

from shared.messaging import ends_of, has_reached
from tests.shared.messaging.stage import Stage
from tests.shared.messaging.words import words


async def test_a_group_has_reached_the_ends_when_it_dealt_with_all_that_stood_there(stage: Stage) -> None:
    pattern = rf"^{stage.name}\.in$"
    assert await ends_of(stage.kafka, pattern) == {}
    await stage.send(words(30))
    ends = await ends_of(stage.kafka, pattern)
    assert sum(ends.values()) == 30
    assert not await has_reached(stage.kafka, stage.name, ends)
    async with stage.running([stage.consumer()]):
        await stage.until_committed(30)
    assert await has_reached(stage.kafka, stage.name, ends)
    await stage.send(words(1, start=30))
    assert await has_reached(stage.kafka, stage.name, ends)
    assert not await has_reached(stage.kafka, stage.name, await ends_of(stage.kafka, pattern))


async def test_markers_of_a_transaction_behind_the_last_record_are_no_work(stage: Stage) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=stage.kafka.bootstrap, transactional_id=stage.name)
    await producer.start()
    async with producer.transaction():
        await producer.send_and_wait(stage.topic, words(1)[0].written(), b"k", partition=0)
    await producer.stop()
    ends = await ends_of(stage.kafka, rf"^{stage.name}\.in$")
    assert ends == {(stage.topic, 0): 2}
    async with stage.running([stage.consumer()]):
        await stage.until_committed(1)
    assert await has_reached(stage.kafka, stage.name, ends)


async def test_topics_that_do_not_exist_have_nothing_to_reach(stage: Stage) -> None:
    ends = await ends_of(stage.kafka, r"^there-is-no-such-topic\..*")
    assert ends == {}
    assert await has_reached(stage.kafka, stage.name, ends)
