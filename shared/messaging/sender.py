"""Sends rows of the outbox to Kafka, each partition's in order, and tells which of them all in-sync replicas acknowledged."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import asyncpg
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, ProducerClosed
from aiokafka.partitioner import murmur2

from shared.logging import logger
from shared.messaging.backoff import Backoff
from shared.messaging.kafka import producer
from shared.messaging.outbox import HEADER_COLUMNS, headers_sent
from shared.messaging.settings import KafkaSettings, Limits

Row: TypeAlias = asyncpg.Record
Destination: TypeAlias = tuple[str, int]

KEYS_REMEMBERED = 100_000
CLOSE_SECONDS_MAX = 2.0
METADATA_SECONDS_MAX = 0.5  # the lookup goes on behind our back, so the next attempt finds what this one did not wait for
TOPIC_AWAY_SECONDS_MIN = 0.2
TOPIC_AWAY_SECONDS_MAX = 5.0

log = logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of the rows given: those acknowledged, and why others are not."""

    acknowledged: Sequence[Row]
    failure: Exception | None


class Sender:
    """One idempotent producer for as long as it does not fail: after a failure its sequence numbers may be broken, so a new one is made."""

    def __init__(self, kafka: KafkaSettings, limits: Limits) -> None:
        self._kafka = kafka
        self._limits = limits
        self._producer: AIOKafkaProducer | None = None
        self._away_until: dict[str, float] = {}
        self._waits: dict[str, Backoff] = {}

    @property
    def topics_away(self) -> list[str]:
        """Topics that a moment ago did not answer or refused a record; rows for them need not be read now."""
        now = time.monotonic()
        self._away_until = {topic: until for topic, until in self._away_until.items() if until > now}
        return list(self._away_until)

    async def send(self, rows: Sequence[Row]) -> Sent:
        """Send rows, those of one partition in the order given and never two batches of a partition at a time."""
        acknowledged: list[Row] = []
        try:
            kafka = await self._started()
            destinations = await self._destinations(kafka, rows)
        except (KafkaError, TimeoutError, OSError) as error:
            await self.close()
            return Sent(acknowledged=[], failure=error)
        sends = (self._send_or_put_off(kafka, place, waiting, acknowledged) for place, waiting in destinations.items())
        failure = next((failure for failure in await asyncio.gather(*sends) if failure is not None), None)
        if failure is not None:
            await self.close()
        return Sent(acknowledged=acknowledged, failure=failure)

    async def close(self) -> None:
        """Let the producer go at once. Its own stop() waits for deliveries, for ever where the broker is away."""
        kafka, self._producer = self._producer, None
        if kafka is None:
            return
        with suppress(KafkaError, TimeoutError, OSError):
            # There is no public way to abandon what is pending, and a producer that is dropped may not send on behind our back.
            await asyncio.wait_for(kafka._sender.close(), CLOSE_SECONDS_MAX)  # noqa: SLF001
        kafka._message_accumulator.fail_all(ProducerClosed())  # noqa: SLF001
        with suppress(KafkaError, TimeoutError, OSError):
            await asyncio.wait_for(kafka.stop(), CLOSE_SECONDS_MAX)

    async def _started(self) -> AIOKafkaProducer:
        if self._producer is None:
            self._producer = producer(self._kafka)
            await asyncio.wait_for(self._producer.start(), self._limits.send_seconds_max)
        return self._producer

    async def _destinations(self, kafka: AIOKafkaProducer, rows: Sequence[Row]) -> dict[Destination, list[Row]]:
        """Sort rows by partition, in order; rows whose topic does not answer are left where they are."""
        counts: dict[str, int] = {}
        for topic in {row["aggregatetype"] for row in rows}:
            try:
                counts[topic] = len(await asyncio.wait_for(kafka.partitions_for(topic), METADATA_SECONDS_MAX))
            except (KafkaError, TimeoutError) as error:
                self._put_off(topic, error)
        destinations: dict[Destination, list[Row]] = defaultdict(list)
        for row in rows:
            topic = row["aggregatetype"]
            if topic in counts:
                destinations[topic, partition_of(row["aggregateid"], counts[topic])].append(row)
        return destinations

    async def _send_or_put_off(
        self, kafka: AIOKafkaProducer, place: Destination, rows: list[Row], acknowledged: list[Row]
    ) -> Exception | None:
        """Send, and tell why it failed: rows of that topic would otherwise stand at the head of the outbox and hold up all others."""
        try:
            await self._send_in_order(kafka, place, rows, acknowledged)
        except Exception as error:  # noqa: BLE001 - the relay says it, and sends again
            self._put_off(place[0], error)
            return error
        self._waits.pop(place[0], None)
        return None

    def _put_off(self, topic: str, error: Exception) -> None:
        """Leave a topic alone for a while that grows."""
        wait = self._waits.setdefault(topic, Backoff(TOPIC_AWAY_SECONDS_MIN, TOPIC_AWAY_SECONDS_MAX)).delay()
        self._away_until[topic] = time.monotonic() + wait
        log.warning("topic-waits", topic=topic, seconds=round(wait, 1), error=repr(error))

    async def _send_in_order(self, kafka: AIOKafkaProducer, place: Destination, rows: list[Row], acknowledged: list[Row]) -> None:
        topic, partition = place
        for batch, taken in batches(kafka, rows):
            delivery = await asyncio.wait_for(kafka.send_batch(batch, topic, partition=partition), self._limits.send_seconds_max)
            await asyncio.wait_for(delivery, self._limits.send_seconds_max)
            acknowledged.extend(taken)


def batches(kafka: AIOKafkaProducer, rows: Sequence[Row]) -> Iterator[tuple[Any, Sequence[Row]]]:
    """Fill batches with rows, in order, each as full as the broker takes it."""
    start = 0
    while start < len(rows):
        batch = kafka.create_batch()
        end = start
        while end < len(rows) and _append(batch, rows[end]):
            end += 1
        yield batch, rows[start:end]
        start = end


def _append(batch: Any, row: Row) -> bool:
    texts = {name: row[name] for name in HEADER_COLUMNS}
    headers = headers_sent(row["id"], row["type"], texts)
    return batch.append(timestamp=None, key=row["aggregateid"].encode(), value=row["payload"], headers=headers) is not None


@lru_cache(maxsize=KEYS_REMEMBERED)
def partition_of(key: str, count: int) -> int:
    """Choose the partition of a key as Kafka's default partitioner does, so that other producers would choose the same."""
    return int((murmur2(key.encode()) & 0x7FFFFFFF) % count)
