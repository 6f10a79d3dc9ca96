"""What scoring does because it heard: it keeps what was said and marks what may have moved. Nothing is computed here."""

from collections.abc import Sequence

from services.scoring.contract import SCORES_WORKER
from services.scoring.domain.heard import ClusterTold, Heard, PlanPublished, Submission, Voiding, mark_for
from services.scoring.domain.marks import NewMark
from services.scoring.store import hearing
from shared.messaging import Transaction


async def hear_registry(transaction: Transaction, heard: Sequence[Heard]) -> None:
    """Keep plans and what became of periods; a plan marks the clusters that are known, a period its own cluster."""
    plans = [(one.told, one.traceparent) for one in heard if isinstance(one.told, PlanPublished)]
    await hearing.keep_plans(transaction, [plan for plan, _ in plans])
    await hearing.mark_clusters(transaction, [(plan.movement, traceparent) for plan, traceparent in plans])
    await hearing.keep_period_facts(transaction, [one.told for one in heard if isinstance(one.told, ClusterTold)])
    await hearing.append_marks(transaction, marks_for(heard))
    transaction.wake(SCORES_WORKER)


async def hear_reports(transaction: Transaction, heard: Sequence[Heard]) -> None:
    """Keep reports, returns and withdrawals, in whatever order they come, and mark their agencies."""
    await hearing.keep_reports(transaction, [one.told for one in heard if isinstance(one.told, Submission)])
    await hearing.keep_voids(transaction, [one.told for one in heard if isinstance(one.told, Voiding)])
    await hearing.append_marks(transaction, marks_for(heard))
    transaction.wake(SCORES_WORKER)


def marks_for(heard: Sequence[Heard]) -> list[NewMark]:
    """The marks of all that was heard."""
    return [mark for one in heard if (mark := mark_for(one)) is not None]
