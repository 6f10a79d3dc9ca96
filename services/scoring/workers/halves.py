"""One bad cluster never holds up the others: a set that raises is halved until the bad one stands alone, and that one is put aside."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from services.scoring import metrics
from services.scoring.contract import cluster_lock
from services.scoring.domain.heard import ClusterKey
from services.scoring.store import scores
from shared.logging import logger
from shared.messaging import Rejected, Transactions, is_transient

T = TypeVar("T")
REASON_LENGTH_MAX = 1_000
log = logger(__name__)


async def by_halves(
    items: Sequence[T], work: Callable[[Sequence[T]], Awaitable[None]], failed: Callable[[T, Exception], Awaitable[None]]
) -> None:
    """Do the work for all at once; where that raises, for each half. Raises only what trying again can mend."""
    try:
        await work(items)
    except Exception as error:
        if is_transient(error):
            raise
        if len(items) == 1:
            await failed(items[0], error)
            return
        middle = len(items) // 2
        await by_halves(items[:middle], work, failed)
        await by_halves(items[middle:], work, failed)


async def put_aside(transactions: Transactions, key: ClusterKey, error: Exception) -> None:
    """Record that a cluster failed: its marks are kept, it is tried again after a wait that doubles."""
    code = error.code if isinstance(error, Rejected) else "internal"
    reason = f"{type(error).__name__}: {error}"[:REASON_LENGTH_MAX]
    log.error("cluster-failed", cluster=key.text, code=code, reason=reason, exc_info=error)
    metrics.CLUSTERS_FAILED.inc()
    async with transactions.begin([cluster_lock(key)]) as transaction:
        await scores.record_failure(transaction, key, code, reason, transaction.now)
