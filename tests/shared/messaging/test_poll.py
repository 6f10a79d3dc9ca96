"""Records that the client library itself can not decode stop their partition and cost no other record."""

import struct

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import ConsumerStoppedError, CorruptRecordException, TopicAuthorizationFailedError
from aiokafka.record.util import calc_crc32c

from shared.messaging import metrics
from shared.messaging.poll import is_undecodable
from tests.shared.messaging.stage import Stage
from tests.shared.messaging.words import words

CRC_PLACE, CRC_FROM = 17, 21


async def send_undecodable(stage: Stage, partition: int, *, value: bytes = b"{}") -> None:
    """Send a record whose header has a name that is not UTF-8, as other clients can."""
    producer = AIOKafkaProducer(bootstrap_servers=stage.kafka.bootstrap)
    await producer.start()
    batch = producer.create_batch()
    batch.append(timestamp=None, key=b"k", value=value, headers=[("NAME", b"value")])
    written = bytearray(batch._build()).replace(b"NAME", b"\xff\xfe\xfd\xfc")
    written[CRC_PLACE:CRC_FROM] = struct.pack(">I", calc_crc32c(bytes(written[CRC_FROM:])))
    batch._buffer = written
    await (await producer.send_batch(batch, stage.topic, partition=partition))
    await producer.stop()


async def test_a_record_that_can_not_be_decoded_stops_its_partition_and_costs_no_other_record(stage: Stage) -> None:
    for partition in range(3):
        await stage.send(words(10, start=partition * 100), partition=partition)
    await send_undecodable(stage, 1)
    for partition in range(3):
        await stage.send(words(10, start=partition * 100 + 10), partition=partition)
    async with stage.running([stage.consumer()]):
        await stage.until_effects(50, seconds=10)
        await stage.send(words(10, start=20), partition=0)
        await stage.until_effects(60)
        await stage.until_committed(60)
        assert metrics.PARTITIONS_STUCK.labels(stage.name)._value.get() == 1
    numbers = sorted(number for _, number in await stage.effects())
    assert numbers == [*range(30), *range(100, 110), *range(200, 220)]
    offsets = await stage.admin.list_consumer_group_offsets(stage.name)
    assert offsets[TopicPartition(stage.topic, 1)].offset == 10


def test_what_the_cluster_says_is_no_error_of_decoding() -> None:
    assert not is_undecodable(TopicAuthorizationFailedError("t"))
    assert not is_undecodable(ConsumerStoppedError())
    assert is_undecodable(UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid"))
    assert is_undecodable(CorruptRecordException())
