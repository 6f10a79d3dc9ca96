"""The log of attempts to deliver: what happened, when, how long it took."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.notifications.domain.deliveries import Attempt
from services.notifications.store.statements import QUERIES
from shared.database import Pool
from shared.messaging import Transaction

READ_SECONDS_MAX = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedAttempt:
    """One attempt as it is listed."""

    number: int
    event_id: str
    event_name: str
    at: datetime
    outcome: str
    status: int | None
    took_ms: int
    detail: str


async def log_attempts(transaction: Transaction, id_: UUID, attempts: Sequence[Attempt]) -> None:
    """Add attempts to a subscription's log."""
    columns: list[list[object]] = [
        [each.position for each in attempts],
        [each.event_id for each in attempts],
        [each.event_name for each in attempts],
        [each.at for each in attempts],
        [each.outcome for each in attempts],
        [each.status for each in attempts],
        [each.took_ms for each in attempts],
        [each.detail for each in attempts],
    ]
    if attempts:
        await transaction.connection.execute(QUERIES.log_attempts, id_, *columns)


async def list_attempts(pool: Pool, id_: UUID, *, before: int | None, limit: int) -> list[LoggedAttempt]:
    """List attempts, the newest first."""
    async with pool.acquire(timeout=READ_SECONDS_MAX) as connection:
        rows = await connection.fetch(QUERIES.list_attempts, id_, before, limit, timeout=READ_SECONDS_MAX)
    return [LoggedAttempt(**dict(row)) for row in rows]


async def prune_attempts(transaction: Transaction, before: datetime, rows_max: int) -> int:
    """Forget the oldest attempts, a bounded number at a time; returns how many."""
    return int((await transaction.connection.execute(QUERIES.prune_attempts, before, rows_max)).split()[-1])
