"""The embedded broker is a real one."""

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import UnknownTopicOrPartitionError


async def test_a_record_comes_back_with_the_instant_at_which_the_broker_appended_it(kafka_bootstrap: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic("appended", 1, 1, topic_configs={"message.timestamp.type": "LogAppendTime"})])
    await admin.close()
    producer = AIOKafkaProducer(bootstrap_servers=kafka_bootstrap, enable_idempotence=True)
    await producer.start()
    await producer.send_and_wait("appended", b"value", timestamp_ms=1)
    await producer.stop()
    consumer = AIOKafkaConsumer("appended", bootstrap_servers=kafka_bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    record = await consumer.getone()
    await consumer.stop()
    assert (record.value, record.timestamp_type) == (b"value", 1)
    assert record.timestamp > 1


async def test_a_topic_that_nobody_made_does_not_come_into_being(kafka_bootstrap: str) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka_bootstrap, request_timeout_ms=1000)
    await producer.start()
    with pytest.raises(UnknownTopicOrPartitionError):
        await producer.send_and_wait("never-made", b"value")
    await producer.stop()
