"""Topics that come into being while the system runs: those of a source. What exists already stays as it is."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from aiokafka.admin import NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from shared.messaging.errors import Rejected
from shared.messaging.kafka import admin
from shared.messaging.settings import KafkaSettings

SECONDS_MAX = 30.0
REPLICATION_MAX = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedTopic:
    """A topic that must be there, with its settings in Kafka's words."""

    name: str
    partitions: int
    config: Mapping[str, str]


async def make_topics(kafka: KafkaSettings, wanted: Sequence[WantedTopic], *, replication: int | None = None) -> list[str]:
    """Make the topics that are missing and return their names; raises Rejected where the cluster refuses, TimeoutError, KafkaError.

    Each is kept three times, or once a broker if there are fewer.
    """
    async with asyncio.timeout(SECONDS_MAX), AsyncExitStack() as stack:
        client = admin(kafka)
        stack.push_async_callback(client.close)
        await client.start()
        copies = replication or min(REPLICATION_MAX, len((await client.describe_cluster())["brokers"]))
        topics = [NewTopic(topic.name, topic.partitions, copies, topic_configs=dict(topic.config)) for topic in wanted]
        answer = await client.create_topics(topics, timeout_ms=int(SECONDS_MAX * 1000))
    return [name for name, code, reason in answer.topic_errors if _was_made(name, code, reason)]


def _was_made(name: str, code: int, reason: str | None) -> bool:
    """Read the cluster's answer for one topic: made now, or there before; anything else is raised."""
    if code == 0:
        return True
    if for_code(code) is TopicAlreadyExistsError:
        return False
    raise Rejected("topic-refused", f"Kafka refused to make the topic {name}: {reason or for_code(code).__name__}")
