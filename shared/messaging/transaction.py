"""The only way to write: locks first and in order, everything commits together or not at all, and who waits is woken after COMMIT."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

import asyncpg

from shared.clock import Clock
from shared.messaging.locks import Lock, in_order
from shared.messaging.outbox import RELAY, ROW_COLUMNS, TABLE, Announcement, check_sizes, rows_of
from shared.messaging.sql import QUERIES

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"
Database: TypeAlias = "Connection | asyncpg.Pool[asyncpg.Record]"
"""What answers a single statement."""

Wake = Callable[[frozenset[str]], None]

ACQUIRE_SECONDS_MAX = 10.0
REVISIONS_MAX = 100_000


class LockNotHeld(Exception):
    """An announcement is made without the lock that keeps its key in order: a fault in our code."""


class LockOutOfOrder(Exception):
    """A lock is wanted late that stands before one already held: two such transactions could wait for one another for ever."""


class Transaction:
    """One open transaction: what is written through it commits together."""

    __slots__ = ("_exclusive", "_held", "_names", "connection", "now")

    def __init__(self, connection: Connection, now: datetime, locks: Sequence[Lock]) -> None:
        self.connection = connection
        self.now = now
        self._held = tuple(locks)
        self._exclusive = {lock for lock in locks if not lock.shared}
        self._names: set[str] = set()

    async def lock(self, locks: Iterable[Lock]) -> None:
        """Take more locks, where only what was read under the first ones tells which; each must stand after all that are held."""
        ordered = in_order(locks)
        if ordered and self._held and ordered[0] <= self._held[-1]:
            raise LockOutOfOrder(f"{ordered[0].name} is wanted while {self._held[-1].name} is held")
        held = in_order((*self._held, *ordered))
        await _take(self.connection, ordered)
        self._held = held
        self._exclusive.update(lock for lock in ordered if not lock.shared)

    async def draw_revisions(self, count: int) -> list[int]:
        """Draw revisions (epoch × 10^12 + n), ascending, greater than all drawn before; call it under the subject's lock."""
        if count > REVISIONS_MAX:
            raise ValueError(f"{count} revisions at once; at most {REVISIONS_MAX} are allowed")
        rows = await self.connection.fetch(QUERIES.draw_revisions, count) if count else []
        return sorted(row["revision"] for row in rows)

    async def announce(self, announcements: Sequence[Announcement]) -> None:
        """Put records into the outbox in the order given.

        Raises LockNotHeld where this transaction does not hold an announcement's lock exclusively,
        and Rejected `record-too-large` where the broker would refuse the record.
        """
        for announcement in announcements:
            if announcement.lock not in self._exclusive:
                raise LockNotHeld(f"{announcement.type} is announced without holding {announcement.lock.name} exclusively")
        check_sizes(announcements)
        if announcements:
            # COPY draws the positions row by row, so their order is that of the announcements; it takes half the work of an INSERT.
            await self.connection.copy_records_to_table(TABLE, columns=ROW_COLUMNS, records=rows_of(announcements, self.now))
            self.wake(RELAY)

    def wake(self, name: str) -> None:
        """Wake the worker of this name, in whatever process it runs, once this transaction has committed."""
        self._names.add(name)

    @property
    def woken(self) -> frozenset[str]:
        """Who is to be woken after COMMIT."""
        return frozenset(self._names)


class Transactions:
    """Opens transactions. `wake` is told, after each COMMIT, the names of the workers that have something to do."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", clock: Clock, wake: Wake) -> None:
        self._pool = pool
        self._clock = clock
        self._wake = wake

    @asynccontextmanager
    async def begin(self, locks: Iterable[Lock]) -> AsyncIterator[Transaction]:
        """BEGIN, take the locks in order, hand over the transaction, COMMIT, wake. Raises TooManyLocks before it begins."""
        ordered = in_order(locks)
        async with self._pool.acquire(timeout=ACQUIRE_SECONDS_MAX) as connection, connection.transaction():
            await _take(connection, ordered)
            transaction = Transaction(connection, self._clock.now(), ordered)
            yield transaction
        if transaction.woken:
            self._wake(transaction.woken)


async def _take(connection: Connection, ordered: Sequence[Lock]) -> None:
    """Take the locks one by one in the order given; the statement returns when all are held."""
    if ordered:
        await connection.execute(QUERIES.take_locks, [lock.name for lock in ordered], [lock.shared for lock in ordered])
