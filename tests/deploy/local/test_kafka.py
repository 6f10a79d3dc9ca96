"""The embedded broker is a real one: it keeps what it acknowledged through a crash, and makes no topic by itself."""

import asyncio
import secrets

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import UnknownTopicOrPartitionError

from deploy.local.failure import SetupFailed
from deploy.local.kafka import EmbeddedKafka, embedded_kafka
from deploy.local.ports import free_ports
from deploy.local.processes import RunFolder

TIMEOUT_SECONDS = 20


async def send(bootstrap: str, topic: str, value: bytes) -> None:
    """Send a record and wait for the acknowledgement."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
    await producer.start()
    await asyncio.wait_for(producer.send_and_wait(topic, value), TIMEOUT_SECONDS)
    await producer.stop()


async def receive(bootstrap: str, topic: str) -> bytes | None:
    """Read the first record."""
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    record = await asyncio.wait_for(consumer.getone(), TIMEOUT_SECONDS)
    await consumer.stop()
    return None if record.value is None else bytes(record.value)


async def make_topic(bootstrap: str, name: str) -> None:
    """Make a topic whose records carry the instant at which the broker appended them."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(name, 1, 1, topic_configs={"message.timestamp.type": "LogAppendTime"})])
    await admin.close()


async def test_a_record_comes_back_with_the_instant_at_which_the_broker_appended_it(kafka_bootstrap: str) -> None:
    await make_topic(kafka_bootstrap, "appended")
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


async def test_a_killed_broker_comes_back_with_every_acknowledged_record() -> None:
    with RunFolder(f"test-{secrets.token_hex(4)}") as run:
        kafka = EmbeddedKafka(run, port=free_ports(1)[0])
        kafka.start()
        await make_topic(kafka.address.bootstrap, "kept")
        await send(kafka.address.bootstrap, "kept", b"value")
        kafka.kill()
        kafka.start()
        assert await receive(kafka.address.bootstrap, "kept") == b"value"


def test_a_broker_that_cannot_start_says_why() -> None:
    with RunFolder(f"test-{secrets.token_hex(4)}") as run:
        kafka = EmbeddedKafka(run, port=free_ports(1)[0])
        kafka.lay_out()
        settings = run.path / "kafka" / "server.properties"
        settings.write_text(settings.read_text().replace("node.id=1", "node.id=one"))
        with pytest.raises(SetupFailed, match=r"Kafka did not start on port \d+: .*Invalid value one"):
            kafka.start()


def test_two_brokers_of_one_run_folder_keep_apart() -> None:
    with RunFolder(f"test-{secrets.token_hex(4)}") as run, embedded_kafka(run) as one, embedded_kafka(run) as other:
        assert one.bootstrap != other.bootstrap
        assert {folder.name for folder in run.path.glob("kafka-*") if folder.is_dir()} == {"kafka-1", "kafka-2"}
