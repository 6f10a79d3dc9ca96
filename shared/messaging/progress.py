"""How far a consumer group has come: whether all that stood on its topics at an instant is dealt with.

Every question opens its own clients and closes them: it is asked a few times a period, and must not depend on old metadata.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import TypeAlias

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError

from shared.messaging.kafka import admin, onlooker
from shared.messaging.settings import KafkaSettings

Ends: TypeAlias = Mapping[tuple[str, int], int]

SECONDS_MAX = 15.0
MARKER_SECONDS_MAX = 1.0


async def ends_of(kafka: KafkaSettings, pattern: str) -> Ends:
    """Tell, for every partition of the topics that match now, the offset behind its last record; raises TimeoutError, KafkaError."""
    async with asyncio.timeout(SECONDS_MAX), AsyncExitStack() as stack:
        inquirer, client = admin(kafka), onlooker(kafka)
        stack.push_async_callback(inquirer.close)
        stack.push_async_callback(client.stop)
        await inquirer.start()
        await client.start()
        topics = [topic for topic in await inquirer.list_topics() if re.match(pattern, topic)]
        partitions = await partitions_of(inquirer, topics)
        first, last = await client.beginning_offsets(partitions), await client.end_offsets(partitions)
        return {(each.topic, each.partition): last[each] for each in partitions if last[each] > first[each]}


async def partitions_of(inquirer: AIOKafkaAdminClient, topics: Sequence[str]) -> list[TopicPartition]:
    """List the partitions of topics, as the cluster knows them now."""
    described = await inquirer.describe_topics(list(topics)) if topics else []
    return [TopicPartition(each["topic"], partition["partition"]) for each in described for partition in each["partitions"]]


async def has_reached(kafka: KafkaSettings, group: str, ends: Ends) -> bool:
    """Tell whether the group's committed offsets have reached these ends on every partition; raises TimeoutError, KafkaError."""
    if not ends:
        return True
    wanted = [TopicPartition(topic, partition) for topic, partition in ends]
    async with asyncio.timeout(SECONDS_MAX), AsyncExitStack() as stack:
        client = admin(kafka)
        stack.push_async_callback(client.close)
        await client.start()
        try:
            committed = await client.list_consumer_group_offsets(group, partitions=wanted)
        except GroupCoordinatorNotAvailableError:  # a broker that no group has used yet: nothing is known to be reached
            return False
        offsets = {each: max(0, committed[each].offset) if each in committed else 0 for each in wanted}
        behind = {each: offsets[each] for each in wanted if offsets[each] < ends[each.topic, each.partition]}
        return not behind or await _only_markers(kafka, behind, ends)


async def _only_markers(kafka: KafkaSettings, behind: Mapping[TopicPartition, int], ends: Ends) -> bool:
    """Tell whether nothing but a transaction's markers stands between the offsets and the ends: no record ever commits past those."""
    async with AsyncExitStack() as stack:
        client = onlooker(kafka)
        stack.push_async_callback(client.stop)
        await client.start()
        for partition, offset in behind.items():
            if not await _is_empty(client, partition, offset, ends[partition.topic, partition.partition]):
                return False
    return True


async def _is_empty(client: AIOKafkaConsumer, partition: TopicPartition, offset: int, end: int) -> bool:
    client.assign([partition])
    client.seek(partition, offset)
    found = await client.getmany(timeout_ms=int(MARKER_SECONDS_MAX * 1000), max_records=1)
    records = found.get(partition, [])
    position = records[0].offset if records else await client.position(partition)
    return bool(position >= end)
