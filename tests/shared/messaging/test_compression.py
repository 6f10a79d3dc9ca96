"""Senders choose how they compress: a record in any of Kafka's codecs is read like a plain one."""

import re

from aiokafka import AIOKafkaProducer

from tests.shared.messaging.stage import Stage
from tests.shared.messaging.words import words

CODECS = ("gzip", "lz4", "snappy", "zstd")


async def test_records_in_every_codec_are_read_from_a_topic_of_senders(stage: Stage) -> None:
    topic = f"intake.{stage.name}"
    await stage.create(topic)
    for place, codec in enumerate(CODECS):
        async with AIOKafkaProducer(bootstrap_servers=stage.kafka.bootstrap, compression_type=codec, linger_ms=50) as producer:
            for word in words(5, start=place * 5):
                await producer.send(topic, word.written(), word.key.encode())
    async with stage.running([stage.consumer(pattern=f"^{re.escape(topic)}$")]):
        await stage.until_effects(20)
    assert sorted(number for _, number in await stage.effects()) == list(range(20))
    assert await stage.count("dead_letter") == 0
