"""A subscription is in one sender's hands at a time; whoever lost it can no longer record anything about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.notifications.domain.deliveries import ParkedLane, Progress
from services.notifications.domain.feed import Sight, Wish
from services.notifications.store.statements import QUERIES
from shared.database import Pool
from shared.messaging import Transaction

READ_SECONDS_MAX = 10.0
BOUND_ROLE = "source"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenSubscription:
    """A subscription in our hands, with what its owner may see at this moment."""

    id: UUID
    url: str
    secret: str
    wish: Wish
    sight: Sight
    position: int
    failures: int


async def take_due_subscriptions(
    transaction: Transaction, *, lease: UUID, until: datetime, failing: bool, limit: int
) -> list[TakenSubscription]:
    """Take subscriptions that have something to send: those that failed last, or the others."""
    rows = await transaction.connection.fetch(QUERIES.take_due_subscriptions, transaction.now, failing, limit, lease, until)
    return [
        TakenSubscription(
            id=row["id"],
            url=row["url"],
            secret=row["secret"],
            wish=Wish(
                names=_some(row["names"]),
                movements=_some(row["asked_movements"]),
                agencies=_some(row["asked_agencies"]),
                sandbox=row["sandbox"],
            ),
            sight=Sight(
                source=row["source"],
                bound=BOUND_ROLE in row["roles"],
                movements=_some(row["movements"]),
                agencies=_some(row["agencies"]),
            ),
            position=row["position"],
            failures=row["failures"],
        )
        for row in rows
    ]


async def keep_leases(transaction: Transaction, ids: Sequence[UUID], *, lease: UUID, until: datetime) -> None:
    """Go on holding what is in hand."""
    if ids:
        await transaction.connection.execute(QUERIES.keep_leases, list(ids), lease, until)


async def parked_lanes(pool: Pool, id_: UUID) -> dict[str, ParkedLane]:
    """Return the parked lanes of a subscription by name."""
    async with pool.acquire(timeout=READ_SECONDS_MAX) as connection:
        rows = await connection.fetch(QUERIES.parked_lanes, id_, timeout=READ_SECONDS_MAX)
    return {row["lane"]: ParkedLane(**dict(row)) for row in rows}


async def keep_progress(transaction: Transaction, id_: UUID, progress: Progress, lease: UUID) -> str | None:
    """Record how far a subscription came and give it back; returns its owner, or None where it is no longer ours."""
    disabled_at = transaction.now if progress.disabled_because is not None else None
    kept = (progress.position, progress.failures, progress.rest_until, disabled_at, progress.disabled_because)
    owner: str | None = await transaction.connection.fetchval(QUERIES.keep_progress, id_, lease, *kept)
    if owner is None:
        return None
    await transaction.connection.execute(QUERIES.clear_lanes, id_)
    lanes = list(progress.lanes.values())
    columns: list[list[object]] = [
        [lane.lane for lane in lanes],
        [lane.position for lane in lanes],
        [lane.attempts for lane in lanes],
        [lane.failing_since for lane in lanes],
        [lane.next_attempt_at for lane in lanes],
    ]
    if lanes:
        await transaction.connection.execute(QUERIES.park_lanes, id_, *columns)
    return owner


def _some(values: list[str] | None) -> tuple[str, ...] | None:
    return None if values is None else tuple(values)
