"""Partitions that stand before a record that can not be decoded: found, and, on an operator's word, led past exactly that record.

Nothing is lost: the record becomes a dead letter first, byte for byte, in the same transaction as the word that it may be passed; and the
word is good only where everything before the record is dealt with.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from shared.messaging import Consumer, Consumes, KafkaSettings, Limits, Record, dead_letters
from shared.messaging.dead_letters import DeadLettersFull
from shared.messaging.kafka import admin, onlooker
from shared.messaging.progress import partitions_of
from shared.messaging.reading import Condemned, Failure, read
from shared.messaging.skip import Skip, allow
from shared.operating.operated import Operated
from shared.operating.outcomes import CommandFailed
from shared.operating.raw import BATCH_UNDECODABLE, UNDECODABLE, Eye, Readable, Unreadable, opened

SECONDS_MAX = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """A consumer that stands before a record: where it stands, and what is in its way."""

    consumer: str
    stands_at: int
    behind: int
    found: Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A record that was kept as a dead letter and may be passed."""

    letter: int
    record: Record
    goes_on_at: int


class Cluster:
    """The broker as an operator asks it: how far groups have come, and what stands where."""

    def __init__(self, inquirer: AIOKafkaAdminClient, client: AIOKafkaConsumer, eye: Eye) -> None:
        self._inquirer = inquirer
        self._client = client
        self.eye = eye

    async def heard(self, consumes: Consumes[Any]) -> list[TopicPartition]:
        """Every partition that a consumer hears."""
        topics = [topic for topic in await self._inquirer.list_topics() if hears(consumes, topic)]
        return await partitions_of(self._inquirer, topics)

    async def places(self, group: str, partitions: list[TopicPartition]) -> dict[TopicPartition, tuple[int, int]]:
        """Where the group stands on each partition, and where the partition ends."""
        first, end = await self._client.beginning_offsets(partitions), await self._client.end_offsets(partitions)
        committed = await self._inquirer.list_consumer_group_offsets(group, partitions=partitions)
        stands = {each: committed[each].offset if each in committed else -1 for each in partitions}
        return {each: (max(stands[each], first[each]), end[each]) for each in partitions}


def hears(consumes: Consumes[Any], topic: str) -> bool:
    """Tell whether a consumer hears a topic."""
    return topic in consumes.topics if consumes.pattern is None else re.match(consumes.pattern, topic) is not None


@asynccontextmanager
async def asked(kafka: KafkaSettings) -> AsyncIterator[Cluster]:
    """Open what asks the broker, for a bounded time; what it refuses is told in a sentence."""
    try:
        async with asyncio.timeout(SECONDS_MAX), AsyncExitStack() as stack:
            inquirer, client = admin(kafka), onlooker(kafka)
            stack.push_async_callback(inquirer.close)
            stack.push_async_callback(client.stop)
            await inquirer.start()
            await client.start()
            yield Cluster(inquirer, client, await stack.enter_async_context(opened(kafka)))
    except KafkaError as error:
        raise CommandFailed(f"Kafka at {kafka.bootstrap} can not be asked: {error!r}") from error


async def find_stuck(operated: Operated, consumers: Iterable[Consumer[Any]]) -> list[Stuck]:
    """Look, for each partition that a consumer is behind on, whether its next record can be decoded."""
    async with asked(operated.kafka()) as cluster:
        return [each for consumer in consumers for each in await _before(cluster, consumer.consumes)]


async def _before(cluster: Cluster, consumes: Consumes[Any]) -> list[Stuck]:
    """What stands in the way of one consumer."""
    places = await cluster.places(consumes.name, await cluster.heard(consumes))
    behind = [(partition, at, end) for partition, (at, end) in sorted(places.items()) if at < end]
    seen = [(at, end, await cluster.eye.look(partition, at)) for partition, at, end in behind]
    return [
        Stuck(consumer=consumes.name, stands_at=at, behind=end - at, found=found)
        for at, end, found in seen
        if isinstance(found, Unreadable)
    ]


async def skip(operated: Operated, consumer: Consumer[Any], place: TopicPartition, offset: int, *, whole_batch: bool) -> Skipped:
    """Keep the record that the consumer stands before, and let it go on behind it; raises CommandFailed where it does not stand there."""
    if not hears(consumer.consumes, place.topic):
        raise CommandFailed(f"{consumer.consumes.name} does not hear {place.topic}")
    async with asked(operated.kafka()) as cluster:
        if place not in await cluster.heard(consumer.consumes):
            raise CommandFailed(f"{place.topic} has no partition {place.partition}")
        ((at, _),) = (await cluster.places(consumer.consumes.name, [place])).values()
        seen = await cluster.eye.look(place, at)
    found = _only_that(seen, at, offset)
    if found.whole_batch and not whole_batch:
        raise CommandFailed(
            f"the records {offset} to {found.goes_on_at - 1} stand in one batch that can not be taken apart: with --whole-batch all of "
            "them are skipped, and the batch is kept as it is"
        )
    return await _keep(operated, consumer, found, at)


def _only_that(seen: Readable | Unreadable | None, at: int, offset: int) -> Unreadable:
    """The record at the offset, if it is what the consumer stands before."""
    if seen is None:
        raise CommandFailed(f"the consumer stands at {at}, and nothing is there: no record stops it")
    next_offset = seen.offset if isinstance(seen, Readable) else seen.record.offset
    if next_offset != offset:
        raise CommandFailed(
            f"the consumer stands at {at}, and its next record is {next_offset}, not {offset}: only that one could be skipped"
        )
    if isinstance(seen, Readable):
        raise CommandFailed(f"the record {offset} can be decoded: it does not stop the consumer, and is not skipped")
    return seen


async def _keep(operated: Operated, consumer: Consumer[Any], found: Unreadable, at: int) -> Skipped:
    """Make the dead letter and allow the skip, together or not at all."""
    name, record = consumer.consumes.name, found.record
    code = BATCH_UNDECODABLE if found.whole_batch else UNDECODABLE
    condemned = Condemned(
        record=record, failure=Failure(code=code, reason=found.reason), identity=None if found.whole_batch else _identity(consumer, record)
    )
    word = Skip(consumer=name, topic=record.topic, partition=record.partition, from_offset=at, to_offset=found.goes_on_at)
    try:
        async with operated.transactions.begin(()) as transaction:
            await dead_letters.bury(transaction, name, [condemned], Limits().dead_letters_max)
            await allow(transaction, word)
            number = await dead_letters.number_at(transaction.connection, name, record)
    except DeadLettersFull as error:
        raise CommandFailed(str(error)) from error
    return Skipped(letter=number, record=record, goes_on_at=found.goes_on_at)


def _identity(consumer: Consumer[Any], record: Record) -> tuple[str, str] | None:
    """Who the event is, where that can be read: then a redelivery closes its letter."""
    names = tuple((name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace"), value) for name, value in record.headers)
    arrival = read(consumer.consumes, replace(record, headers=names), {})
    return arrival.identity
