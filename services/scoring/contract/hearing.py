"""Events in: registry and reports become values of the domain, or are rejected with a stable code."""

import json
from collections.abc import Iterable, Mapping

from services.scoring.domain.heard import ClusterKey, ClusterTold, Heard, PlanPublished, Submission, Told, Voiding
from services.scoring.domain.period import Closed, Dates, Extended, Opened, Reopened
from services.scoring.domain.standing import Void, VoidKind
from shared.events import REGISTRY, REPORTS, Fact, read_event
from shared.events.fields import IndicatorValue as ReportedValue
from shared.events.fields import ValueState
from shared.events.registry import MovementPublished, PeriodClosed, PeriodExtended, PeriodOpened, PeriodReopened
from shared.events.reports import ReportReturned, ReportSubmitted, ReportWithdrawn
from shared.messaging import Consumes, Lock, LockKind, Record, Rejected
from shared.plan.document import PlanInvalid, plan_document, plan_from_document
from shared.plan.values import MISSING, NOT_APPLICABLE, Given, IndicatorValue, ValueRefused, bounded

# The worker that is woken by whatever is heard.
SCORES_WORKER = "scoring.scores"


def read_heard(record: Record) -> Heard:
    """Read a record of registry or reports."""
    event = read_event(record)
    return Heard(source=event.source, id=event.id, traceparent=event.traceparent, told=told(event.data))


def told(fact: Fact) -> Told | None:
    """Translate what concerns scoring; the rest of the registry tells it nothing."""
    match fact:
        case MovementPublished():
            return plan_published(fact)
        case PeriodOpened() | PeriodExtended() | PeriodClosed() | PeriodReopened():
            return cluster_told(fact)
        case ReportSubmitted():
            return submission(fact)
        case ReportReturned():
            return voiding(fact, VoidKind.RETURNED)
        case ReportWithdrawn():
            return voiding(fact, VoidKind.WITHDRAWN)
        case _:
            return None


def plan_published(fact: MovementPublished) -> PlanPublished:
    """Read the plan, so that one that can not be scored with is rejected here and not in the middle of a computation."""
    try:
        plan = plan_from_document(fact.plan)
    except PlanInvalid as error:
        raise Rejected("plan-invalid", str(error)[:500]) from error
    if plan.content_hash != fact.plan_hash:
        raise Rejected("plan-hash-mismatch", f"the plan hashes to {plan.content_hash}, the event says {fact.plan_hash}")
    return PlanPublished(
        movement=fact.movement,
        plan_hash=fact.plan_hash,
        plan_version=fact.plan_version,
        revision=fact.revision,
        document=json.dumps(plan_document(plan), ensure_ascii=False, sort_keys=True, separators=(",", ":")),
    )


def cluster_told(fact: PeriodOpened | PeriodExtended | PeriodClosed | PeriodReopened) -> ClusterTold:
    """Translate what became of a cluster's period."""
    key = ClusterKey(movement=fact.movement, period=fact.period, cluster=fact.cluster)
    match fact:
        case PeriodOpened():
            opened = Opened(revision=fact.revision, plan_hash=fact.plan_hash, dates=dates(fact))
            return ClusterTold(key=key, fact=opened, members=tuple(dict.fromkeys(fact.members)))
        case PeriodExtended():
            return ClusterTold(key=key, fact=Extended(revision=fact.revision, dates=dates(fact)))
        case PeriodClosed():
            named = {one.agency: one.version for one in fact.reports}
            return ClusterTold(key=key, fact=Closed(revision=fact.revision, named=named))
        case PeriodReopened():
            return ClusterTold(key=key, fact=Reopened(revision=fact.revision, closes_at=fact.closes_at))


def dates(fact: PeriodOpened | PeriodExtended) -> Dates:
    """Take over the three instants."""
    return Dates(due_at=fact.due_at, grace_ends_at=fact.grace_ends_at, closes_at=fact.closes_at)


def submission(fact: ReportSubmitted) -> Submission:
    """Translate an accepted report."""
    return Submission(
        movement=fact.movement,
        period=fact.period,
        agency=fact.agency,
        version=fact.version,
        revision=fact.revision,
        submitted_at=fact.submitted_at,
        source=fact.source,
        receipt=fact.receipt,
        digest=fact.digest,
        values=indicator_values(fact.values),
        self_scores=dict(fact.self_scores),
    )


def voiding(fact: ReportReturned | ReportWithdrawn, kind: VoidKind) -> Voiding:
    """Translate a return or a withdrawal."""
    return Voiding(
        movement=fact.movement,
        period=fact.period,
        agency=fact.agency,
        void=Void(version=fact.version, kind=kind, revision=fact.revision),
        reason=fact.reason,
        voided_at=fact.returned_at if isinstance(fact, ReportReturned) else fact.withdrawn_at,
    )


def indicator_values(reported: Mapping[str, ReportedValue]) -> dict[str, IndicatorValue]:
    """Keep given, missing and not applicable apart."""
    return {code: indicator_value(code, value) for code, value in reported.items()}


def indicator_value(code: str, reported: ReportedValue) -> IndicatorValue:
    """Translate one value; a given one must have a number."""
    if reported.state is ValueState.MISSING:
        return MISSING
    if reported.state is ValueState.NOT_APPLICABLE:
        return NOT_APPLICABLE
    if reported.value is None:
        raise Rejected("data-invalid", f"the value of {code} is given and yet there is no number")
    try:
        return Given(bounded(reported.value))
    except ValueRefused as refused:
        raise Rejected(refused.code, f"the value of {code}: {refused.sentence_en}") from refused


def identity_of(heard: Heard) -> tuple[str, str]:
    """Source and id name an event for ever."""
    return heard.source, heard.id


def locks_of_registry(heard: Heard) -> Iterable[Lock]:
    """A plan marks the clusters that are known, an opening makes one known: under one lock neither misses the other."""
    match heard.told:
        case PlanPublished(movement=movement) | ClusterTold(key=ClusterKey(movement=movement)):
            yield Lock(LockKind.MOVEMENT, movement)
        case _:
            return


def no_locks(_heard: Heard) -> Iterable[Lock]:
    """Reports and marks are only appended, under natural keys: nothing that is read decides, so nothing needs to be held."""
    return ()


REGISTRY_CONSUMED: Consumes[Heard] = Consumes(
    name="scoring.registry", topics=(REGISTRY.name,), read=read_heard, identity=identity_of, locks=locks_of_registry
)
REPORTS_CONSUMED: Consumes[Heard] = Consumes(
    name="scoring.reports", topics=(REPORTS.name,), read=read_heard, identity=identity_of, locks=no_locks
)
CONSUMES = (REGISTRY_CONSUMED, REPORTS_CONSUMED)
