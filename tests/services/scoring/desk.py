"""The database side of scoring: the runtime's own transaction around each handler, the workers called by hand, the outbox read."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import asyncpg

from deploy.local.database import Database
from services.scoring.app import DIRECTORIES
from services.scoring.contract import REGISTRY_CONSUMED, REPORTS_CONSUMED
from services.scoring.domain.heard import ClusterKey
from services.scoring.handlers import hear_registry, hear_reports
from services.scoring.store.unchanging import Unchanging
from services.scoring.workers.awards import AwardsWorker
from services.scoring.workers.scores import ScoresWorker
from shared.clock import FixedClock
from shared.database import Pool, migrate, open_pool
from shared.events import Event, Fact, read_event
from shared.messaging import Consumer, Record, Transactions
from shared.messaging.reading import read
from shared.messaging.settle import Tally, settle
from tests.services.scoring.trial import MOVEMENT, PERIOD

DEAD_LETTERS_MAX = 1_000
NORTH_KEY = ClusterKey(movement=MOVEMENT, period=PERIOD, cluster="north")


@dataclass(kw_only=True)
class Desk:
    """Where a test sits."""

    pool: Pool
    clock: FixedClock
    transactions: Transactions
    unchanging: Unchanging = field(default_factory=Unchanging)
    woken: list[frozenset[str]] = field(default_factory=list)

    @property
    def scores(self) -> ScoresWorker:
        """A scores worker, as each replica has one."""
        return ScoresWorker(self.transactions, self.pool, self.unchanging, self.clock)

    @property
    def awards(self) -> AwardsWorker:
        """An awards worker, as each replica has one."""
        return AwardsWorker(self.transactions, self.pool, self.unchanging, self.clock)

    async def hear(self, *records: Record) -> Tally:
        """Let the service hear records, those of one topic in one batch."""
        tallies = [
            await self._settle(Consumer(REGISTRY_CONSUMED, hear_registry), [one for one in records if one.topic == "registry"]),
            await self._settle(Consumer(REPORTS_CONSUMED, hear_reports), [one for one in records if one.topic == "reports"]),
        ]
        return Tally(
            applied=sum(one.applied for one in tallies),
            duplicates=sum(one.duplicates for one in tallies),
            buried=sum(one.buried for one in tallies),
        )

    async def _settle(self, consumer: Consumer, records: Sequence[Record]) -> Tally:  # type: ignore[type-arg]  # either of the two
        arrivals = [read(consumer.consumes, record, {}) for record in records]
        return await settle(self.transactions, consumer, arrivals, DEAD_LETTERS_MAX)

    async def work(self) -> None:
        """Let both workers do all that is due."""
        scores, awards = self.scores, self.awards
        while await scores.work() or await awards.work():
            pass

    async def heard(self, *records: Record) -> list[Event[Fact]]:
        """Let the service hear, then work; returns what it said since."""
        before = await self.said_count()
        await self.hear(*records)
        await self.work()
        return (await self.said())[before:]

    async def said(self) -> list[Event[Fact]]:
        """All that was announced, in the order of the outbox's positions."""
        rows = await self.pool.fetch("TABLE outbox")
        return [read_event(announced(row)) for row in sorted(rows, key=lambda row: int(row["position"]))]

    async def said_count(self) -> int:
        """How much was announced."""
        return len(await self.said())

    async def rows(self, statement: str, *values: object) -> list[asyncpg.Record]:
        """Ask the database itself."""
        found: list[asyncpg.Record] = await self.pool.fetch(statement, *values)
        return found


def announced(row: asyncpg.Record) -> Record:
    """A row of the outbox as the record that the relay sends."""
    texts = {name: row[name] for name in ("ce_source", "ce_subject", "ce_time", "ce_test", "traceparent")}
    headers = {"ce_specversion": "1.0", "ce_id": row["id"], "ce_type": row["type"], **texts}
    return Record(
        topic=row["aggregatetype"],
        partition=0,
        offset=row["position"],
        appended_at=datetime(2023, 7, 1, tzinfo=UTC),
        key=row["aggregateid"].encode(),
        value=row["payload"],
        headers=tuple((name, text.encode()) for name, text in headers.items() if text is not None),
    )


def names(events: Sequence[Event[Fact]]) -> list[str]:
    """The short names of events."""
    return [event.name for event in events]


def of_type(events: Sequence[Event[Fact]], name: str) -> list[dict[str, object]]:
    """The facts of all events of a short name, as their readers see them."""
    return [event.data.model_dump(mode="json") for event in events if event.name == name]


@asynccontextmanager
async def built(database: Database) -> AsyncIterator[Desk]:
    """Migrate as the owner, then work as the service's own role."""
    await migrate(database.owner_url, "scoring", DIRECTORIES)
    pool = await open_pool(database.url("scoring"), schema="scoring", size=6)
    clock, woken = FixedClock(), list[frozenset[str]]()
    try:
        yield Desk(pool=pool, clock=clock, transactions=Transactions(pool, clock, woken.append), woken=woken)
    finally:
        await pool.close()
