"""Subscriptions as their owners see them; a secret is written once and never read for an answer."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.notifications.domain.feed import Wish
from services.notifications.store.statements import QUERIES
from services.notifications.store.wakes import WEBHOOKS
from shared.database import Pool
from shared.messaging import Transaction

READ_SECONDS_MAX = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSubscription:
    """A subscription as it is made; `position` is the place in the feed after which it begins."""

    id: UUID
    owner: str
    url: str
    secret: str
    wish: Wish
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A subscription as it stands, without its secret."""

    id: UUID
    url: str
    wish: Wish
    position: int
    epoch: int
    created_at: datetime
    failures: int
    rest_until: datetime | None
    disabled_at: datetime | None
    disabled_because: str | None
    lanes_parked: int


async def make_subscription(transaction: Transaction, new: NewSubscription, owned_max: int) -> bool:
    """Make a subscription; returns False where its owner has as many as allowed."""
    wish = new.wish
    await transaction.connection.execute(QUERIES.lock_owner, new.owner)
    wished = (wish.names, wish.movements, wish.agencies, wish.sandbox)
    made = await transaction.connection.fetchval(
        QUERIES.make_subscription, new.id, new.owner, new.url, new.secret, *wished, new.position, transaction.now, owned_max
    )
    transaction.wake(WEBHOOKS)
    return made is not None


async def list_subscriptions(
    pool: Pool, owner: str, *, id_: UUID | None = None, after: UUID | None = None, limit: int = 1
) -> list[Subscription]:
    """List one owner's subscriptions in the order of their ids."""
    async with pool.acquire(timeout=READ_SECONDS_MAX) as connection:
        rows = await connection.fetch(QUERIES.list_subscriptions, owner, id_, after, limit, timeout=READ_SECONDS_MAX)
    return [
        Subscription(
            id=row["id"],
            url=row["url"],
            wish=Wish(
                names=_some(row["names"]), movements=_some(row["movements"]), agencies=_some(row["agencies"]), sandbox=row["sandbox"]
            ),
            position=row["position"],
            epoch=row["epoch"],
            created_at=row["created_at"],
            failures=row["failures"],
            rest_until=row["rest_until"],
            disabled_at=row["disabled_at"],
            disabled_because=row["disabled_because"],
            lanes_parked=row["lanes_parked"],
        )
        for row in rows
    ]


async def delete_subscription(transaction: Transaction, owner: str, id_: UUID) -> bool:
    """Remove one owner's subscription; returns False where there is none."""
    return await transaction.connection.fetchval(QUERIES.delete_subscription, owner, id_) is not None


def _some(values: list[str] | None) -> tuple[str, ...] | None:
    return None if values is None else tuple(values)
