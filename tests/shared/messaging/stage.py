"""A stage for the runtime's tests: a real broker and database, and a consumer that writes one row for each event."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import GroupCoordinatorNotAvailableError

from shared.clock import SystemClock
from shared.database import migrate, open_pool
from shared.messaging import (
    Consumer,
    Consumes,
    KafkaSettings,
    Limits,
    Record,
    Runtime,
    Transaction,
    Transactions,
    Wake,
    Wakeup,
    Worker,
)
from shared.messaging.progress import partitions_of
from shared.messaging.records import record_of
from shared.readiness import Readiness
from tests.shared.messaging.words import Headers, Word, announcement_of, grant, lock_of, read_word, store

SCHEMA = "stage"
TABLES = """
CREATE TABLE effect (place bigint GENERATED ALWAYS AS IDENTITY, key text NOT NULL, id text NOT NULL, number integer NOT NULL);
"""
QUICK = Limits(backoff_seconds_max=0.5, breaker_probe_seconds=30, relay_poll_seconds=0.2)


Wishes = Callable[[Sequence[Word]], Awaitable[None]]


@dataclass(kw_only=True)
class Stage:
    """Everything a test needs to run the runtime and to see what it did."""

    url: str
    kafka: KafkaSettings
    pool: "asyncpg.Pool[asyncpg.Record]"
    admin: AIOKafkaAdminClient
    producer: AIOKafkaProducer
    schema: str = SCHEMA
    readiness: Readiness = field(default_factory=Readiness)
    name: str = field(default_factory=lambda: f"stage-{secrets.token_hex(4)}")

    @property
    def topic(self) -> str:
        """Where words come in."""
        return f"{self.name}.in"

    @property
    def out(self) -> str:
        """Where words are announced."""
        return f"{self.name}.out"

    def consumer(self, wishes: Wishes | None = None, *, pattern: str | None = None) -> Consumer[Word]:
        """Make the consumer: one effect and one announcement for each word, and before that whatever the words wish."""

        async def handler(transaction: Transaction, new: Sequence[Word]) -> None:
            await store(transaction, new)
            await (wishes or grant)(new)
            await transaction.announce([announcement_of(word, self.out) for word in new])

        topics = () if pattern else (self.topic,)
        consumes = Consumes(
            name=self.name,
            topics=topics,
            pattern=pattern,
            read=read_word,
            identity=lambda w: ("/stage", w.id),
            locks=lambda w: [lock_of(w)],
        )
        return Consumer(consumes, handler)

    @asynccontextmanager
    async def running(
        self, consumers: Sequence[Consumer[Any]], *, workers: Sequence[Worker] = (), limits: Limits = QUICK
    ) -> AsyncIterator[Runtime]:
        """Run one replica until the block ends."""
        wakeup = Wakeup()
        own_pool = open_pool(self.url, schema=self.schema, size=6, application_name="stage-own")
        runtime = Runtime(
            pool=self.pool,
            own_pool=own_pool,
            transactions=Transactions(self.pool, SystemClock(), wakeup.wake),
            wakeup=wakeup,
            clock=SystemClock(),
            consumers=consumers,
            workers=workers,
            kafka=self.kafka,
            readiness=self.readiness,
            limits=limits,
        )
        await own_pool
        await runtime.start()
        try:
            yield runtime
        finally:
            await runtime.stop()
            await asyncio.wait_for(own_pool.close(), 5)

    @asynccontextmanager
    async def through(self, url: str) -> AsyncIterator["Stage"]:
        """The same stage as it looks from behind another address of its database."""
        pool = open_pool(url, schema=self.schema, size=6, application_name="stage-far")
        await pool
        try:
            yield replace(self, url=url, pool=pool)
        finally:
            pool.terminate()

    def limits(self, **bounds: float) -> Limits:
        """The quick limits of these tests, some of them set otherwise."""
        return replace(QUICK, **bounds)  # type: ignore[arg-type]  # each test names a bound of the right type

    async def make_tables(self, url: str) -> None:
        """Make the tables of the stage itself, as a service's own migrations would."""
        owner = open_pool(url, schema=self.schema, size=1, application_name="stage-owner")
        await owner
        await owner.execute(TABLES)
        await owner.close()

    def bootstrapped(self, address: str) -> "Stage":
        """The same stage with another address of its broker."""
        return replace(self, kafka=replace(self.kafka, bootstrap=address))

    def transactions(self, wake: Wake = lambda _names: None) -> Transactions:
        """Open transactions without a runtime."""
        return Transactions(self.pool, SystemClock(), wake)

    async def create(self, *topics: str, partitions: int = 3) -> None:
        """Create topics and wait until they can be written."""
        await self.admin.create_topics([NewTopic(name=topic, num_partitions=partitions, replication_factor=1) for topic in topics])
        for topic in topics:
            await self.producer.partitions_for(topic)

    async def send(
        self, items: Iterable[Word | bytes | None], *, topic: str | None = None, headers: Headers = (), partition: int | None = None
    ) -> None:
        """Send words under their keys, and raw bytes without one, in order."""
        sent = []
        for item in items:
            key, value = (item.key.encode(), item.written()) if isinstance(item, Word) else (b"raw", item)
            sent.append(await self.producer.send(topic or self.topic, value, key, partition=partition, headers=list(headers)))
        await asyncio.gather(*sent)

    async def effects(self) -> list[tuple[str, int]]:
        """What was applied, in the order of application: key and number."""
        rows = await self.pool.fetch("SELECT key, number FROM effect ORDER BY place")
        return [(row["key"], row["number"]) for row in rows]

    async def count(self, table: str) -> int:
        """Count the rows of one of the runtime's tables."""
        return int(await self.pool.fetchval(f"SELECT count(*) FROM {table}"))  # noqa: S608 - a test's own word

    async def letters(self) -> list[asyncpg.Record]:
        """All dead letters, oldest first."""
        return list(await self.pool.fetch("SELECT * FROM dead_letter ORDER BY number"))

    async def committed(self, topic: str | None = None) -> int:
        """The sum of the group's committed offsets on a topic."""
        try:
            offsets = await self.admin.list_consumer_group_offsets(self.name)
        except GroupCoordinatorNotAvailableError:  # the first group of a cluster waits for the topic of offsets
            return 0
        return sum(value.offset for place, value in offsets.items() if place.topic == (topic or self.topic))

    async def rewind(self) -> None:
        """Set the group's offsets back to the beginning, as a restore does; nobody may be in it."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self.kafka.bootstrap, group_id=self.name, enable_auto_commit=False)
        await consumer.start()
        partitions = await partitions_of(self.admin, [self.topic])
        consumer.assign(partitions)
        await consumer.commit(dict.fromkeys(partitions, 0))
        await consumer.stop()

    async def announced(self, topic: str | None = None) -> list[tuple[str, int]]:
        """All that stands on the topic of announcements, each partition in order: key and number."""
        return [(word.key, word.number) for word in [read_word(record) for record in await self.records(topic or self.out)]]

    async def records(self, topic: str) -> list[Record]:
        """Read a topic from its beginning to its end."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self.kafka.bootstrap, auto_offset_reset="earliest", isolation_level="read_committed")
        await consumer.start()
        try:
            return await _all_of(consumer, await partitions_of(self.admin, [topic]))
        finally:
            await consumer.stop()

    async def until(self, condition: Callable[[], Awaitable[bool]], *, seconds: float = 20) -> None:
        """Wait for a condition; fail where it does not come true in time."""
        end = time.monotonic() + seconds
        while not await condition():
            assert time.monotonic() < end, (
                f"waited {seconds} seconds in vain; effects: {len(await self.effects())}; {dict(self.readiness.missing)}"
            )
            await asyncio.sleep(0.05)

    async def until_missing(self, part: str, *, because: str = "") -> None:
        """Wait until readiness names the part, and the reason."""

        async def named() -> bool:
            return part in self.readiness.missing and because in self.readiness.missing[part]

        await self.until(named)

    async def until_nothing_missing(self) -> None:
        """Wait until everything works."""

        async def whole() -> bool:
            return not self.readiness.missing

        await self.until(whole)

    async def until_effects(self, count: int, *, seconds: float = 20) -> None:
        """Wait until so many effects are there."""

        async def there() -> bool:
            return await self.count("effect") >= count

        await self.until(there, seconds=seconds)

    async def until_committed(self, count: int, *, seconds: float = 20) -> None:
        """Wait until the group's offsets have passed so many records."""

        async def there() -> bool:
            return await self.committed() >= count

        await self.until(there, seconds=seconds)

    async def until_relayed(self, *, seconds: float = 20) -> None:
        """Wait until the outbox is empty."""

        async def there() -> bool:
            return await self.count("outbox") == 0

        await self.until(there, seconds=seconds)


async def _all_of(consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition]) -> list[Record]:
    consumer.assign(partitions)
    await consumer.seek_to_beginning()
    ends = await consumer.end_offsets(partitions)
    found: list[Record] = []
    while any([await consumer.position(each) < ends[each] for each in partitions]):
        polled = await consumer.getmany(timeout_ms=200)
        found.extend(record_of(raw) for raws in polled.values() for raw in raws)
    return found


@asynccontextmanager
async def built(bootstrap: str, url: str) -> AsyncIterator[Stage]:
    """Migrate a fresh database, make clients, and close them afterwards."""
    await migrate(url, SCHEMA, ())
    pool = open_pool(url, schema=SCHEMA, size=12, application_name="stage")
    await pool
    kafka = KafkaSettings(bootstrap=bootstrap, metadata_max_age_ms=500)
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True)
    await admin.start()
    await producer.start()
    try:
        stage = Stage(url=url, kafka=kafka, pool=pool, admin=admin, producer=producer)
        await stage.make_tables(url)
        yield stage
    finally:
        await producer.stop()
        await admin.close()
        await asyncio.wait_for(pool.close(), 10)
