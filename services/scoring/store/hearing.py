"""What was heard is kept: appended under natural keys, so that a second delivery, in whatever order, changes nothing."""

import json
from collections.abc import Sequence

from services.scoring.domain.heard import ClusterTold, PlanPublished, Submission, Voiding
from services.scoring.domain.marks import NewMark
from services.scoring.domain.period import Closed, Dates, Extended, Opened, PeriodFact, Reopened
from services.scoring.store.statements import QUERIES, columns
from shared.messaging import Transaction
from shared.plan.values import plain, value_to_text

NO_DATES = Dates(due_at=None, grace_ends_at=None, closes_at=None)
KINDS = {Opened: "opened", Extended: "extended", Closed: "closed", Reopened: "reopened"}


async def keep_plans(transaction: Transaction, plans: Sequence[PlanPublished]) -> None:
    """Keep published plans; the clusters that they bear on are marked with `mark_clusters`."""
    if not plans:
        return
    rows = ((one.movement, one.plan_hash, one.revision, one.plan_version, one.document) for one in plans)
    await transaction.connection.execute(QUERIES.keep_plans, *columns(rows, 5))


async def mark_clusters(transaction: Transaction, movements: Sequence[tuple[str, str | None]]) -> None:
    """Mark all that a new plan may move; each movement comes with the trace of its publication."""
    traces = dict(movements)
    if not traces:
        return
    await transaction.connection.execute(QUERIES.mark_clusters_of_movements, list(traces.keys()), list(traces.values()), transaction.now)


async def keep_period_facts(transaction: Transaction, told: Sequence[ClusterTold]) -> None:
    """Keep what the registry said; an opening makes its cluster and the members known."""
    if not told:
        return
    await transaction.connection.execute(QUERIES.keep_period_facts, *columns(map(fact_row, told), 9))
    closings = [(one.key, one.fact) for one in told if isinstance(one.fact, Closed)]
    rows = [
        (key.movement, key.period, key.cluster, fact.revision, list(fact.named.keys()), list(fact.named.values())) for key, fact in closings
    ]
    if rows:
        await transaction.connection.executemany(QUERIES.name_versions, rows)
    openings = sorted((one for one in told if isinstance(one.fact, Opened)), key=lambda one: one.fact.revision)
    if openings:
        await _open_clusters(transaction, openings)


async def _open_clusters(transaction: Transaction, openings: Sequence[ClusterTold]) -> None:
    known = (
        (one.key.movement, one.key.period, one.key.cluster, one.fact.plan_hash, len(one.members))
        for one in openings
        if isinstance(one.fact, Opened)
    )
    members = (
        (one.key.movement, one.key.period, agency, one.key.cluster, place) for one in openings for place, agency in enumerate(one.members)
    )
    await transaction.connection.execute(QUERIES.open_clusters, *columns(known, 5))
    await transaction.connection.execute(QUERIES.keep_members, *columns(members, 5))


def fact_row(told: ClusterTold) -> tuple[object, ...]:
    """Lay a fact out as a row of period_fact."""
    key, fact = told.key, told.fact
    dates = dates_of(fact)
    plan_hash = fact.plan_hash if isinstance(fact, Opened) else None
    place = (key.movement, key.period, key.cluster, fact.revision)
    return (*place, KINDS[type(fact)], plan_hash, dates.due_at, dates.grace_ends_at, dates.closes_at)


def dates_of(fact: PeriodFact) -> Dates:
    """The instants that a fact carries."""
    match fact:
        case Opened(dates=dates) | Extended(dates=dates):
            return dates
        case Reopened(closes_at=closes_at):
            return Dates(due_at=None, grace_ends_at=None, closes_at=closes_at)
        case Closed():
            return NO_DATES


async def keep_reports(transaction: Transaction, submissions: Sequence[Submission]) -> None:
    """Keep accepted versions."""
    if submissions:
        await transaction.connection.execute(QUERIES.keep_reports, *columns(map(report_row, submissions), 11))


def report_row(one: Submission) -> tuple[object, ...]:
    """Lay a report out as a row; numbers become text that keeps every digit."""
    values = json.dumps({code: value_to_text(value) for code, value in one.values.items()}, ensure_ascii=False)
    self_scores = json.dumps({code: plain(points) for code, points in one.self_scores.items()}, ensure_ascii=False)
    place = (one.movement, one.period, one.agency, one.version)
    return (*place, one.revision, one.submitted_at, one.source, one.receipt, one.digest, values, self_scores)


async def keep_voids(transaction: Transaction, voidings: Sequence[Voiding]) -> None:
    """Keep returns and withdrawals, also of versions that have not come yet."""
    rows = (
        (one.movement, one.period, one.agency, one.void.version, one.void.kind.value, one.void.revision, one.reason, one.voided_at)
        for one in voidings
    )
    if voidings:
        await transaction.connection.execute(QUERIES.keep_voids, *columns(rows, 8))


async def append_marks(transaction: Transaction, marks: Sequence[NewMark]) -> None:
    """Append marks."""
    rows = (
        (one.movement, one.period, one.cluster, one.agency, one.cause.kind.value, one.cause.agency, one.cause.traceparent) for one in marks
    )
    if marks:
        await transaction.connection.execute(QUERIES.append_marks, *columns(rows, 7), transaction.now)
