"""(b) The same work through `shared.messaging`, as a service of this project does it.

Promise: all six of the runtime's invariants: nothing lost, nothing doubled, in order for each key, also beside other replicas, HTTP and
workers that write the same keys; what fails is waited for or becomes a dead letter.
"""

import asyncio
from collections.abc import Sequence

from shared.clock import SystemClock
from shared.database import open_pool
from shared.logging import configure_logging
from shared.messaging import (
    CONNECTIONS_HELD,
    Announcement,
    Consumer,
    Consumes,
    KafkaSettings,
    Lock,
    LockKind,
    Record,
    Rejected,
    Runtime,
    Transaction,
    Transactions,
    Wakeup,
)
from shared.readiness import Readiness
from shared.service import run
from shared.settings import LogLevel
from tests.benchmarks.assignment import SCHEMA, Assignment, assigned
from tests.benchmarks.competitors.bare import EFFECT_COLUMNS, row_of
from tests.benchmarks.work import SOURCE, TIME, TYPE, Report, totalled


def read(record: Record) -> Report:
    """Read and check one report."""
    try:
        return Report.model_validate_json(record.value or b"")
    except ValueError as error:
        raise Rejected("data-invalid", str(error)) from error


def announcement(report: Report, said: str) -> Announcement:
    """Say what a report comes to."""
    attributes = (("ce_source", SOURCE.encode()), ("ce_subject", report.agency.encode()), ("ce_time", TIME.encode()))
    return Announcement(
        topic=said, key=report.agency, lock=lock_of(report), type=TYPE, id=report.id, headers=attributes, value=totalled(report)
    )


def lock_of(report: Report) -> Lock:
    """The lock that orders what is said of an agency."""
    return Lock(LockKind.AGENCY, report.agency)


def consumer(task: Assignment) -> Consumer[Report]:
    """Declare what is heard, and what is done about it."""

    async def handle(transaction: Transaction, reports: Sequence[Report]) -> None:
        rows = [row_of(report) for report in reports]
        await transaction.connection.copy_records_to_table("effect", columns=EFFECT_COLUMNS, records=rows)
        await transaction.announce([announcement(report, task.said) for report in reports])

    consumes = Consumes(
        name=task.group,
        topics=(task.heard,),
        read=read,
        identity=lambda report: (report.source, report.id),
        locks=lambda report: [lock_of(report)],
    )
    return Consumer(consumes, handle)


async def main(task: Assignment) -> None:
    """Run the runtime as `shared.serving` does, without HTTP."""
    pool = open_pool(task.url, schema=SCHEMA, application_name="bench")
    own_pool = open_pool(task.url, schema=SCHEMA, size=CONNECTIONS_HELD, application_name="bench-own")
    await pool
    await own_pool
    clock, wakeup = SystemClock(), Wakeup()
    runtime = Runtime(
        pool=pool,
        own_pool=own_pool,
        transactions=Transactions(pool, clock, wakeup.wake),
        wakeup=wakeup,
        clock=clock,
        consumers=[consumer(task)],
        workers=[],
        kafka=KafkaSettings(bootstrap=task.bootstrap),
        readiness=Readiness(),
    )
    configure_logging("bench", LogLevel.INFO)
    await runtime.start()
    await asyncio.wait_for(runtime.died.wait(), None)


if __name__ == "__main__":
    run(main(assigned()))
