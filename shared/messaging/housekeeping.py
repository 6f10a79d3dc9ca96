"""What nobody asks for and everybody needs: old marks go in bounded steps, backlogs are measured, what is away is named."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient

from shared.clock import Clock
from shared.messaging import dead_letters, inbox, metrics
from shared.messaging.backoff import pause
from shared.messaging.kafka import admin
from shared.messaging.settings import KafkaSettings, Limits
from shared.messaging.sql import QUERIES
from shared.messaging.transaction import ACQUIRE_SECONDS_MAX
from shared.messaging.worker import Worker
from shared.readiness import Readiness

PRUNE_ROWS_MAX = 2_000
PRUNE_SECONDS = 60.0
MEASURE_SECONDS = 5.0
MEASURED_ROWS_MAX = 100_000
PULSE_SECONDS = 2.0
ANSWER_SECONDS_MAX = 5.0


def housekeeping(pool: "asyncpg.Pool[asyncpg.Record]", clock: Clock, limits: Limits, consumers: Sequence[str]) -> list[Worker]:
    """Return the runtime's own workers."""

    async def prune() -> bool:
        """Forget marks and closed dead letters whose time is over; one bounded step."""
        now = clock.now()
        async with pool.acquire(timeout=ACQUIRE_SECONDS_MAX) as connection:
            marks = await inbox.prune(connection, now - timedelta(days=limits.inbox_days), PRUNE_ROWS_MAX)
            letters = await dead_letters.prune(connection, now - timedelta(days=limits.closed_dead_letter_days), PRUNE_ROWS_MAX)
        metrics.PRUNED.labels("inbox").inc(marks)
        metrics.PRUNED.labels("dead_letter").inc(letters)
        return max(marks, letters) >= PRUNE_ROWS_MAX

    async def measure() -> bool:
        """Show how much waits."""
        async with pool.acquire(timeout=ACQUIRE_SECONDS_MAX) as connection:
            outbox = await connection.fetchrow(QUERIES.measure_outbox, MEASURED_ROWS_MAX)
            letters = await dead_letters.count_open(connection)
        oldest = outbox["oldest"] if outbox else None
        metrics.OUTBOX_ROWS.set(outbox["rows"] if outbox else 0)
        metrics.OUTBOX_AGE_SECONDS.set((clock.now() - oldest).total_seconds() if oldest else 0)
        for consumer in consumers:
            metrics.DEAD_LETTERS_OPEN.labels(consumer).set(letters.get(consumer, 0))
        return False

    return [Worker("prune", prune, PRUNE_SECONDS), Worker("measure", measure, MEASURE_SECONDS)]


async def feel_database(pool: "asyncpg.Pool[asyncpg.Record]", readiness: Readiness, stopping: asyncio.Event) -> None:
    """Keep asking whether the database answers, and name it while it does not."""
    while not stopping.is_set():
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                await pool.fetchval(QUERIES.answer)
        except Exception as error:  # noqa: BLE001 - whatever it says, it does not answer
            readiness.down("database", f"does not answer: {error!r}")
        else:
            readiness.up("database")
        await pause(PULSE_SECONDS, unless=stopping)


async def feel_kafka(kafka: KafkaSettings, readiness: Readiness, stopping: asyncio.Event) -> None:
    """Keep asking whether a broker answers: consumers do not say, they only hear nothing."""
    client: AIOKafkaAdminClient | None = None
    while not stopping.is_set():
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                client = client or await _started(admin(kafka))
                await client.describe_cluster()
        except Exception as error:  # noqa: BLE001 - whatever it says, it does not answer
            readiness.down("kafka", f"does not answer: {error!r}")
            await _close(client)
            client = None
        else:
            readiness.up("kafka")
        await pause(PULSE_SECONDS, unless=stopping)
    await _close(client)


async def _started(client: AIOKafkaAdminClient) -> AIOKafkaAdminClient:
    try:
        await client.start()
    except BaseException:
        await client.close()
        raise
    return client


async def _close(client: AIOKafkaAdminClient | None) -> None:
    if client is not None:
        await client.close()
