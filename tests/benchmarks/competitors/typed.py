"""(c) A FastStream handler as its documentation writes them: typed, one transaction and one publish a message, default acknowledgement.

Promise: a second delivery has no second effect (unique key). A crash between commit and publish loses the announcement, and under the
default policy an exception, or a crash after the automatic commit, loses the report.
"""

import asyncpg
from faststream import FastStream
from faststream.kafka import KafkaBroker

from shared.service import run
from tests.benchmarks.assignment import SCHEMA, Assignment, assigned
from tests.benchmarks.statements import QUERIES
from tests.benchmarks.work import Report, Totalled, headers_of


async def main(task: Assignment) -> None:
    """Subscribe and run."""
    broker = KafkaBroker(task.bootstrap, acks="all", enable_idempotence=True, logger=None)
    pool = await asyncpg.create_pool(task.url, server_settings={"search_path": SCHEMA})

    @broker.subscriber(task.heard, group_id=task.group, auto_offset_reset="earliest")
    async def handle(report: Report) -> None:
        facts = (report.source, report.id, report.agency, report.period, report.version, report.total, report.stored)
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(QUERIES.store_effect, *facts)
        said = Totalled(agency=report.agency, period=report.period, version=report.version, total=report.total)
        await broker.publish(said, topic=task.said, key=report.agency.encode(), headers=headers_of(report.id, report.agency))

    await FastStream(broker, logger=None).run()


if __name__ == "__main__":
    run(main(assigned()))
