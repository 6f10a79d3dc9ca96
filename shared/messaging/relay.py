"""The relay: rows of one key leave in their order, and go from the outbox only when all in-sync replicas have their records.

A crash between acknowledgement and delete repeats records and never reorders them: a relay reads every row of its shards that is
not deleted, in order, so its stream begins with whatever another may have sent already.
"""

import asyncio
import math
import random
import time

import asyncpg

from shared.logging import logger
from shared.messaging import metrics
from shared.messaging.backoff import Backoff, insist, pause
from shared.messaging.outbox import SHARDS
from shared.messaging.sender import Sender
from shared.messaging.settings import KafkaSettings, Limits
from shared.messaging.sql import QUERIES
from shared.messaging.transaction import ACQUIRE_SECONDS_MAX, Connection
from shared.readiness import Readiness

log = logger(__name__)

BALANCE_SECONDS = 2.0
PART = "relay"


class Relay:
    """Sends what this process's shards hold. All its SQL runs on the connection whose locks own the shards: no lock, no rows."""

    def __init__(
        self, *, pool: "asyncpg.Pool[asyncpg.Record]", kafka: KafkaSettings, limits: Limits, bell: asyncio.Event, readiness: Readiness
    ) -> None:
        self._pool = pool
        self._limits = limits
        self._bell = bell
        self._readiness = readiness
        self._sender = Sender(kafka, limits)
        self._shards: set[int] = set()
        self._balanced_at = 0.0
        self._backoff = Backoff(ceiling_seconds=limits.backoff_seconds_max)

    async def run(self, stopping: asyncio.Event) -> None:
        """Relay until told to stop; whatever fails is said, and tried again: a relay that ends strands every announcement."""

        async def relay() -> None:
            async with self._pool.acquire(timeout=ACQUIRE_SECONDS_MAX) as connection:
                await self._relay(connection, stopping)

        try:
            await insist(relay, self._backoff, stopping=stopping, failed=self._failed)
        finally:
            await self._sender.close()

    async def _relay(self, connection: Connection, stopping: asyncio.Event) -> None:
        """Hold shards on this connection and empty them, step by step; one last step when told to stop."""
        self._shards, self._balanced_at = set(), 0.0
        await connection.execute(QUERIES.use_indexes)
        await connection.fetchval(QUERIES.speak_or_leave, f"{self._limits.relay_silence_seconds_max}s")
        await connection.execute(QUERIES.join_relays)
        while not stopping.is_set():
            self._bell.clear()
            await self._balance(connection)
            if not await self._step(connection):
                await pause(self._limits.relay_poll_seconds, unless=self._bell)
        await self._step(connection)

    async def _step(self, connection: Connection) -> bool:
        """Read, send, wait for the acknowledgement, only then delete; tells whether there may be more."""
        bounds = (self._limits.relay_shard_rows_max, self._limits.relay_shard_bytes_max)
        away = self._sender.topics_away
        rows = await connection.fetch(QUERIES.read_outbox, sorted(self._shards), away, *bounds)
        if not rows:
            if not away:  # nothing waits, so what failed before is over, also where nothing new is announced for long
                self._working()
            return False
        sent = await self._sender.send(rows)
        shards = [row["shard"] for row in sent.acknowledged]
        await connection.execute(QUERIES.delete_sent, shards, [row["position"] for row in sent.acknowledged])
        metrics.RELAYED.inc(len(shards))
        self._judge(sent.failure)
        return bool(shards)

    async def _balance(self, connection: Connection) -> None:
        """Own a fair share of the shards: leave what is too much, take what nobody owns."""
        if time.monotonic() < self._balanced_at + BALANCE_SECONDS:
            return
        share = math.ceil(SHARDS / max(1, await connection.fetchval(QUERIES.count_relays)))
        while len(self._shards) > share:
            await connection.execute(QUERIES.leave_shard, self._shards.pop())
        others = list(set(range(SHARDS)) - self._shards)
        random.shuffle(others)
        while others and len(self._shards) < share:
            shard = others.pop()
            if await connection.fetchval(QUERIES.take_shard, shard):
                self._shards.add(shard)
        self._balanced_at = time.monotonic()
        metrics.RELAY_SHARDS.set(len(self._shards))

    def _judge(self, failure: Exception | None) -> None:
        """Raise what concerns all; topics that alone were refused are left out for a while, and the others go on at once."""
        if not self._sender.topics_away:
            if failure is not None:
                raise failure
            self._working()
        elif failure is not None:
            self._failed(failure)

    def _failed(self, error: Exception) -> None:
        metrics.RELAY_FAILURES.inc()
        log.warning("relay-waits", error=repr(error))
        self._readiness.down(PART, f"announcements wait: {error!r}")

    def _working(self) -> None:
        self._backoff.reset()
        self._readiness.up(PART)
