"""The feed: appended unnumbered, numbered by one, read by position, forgotten from its beginning."""

from collections.abc import Sequence
from datetime import datetime

from services.notifications.domain.feed import Bounds, Entry, Sight, Told, Wish
from services.notifications.store.statements import QUERIES
from services.notifications.store.wakes import FEED_MOVED, NUMBERING, WEBHOOKS
from shared.database import Pool
from shared.messaging import Transaction

READ_SECONDS_MAX = 10.0


async def append_to_feed(transaction: Transaction, told: Sequence[Told]) -> None:
    """Append events in order; one that is there already changes nothing."""
    if not told:
        return
    columns: list[list[object]] = [
        [each.source for each in told],
        [each.id for each in told],
        [each.name for each in told],
        [each.lane for each in told],
        [each.movement for each in told],
        [each.agency for each in told],
        [each.owner for each in told],
        [each.private for each in told],
        [each.test for each in told],
        [each.body for each in told],
    ]
    await transaction.connection.execute(QUERIES.append_to_feed, transaction.now, *columns)
    transaction.wake(NUMBERING)


async def number_feed(transaction: Transaction, rows_max: int) -> int:
    """Number the oldest committed rows, unless somebody else is at it; returns how many."""
    if not await transaction.connection.fetchval(QUERIES.be_the_one_that_numbers):
        return 0
    numbered = int(await transaction.connection.fetchval(QUERIES.number_feed, rows_max))
    if numbered:
        transaction.wake(FEED_MOVED)
        transaction.wake(WEBHOOKS)
    return numbered


async def feed_bounds(pool: Pool) -> Bounds:
    """Tell where the feed begins and ends now."""
    async with pool.acquire(timeout=READ_SECONDS_MAX) as connection:
        row = await connection.fetchrow(QUERIES.feed_bounds, timeout=READ_SECONDS_MAX)
    return Bounds(epoch=row["epoch"], last_position=row["last_position"], pruned_through=row["pruned_through"])


async def read_feed(pool: Pool, *, after: int, through: int, sight: Sight, wish: Wish, limit: int, lane: str | None = None) -> list[Entry]:
    """Read what a reader may see and wishes to see of a stretch of the feed, in order."""
    wished = (wish.sandbox, wish.names, wish.movements, wish.agencies)
    seen = (sight.movements, sight.agencies, sight.source, sight.bound)
    async with pool.acquire(timeout=READ_SECONDS_MAX) as connection:
        rows = await connection.fetch(QUERIES.read_feed, after, through, *wished, *seen, lane, limit, timeout=READ_SECONDS_MAX)
    return [
        Entry(position=row["position"], source=row["source"], id=row["id"], name=row["name"], lane=row["lane"], body=row["body"])
        for row in rows
    ]


async def prune_feed(transaction: Transaction, before: datetime, rows_max: int) -> int:
    """Forget the oldest events, a bounded number at a time; returns how many."""
    return int(await transaction.connection.fetchval(QUERIES.prune_feed, before, rows_max))
