"""Notices: appended once for each event and agency, taken one at a time, settled with what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.notifications.domain.notices import Notice, NoticeKind, Settlement
from services.notifications.store.statements import QUERIES
from services.notifications.store.wakes import MAIL
from shared.database import Pool
from shared.messaging import Transaction

READ_SECONDS_MAX = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenNotice:
    """A notice in our hands, with whom it goes to as far as that is known."""

    number: int
    event_source: str
    event_id: str
    kind: NoticeKind
    agency: str
    data: str
    happened_at: datetime
    attempts: int
    repeated: bool
    email: str | None
    language: str | None
    name_vi: str | None
    name_en: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedNotice:
    """A notice as it is listed: never with the address that it went to."""

    number: int
    event_source: str
    event_id: str
    kind: str
    agency: str
    movement: str | None
    period: str | None
    created_at: datetime
    state: str
    attempts: int
    repeated: bool
    next_attempt_at: datetime | None
    settled_at: datetime | None
    reason: str | None
    detail: str | None
    message_id: str | None


async def append_notices(transaction: Transaction, notices: Sequence[Notice]) -> None:
    """Add notices that wait to be sent; one that is there already changes nothing."""
    if not notices:
        return
    columns: list[list[object]] = [
        [each.event_source for each in notices],
        [each.event_id for each in notices],
        [each.kind for each in notices],
        [each.agency for each in notices],
        [each.movement for each in notices],
        [each.period for each in notices],
        [each.data for each in notices],
        [each.happened_at for each in notices],
    ]
    await transaction.connection.execute(QUERIES.append_notices, transaction.now, *columns)
    transaction.wake(MAIL)


async def take_due_notice(transaction: Transaction) -> TakenNotice | None:
    """Take the notice that has waited longest, if any is due."""
    row = await transaction.connection.fetchrow(QUERIES.take_due_notice, transaction.now)
    return None if row is None else TakenNotice(**{**dict(row), "kind": NoticeKind(row["kind"])})


async def settle_notice(
    transaction: Transaction, number: int, settlement: Settlement, *, detail: str | None = None, message_id: str | None = None
) -> None:
    """Record what became of a notice."""
    settled_at = transaction.now if settlement.next_attempt_at is None else None
    await transaction.connection.execute(
        QUERIES.settle_notice,
        number,
        settlement.state,
        settlement.next_attempt_at,
        settled_at,
        settlement.reason,
        detail,
        message_id,
        settlement.repeated,
    )


async def doubt_stale_notices(transaction: Transaction, before: datetime, rows_max: int) -> int:
    """Make uncertain what somebody was sending who has vanished; returns how many."""
    return int(await transaction.connection.fetchval(QUERIES.doubt_stale_notices, before, transaction.now, rows_max))


async def list_notices(
    pool: Pool,
    *,
    after: int | None,
    agency: str | None,
    state: str | None,
    agencies: Sequence[str] | None,
    movements: Sequence[str] | None,
    limit: int,
) -> list[ListedNotice]:
    """List notices within reach, in the order in which they came up."""
    asked = (after, agency, state, agencies, movements, limit)
    async with pool.acquire(timeout=READ_SECONDS_MAX) as connection:
        rows = await connection.fetch(QUERIES.list_notices, *asked, timeout=READ_SECONDS_MAX)
    return [ListedNotice(**dict(row)) for row in rows]


async def prune_notices(transaction: Transaction, before: datetime, rows_max: int) -> int:
    """Forget the oldest notices, a bounded number at a time; returns how many."""
    return int((await transaction.connection.execute(QUERIES.prune_notices, before, rows_max)).split()[-1])
