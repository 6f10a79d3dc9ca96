"""The breaker: when our own code fails again and again, the consumer stops instead of emptying its topics into dead letters."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import asyncpg

from shared.clock import Clock
from shared.logging import logger
from shared.messaging import metrics
from shared.messaging.backoff import pause
from shared.messaging.errors import is_transient
from shared.messaging.hand import Hand
from shared.messaging.sql import QUERIES
from shared.messaging.transaction import Database
from shared.readiness import Readiness

log = logger(__name__)

INTERNAL_MAX = 5
WINDOW = timedelta(minutes=1)
LOOK_SECONDS = 1.0


class State(StrEnum):
    """`probing` lets the next set through: its success closes the breaker, one more internal failure opens it again."""

    CLOSED = "closed"
    PROBING = "probing"
    OPEN = "open"


class Breaker:
    """Counts the internal failures of one consumer. That it is open is kept in the database too, where an operator takes it away."""

    def __init__(
        self, consumer: str, *, pool: "asyncpg.Pool[asyncpg.Record]", clock: Clock, readiness: Readiness, probe_seconds: float
    ) -> None:
        self.state = State.CLOSED
        self._consumer = consumer
        self._pool = pool
        self._clock = clock
        self._readiness = readiness
        self._probe_seconds = probe_seconds
        self._failures: deque[datetime] = deque(maxlen=INTERNAL_MAX)
        metrics.BREAKER_OPEN.labels(consumer).set(0)

    def admits(self) -> bool:
        """Count one internal failure; False means that it must not become a dead letter, for the breaker is open now."""
        now = self._clock.now()
        self._failures.append(now)
        recent = sum(1 for instant in self._failures if instant > now - WINDOW)
        if self.state is State.PROBING or recent >= INTERNAL_MAX:
            self.state = State.OPEN
        return self.state is State.CLOSED

    async def recall(self) -> None:
        """Begin where the last process stopped: a breaker that was open lets one set through, for the code may be another now."""
        if await is_noted(self._pool, self._consumer):
            self.state = State.PROBING

    async def stand_still(self, hand: Hand, reason: str) -> None:
        """Wait until an operator resumes the consumer, the probe is due, or the batch is given up."""
        hand.in_trouble = True
        self._readiness.down(f"breaker {self._consumer}", f"stopped after {INTERNAL_MAX} failures of our own: {reason}")
        metrics.BREAKER_OPEN.labels(self._consumer).set(1)
        log.error("breaker-opened", consumer=self._consumer, reason=reason)
        await note_open(self._pool, self._consumer, self._clock.now(), reason)
        waited = 0.0
        while waited < self._probe_seconds and not hand.given_up.is_set():
            await pause(LOOK_SECONDS, unless=hand.given_up)
            waited += LOOK_SECONDS
            if await self._resumed():
                self._close()
                return
        self.state = State.PROBING

    async def succeeded(self) -> None:
        """Close again after a probe that went well."""
        if self.state is State.PROBING:
            await resume(self._pool, self._consumer)
            self._close()

    async def _resumed(self) -> bool:
        """Tell whether an operator took the note away; a database that does not answer says nothing."""
        try:
            return not await is_noted(self._pool, self._consumer)
        except Exception as error:
            if is_transient(error):
                return False
            raise

    def _close(self) -> None:
        self.state = State.CLOSED
        self._failures.clear()
        self._readiness.up(f"breaker {self._consumer}")
        metrics.BREAKER_OPEN.labels(self._consumer).set(0)
        log.info("breaker-closed", consumer=self._consumer)


async def note_open(database: Database, consumer: str, now: datetime, reason: str) -> None:
    """Keep the fact that a consumer stopped itself."""
    await database.execute(QUERIES.open_breaker, consumer, now, reason)


async def is_noted(database: Database, consumer: str) -> bool:
    """Tell whether the consumer stopped itself and nobody resumed it."""
    return await database.fetchrow(QUERIES.find_breaker, consumer) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Since when and why a consumer has stopped itself."""

    opened_at: datetime
    reason: str


async def find_open(database: Database) -> dict[str, Opening]:
    """Name the consumers that have stopped themselves."""
    rows = await database.fetch(QUERIES.list_breakers)
    return {row["consumer"]: Opening(opened_at=row["opened_at"], reason=row["reason"]) for row in rows}


async def resume(database: Database, consumer: str) -> bool:
    """Let a consumer run again; False where it was not stopped."""
    return str(await database.execute(QUERIES.close_breaker, consumer)) != "DELETE 0"
