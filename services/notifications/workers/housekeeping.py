"""Small steps that keep the service going: numbering what has committed, telling who waits, forgetting what is old, measuring."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.notifications import metrics, store
from services.notifications.domain.notices import NoticeState
from shared.clock import Clock
from shared.database import Pool
from shared.messaging import Transactions

NUMBERED_MAX = 2_000
FORGOTTEN_MAX = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """How long things are kept."""

    feed: timedelta
    attempts: timedelta
    notices: timedelta


async def number(transactions: Transactions) -> bool:
    """Give positions to rows that have committed."""
    async with transactions.begin(()) as transaction:
        return await store.number_feed(transaction, NUMBERED_MAX) == NUMBERED_MAX


async def tell_moved(moves: store.FeedMoves) -> bool:
    """Tell those in this process who wait for the feed."""
    moves.moved()
    return False


async def forget(transactions: Transactions, keep: Keep) -> bool:
    """Forget a bounded number of old rows of each kind."""
    async with transactions.begin(()) as transaction:
        now = transaction.now
        forgotten = (
            await store.prune_feed(transaction, now - keep.feed, FORGOTTEN_MAX),
            await store.prune_attempts(transaction, now - keep.attempts, FORGOTTEN_MAX),
            await store.prune_notices(transaction, now - keep.notices, FORGOTTEN_MAX),
        )
    return FORGOTTEN_MAX in forgotten


async def keep_measuring(pool: Pool, clock: Clock) -> bool:
    """Bring the metrics up to date."""
    measures, now = await store.measure(pool), clock.now()
    metrics.FEED_UNNUMBERED.set(measures.unnumbered)
    metrics.FEED_POSITION.set(measures.last_position)
    metrics.LANES_PARKED.set(measures.lanes_parked)
    metrics.SUBSCRIPTIONS.labels("active").set(measures.subscriptions_active)
    metrics.SUBSCRIPTIONS.labels("disabled").set(measures.subscriptions_disabled)
    metrics.SUBSCRIPTION_BEHIND.set(measures.behind)
    metrics.LANE_FAILING_SECONDS.set(_seconds_since(measures.failing_since, now))
    metrics.NOTICE_WAITING_SECONDS.set(_seconds_since(measures.waiting_since, now))
    for state in NoticeState:
        metrics.NOTICES.labels(state).set(measures.notices.get(state, 0))
    return False


def _seconds_since(instant: datetime | None, now: datetime) -> float:
    return max((now - instant).total_seconds(), 0.0) if instant is not None else 0.0
