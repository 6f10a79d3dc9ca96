"""All that a topic holds, read once from its beginning to where it ends now, by a client that belongs to no group and commits nothing."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.messaging.kafka import admin, onlooker
from shared.messaging.progress import partitions_of
from shared.messaging.records import Record, record_of
from shared.messaging.settings import KafkaSettings

SECONDS_MAX = 15.0
POLL_MS = 500
RECORDS_MAX = 2_000


async def records_of(kafka: KafkaSettings, topic: str) -> AsyncIterator[Record]:
    """Read a topic, each partition in its order; nothing where there is no such topic. Raises TimeoutError and KafkaError."""
    async with _onlooking(kafka) as client:
        ends = await _begin(kafka, client, topic)
        while await _is_behind(client, ends):
            for record in await _some(client):
                yield record


@asynccontextmanager
async def _onlooking(kafka: KafkaSettings) -> AsyncIterator[AIOKafkaConsumer]:
    """A client that is stopped afterwards."""
    client = onlooker(kafka)
    try:
        yield client
    finally:
        await asyncio.wait_for(client.stop(), SECONDS_MAX)


async def _begin(kafka: KafkaSettings, client: AIOKafkaConsumer, topic: str) -> Mapping[TopicPartition, int]:
    """Stand before the first record of each partition; returns where they end."""
    inquirer = admin(kafka)
    async with asyncio.timeout(SECONDS_MAX):
        try:
            await inquirer.start()
            await client.start()
            partitions = await partitions_of(inquirer, [topic]) if topic in await inquirer.list_topics() else []
            client.assign(partitions)
            if not partitions:
                return {}
            await client.seek_to_beginning(*partitions)
            return dict(await client.end_offsets(partitions))
        finally:
            await inquirer.close()


async def _some(client: AIOKafkaConsumer) -> list[Record]:
    """The next records, if there are any."""
    async with asyncio.timeout(SECONDS_MAX):
        found = await client.getmany(timeout_ms=POLL_MS, max_records=RECORDS_MAX)
    return [record_of(raw) for records in found.values() for raw in records]


async def _is_behind(client: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]) -> bool:
    """Tell whether there is still something before the ends."""
    async with asyncio.timeout(SECONDS_MAX):
        return any([await client.position(partition) < end for partition, end in ends.items()])
