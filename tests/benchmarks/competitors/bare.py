"""(a) The bare loop, written by hand for this one purpose: nothing stands between it and the two client libraries.

Promise: each report has its effect exactly once, and is announced at least once, in order for each key, by one process at a time. It has no
locks, no dead letters, no breaker, no back-off, no rebalance and no bounds: what it meets and does not expect ends it.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Sequence

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.partitioner import murmur2

from shared.service import run
from tests.benchmarks.assignment import SCHEMA, Assignment, assigned
from tests.benchmarks.statements import QUERIES
from tests.benchmarks.work import Report, headers_of, totalled

EFFECT_COLUMNS = ("source", "id", "agency", "period", "version", "total", "report")
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
            await apply(database, [Report.model_validate_json(raw.value) for raws in polled.values() for raw in raws], task.said)
            bell.set()
            await kafka.commit({partition: raws[-1].offset + 1 for partition, raws in polled.items()})


async def apply(database: asyncpg.Connection, reports: Sequence[Report], said: str) -> None:
    """Mark, store and put out what is new, in one transaction."""
    async with database.transaction():
        rows = await database.fetch(QUERIES.mark_new, [each.source for each in reports], [each.id for each in reports])
        new = [reports[row["place"]] for row in rows]
        await database.copy_records_to_table("effect", columns=EFFECT_COLUMNS, records=[row_of(each) for each in new])
        places = ([said] * len(new), [each.agency for each in new])
        await database.execute(
            QUERIES.put_out, *places, [totalled(each) for each in new], [json.dumps(headers_of(each.id, each.agency)) for each in new]
        )


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
            await send(kafka, rows, partitions)
            await database.execute(QUERIES.delete_out, [row["position"] for row in rows])
        else:
            await bell.wait()


async def send(kafka: AIOKafkaProducer, rows: Sequence[asyncpg.Record], partitions: int) -> None:
    """Send the rows of each partition as one batch; RELAY_ROWS of them fit."""
    by_partition: dict[TopicPartition, list[asyncpg.Record]] = defaultdict(list)
    for row in rows:
        by_partition[TopicPartition(row["topic"], (murmur2(row["key"].encode()) & 0x7FFFFFFF) % partitions)].append(row)
    sent = []
    for place, some in by_partition.items():
        batch = kafka.create_batch()
        for row in some:
            written = [(name, text.encode()) for name, text in json.loads(row["headers"]).items()]
            batch.append(timestamp=None, key=row["key"].encode(), value=row["value"], headers=written)
        sent.append(await kafka.send_batch(batch, place.topic, partition=place.partition))
    await asyncio.gather(*sent)


async def main(task: Assignment) -> None:
    """Consume and relay side by side, each on a connection of its own."""
    settings = {"search_path": SCHEMA}
    reading = await asyncpg.connect(task.url, server_settings=settings)
    relaying = await asyncpg.connect(task.url, server_settings=settings)
    bell = asyncio.Event()
    await asyncio.gather(consume(task, reading, bell), relay(task, relaying, bell))


if __name__ == "__main__":
    run(main(assigned()))
