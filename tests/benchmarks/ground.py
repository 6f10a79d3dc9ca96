"""The ground of all trials: a real broker and a real database that waits for the disk; for each trial a fresh database and topic.

Promise: all competitors read the very same topic, filled once, each as a group of its own that never read before.
"""

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.local.database import create, drop
from deploy.local.kafka import EmbeddedKafka
from deploy.local.places import CHECKOUT
from deploy.local.ports import free_ports, started
from deploy.local.postgres import EmbeddedPostgres, PostgresAddress
from deploy.local.processes import Child, RunFolder
from shared.database import migrate
from tests.benchmarks.assignment import SCHEMA, Assignment
from tests.benchmarks.statements import TABLES
from tests.benchmarks.work import agency_of, report_written

PARTITIONS = 4
FILL_CHUNK = 10_000
READ_WAIT_MS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """What all competitors share: the servers' addresses, and their processes where their work is to be counted."""

    run: RunFolder
    bootstrap: str
    postgres: PostgresAddress
    kafka_process: int = 0
    postgres_process: int = 0


@contextmanager
def servers(name: str) -> Iterator[Servers]:
    """Start broker and database, and stop them at the end."""
    with ExitStack() as held:
        run = held.enter_context(RunFolder(name, keeps_logs=True))
        kafka = started(lambda attempt: EmbeddedKafka(run, port=free_ports(1)[0], name=f"kafka-{attempt}"))
        held.callback(kafka.stop)
        postgres = started(lambda attempt: EmbeddedPostgres(run, port=free_ports(1)[0], name=f"postgres-{attempt}", durable=True))
        held.callback(postgres.stop)
        (broker,), (database,) = kafka.children(), postgres.children()
        yield Servers(
            run=run,
            bootstrap=kafka.address.bootstrap,
            postgres=postgres.address,
            kafka_process=broker.process.pid,
            postgres_process=database.process.pid,
        )


@dataclass(kw_only=True)
class Place:
    """What one trial has of its own."""

    task: Assignment
    database: asyncpg.Connection


@dataclass(kw_only=True)
class Ground:
    """Servers with the clients that lay trials out and judge them."""

    servers: Servers
    admin: AIOKafkaAdminClient
    producer: AIOKafkaProducer
    reader: AIOKafkaConsumer
    filled: dict[int, str] = field(default_factory=dict)

    async def topic(self, name: str) -> str:
        """Make a topic whose records carry the broker's own instant of append."""
        config = {"message.timestamp.type": "LogAppendTime"}
        await self.admin.create_topics([NewTopic(name=name, num_partitions=PARTITIONS, replication_factor=1, topic_configs=config)])
        await self.producer.partitions_for(name)
        return name

    async def heard(self, records: int) -> str:
        """Give a topic with exactly the first so many reports."""
        if records not in self.filled:
            self.filled[records] = await self.topic(f"heard-{records}-{secrets.token_hex(4)}")
            for start in range(0, records, FILL_CHUNK):
                await self.send(self.filled[records], range(start, min(start + FILL_CHUNK, records)))
        return self.filled[records]

    async def send(self, topic: str, numbers: Sequence[int]) -> None:
        """Send reports, each under its agency's key, and wait until the broker has them."""
        sent = [await self.producer.send(topic, report_written(number), agency_of(number).encode()) for number in numbers]
        await asyncio.gather(*sent)

    @asynccontextmanager
    async def place(self, heard: str) -> AsyncIterator[Place]:
        """Lay out a fresh database, a topic to announce on, and a group that never read."""
        name = f"bench_{secrets.token_hex(4)}"
        address = self.servers.postgres
        await asyncio.to_thread(create, address, name)
        url = replace(address, database=name).admin_url
        await migrate(url, SCHEMA, ())
        database = await asyncpg.connect(url, server_settings={"search_path": SCHEMA}, command_timeout=600)
        await database.execute(TABLES)
        said = await self.topic(f"said-{name}")
        try:
            task = Assignment(bootstrap=self.servers.bootstrap, url=url, heard=heard, said=said, group=name)
            yield Place(task=task, database=database)
        finally:
            await database.close()
            await asyncio.to_thread(drop, address, name)

    async def said_count(self, topic: str) -> int:
        """Tell how many records stand on a topic."""
        ends: dict[TopicPartition, int] = await self.reader.end_offsets(partitions(topic))
        return sum(ends.values())

    async def said(self, topic: str) -> list[ConsumerRecord]:
        """Read a topic from its beginning to its end."""
        self.reader.assign(partitions(topic))
        await self.reader.seek_to_beginning()
        count, found = await self.said_count(topic), list[ConsumerRecord]()
        while len(found) < count:
            polled = await self.reader.getmany(timeout_ms=READ_WAIT_MS)
            found.extend(record for records in polled.values() for record in records)
        self.reader.unsubscribe()
        return found

    def start(self, module: str, task: Assignment, python: str | Path = sys.executable) -> Child:
        """Start a competitor as a process of its own."""
        environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(CHECKOUT), "PYTHONUNBUFFERED": "1"}
        command = [python, "-m", f"tests.benchmarks.competitors.{module}", task.written()]
        return self.servers.run.start(f"{module}-{task.group}", command, environment=environment, cwd=self.servers.run.path)


def partitions(topic: str) -> list[TopicPartition]:
    """Name the partitions of a topic of ours."""
    return [TopicPartition(topic, number) for number in range(PARTITIONS)]


@asynccontextmanager
async def ground(on: Servers) -> AsyncIterator[Ground]:
    """Open the clients, and close them at the end."""
    admin = AIOKafkaAdminClient(bootstrap_servers=on.bootstrap)
    producer = AIOKafkaProducer(bootstrap_servers=on.bootstrap, acks="all", linger_ms=5, max_batch_size=200_000)
    reader = AIOKafkaConsumer(bootstrap_servers=on.bootstrap, enable_auto_commit=False, auto_offset_reset="earliest")
    clients = (admin, producer, reader)
    for client in clients:
        await client.start()
    try:
        yield Ground(servers=on, admin=admin, producer=producer, reader=reader)
    finally:
        await producer.stop()
        await reader.stop()
        await admin.close()
