"""(a) The bare loop, written by hand for this one purpose: nothing stands between it and the two client libraries.

Promise: each report has its effect exactly once, and is announced at least once, in order for each key, by one process at a time. It has no
locks, no dead letters, no breaker, no back-off, no rebalance and no bounds: what it meets and does not expect ends it.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from functools import cache

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.partitioner import murmur2

from shared.service import run
from tests.benchmarks.assignment import SCHEMA, Assignment, assigned
from tests.benchmarks.statements import QUERIES
from tests.benchmarks.work import Report, headers_of, totalled

EFFECT_COLUMNS = ("source", "id", "agency", "period", "version", "total", "report")
OUT_COLUMNS = ("id", "agency", "value")
BATCH_RECORDS = 500
RELAY_ROWS = 2_000


async def consume(task: Assignment, database: asyncpg.Connection, bell: asyncio.Event) -> None:
    """Poll, apply in one transaction, commit the offsets, for ever."""
    kafka = AIOKafkaConsumer(
        task.heard, bootstrap_servers=task.bootstrap, group_id=task.group, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    await kafka.start()
    while True:
        polled = await kafka.getmany(timeout_ms=10, max_records=BATCH_RECORDS)
        if polled:
            await apply(database, [Report.model_validate_json(raw.value) for raws in polled.values() for raw in raws])
            bell.set()
            await kafka.commit({partition: raws[-1].offset + 1 for partition, raws in polled.items()})


async def apply(database: asyncpg.Connection, reports: Sequence[Report]) -> None:
    """Mark, store and put out what is new, in one transaction."""
    async with database.transaction():
        rows = await database.fetch(QUERIES.mark_new, [each.source for each in reports], [each.id for each in reports])
        new = [reports[row["place"]] for row in rows]
        await database.copy_records_to_table("effect", columns=EFFECT_COLUMNS, records=[row_of(each) for each in new])
        out = [(each.id, each.agency, totalled(each)) for each in new]
        await database.copy_records_to_table("bare_outbox", columns=OUT_COLUMNS, records=out)


def row_of(report: Report) -> tuple[object, ...]:
    """Lay a report out as the row that is copied into the table of effects."""
    return (report.source, report.id, report.agency, report.period, report.version, report.total, report.stored)


async def relay(task: Assignment, database: asyncpg.Connection, bell: asyncio.Event) -> None:
    """Send what was put out, and delete it when it is acknowledged, for ever."""
    kafka = AIOKafkaProducer(bootstrap_servers=task.bootstrap, acks="all", enable_idempotence=True, max_batch_size=1_000_000)
    await kafka.start()
    partitions = len(await kafka.partitions_for(task.said))
    while True:
        bell.clear()
        rows = await database.fetch(QUERIES.read_out, RELAY_ROWS)
        if rows:
            await send(kafka, task.said, rows, partitions)
            await database.execute(QUERIES.delete_out, [row["position"] for row in rows])
        else:
            await bell.wait()


async def send(kafka: AIOKafkaProducer, topic: str, rows: Sequence[asyncpg.Record], partitions: int) -> None:
    """Send the rows of each partition as one batch; RELAY_ROWS of them fit."""
    by_partition: dict[int, list[asyncpg.Record]] = defaultdict(list)
    for row in rows:
        by_partition[partition_of(row["agency"], partitions)].append(row)
    sent = []
    for partition, some in by_partition.items():
        batch = kafka.create_batch()
        for row in some:
            headers = [(name, text.encode()) for name, text in headers_of(row["id"], row["agency"]).items()]
            batch.append(timestamp=None, key=row["agency"].encode(), value=row["value"], headers=headers)
        sent.append(await kafka.send_batch(batch, topic, partition=partition))
    await asyncio.gather(*sent)


@cache
def partition_of(agency: str, partitions: int) -> int:
    """Choose the partition of a key as Kafka's default partitioner does."""
    return int((murmur2(agency.encode()) & 0x7FFFFFFF) % partitions)


async def main(task: Assignment) -> None:
    """Consume and relay side by side, each on a connection of its own."""
    settings = {"search_path": SCHEMA}
    reading = await asyncpg.connect(task.url, server_settings=settings)
    relaying = await asyncpg.connect(task.url, server_settings=settings)
    bell = asyncio.Event()
    await asyncio.gather(consume(task, reading, bell), relay(task, relaying, bell))


if __name__ == "__main__":
    run(main(assigned()))
