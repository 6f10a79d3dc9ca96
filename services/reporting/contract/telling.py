"""What reporting says: each fact with its topic, its key and the lock that orders the key, as DESIGN's catalogue has them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.reporting.contract.sentences import note_fact, problem_fact
from services.reporting.domain.directory import Agency
from services.reporting.domain.judging import Accepted, Rejected, Report, Verdict
from services.reporting.domain.periods import FrozenCluster, Reopening, ReportingPeriod
from shared.events import RECEIPTS, REGISTRY, REPORTS, Fact, announcement, derive
from shared.events.fields import IndicatorValue, ValueState
from shared.events.receipts import ReportAccepted, ReportRejected
from shared.events.registry import (
    AccessChanged,
    AgencyChanged,
    MovementPublished,
    PeriodClosed,
    PeriodExtended,
    PeriodOpened,
    PeriodReopened,
    StandingReport,
)
from shared.events.reports import ReportReturned, ReportSubmitted, ReportWithdrawn, ReturnedItem
from shared.messaging import Announcement, Lock, LockKind
from shared.plan.document import plan_document
from shared.plan.types import Plan
from shared.plan.values import Given, value_to_text
from shared.plan.values import IndicatorValue as PlanValue
from shared.tracing import current_traceparent

SERVICE = "reporting"
ACCESS = Lock(LockKind.MOVEMENT, "access")
ACTS = Lock(LockKind.ACTS, SERVICE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What all that is said in one transaction has in common."""

    now: datetime
    test: bool = False


def told(
    saying: Saying, fact: Fact, *, topic: str, lock: Lock, subject: str, revision: int, traceparent: str | None = None
) -> Announcement:
    """Announce a fact; the key is that of the lock."""
    event = derive(
        service=SERVICE,
        data=fact,
        subject=subject,
        revision=revision,
        time=saying.now,
        traceparent=traceparent or current_traceparent(),
        test=saying.test,
    )
    return announcement(event, topic=topic, key=lock.key, lock=lock)


def movement_lock(movement: str) -> Lock:
    """Orders what the registry tells of a movement."""
    return Lock(LockKind.MOVEMENT, movement)


def agency_lock(agency: str) -> Lock:
    """Orders what is told of an agency, and of a source where its agency is not known."""
    return Lock(LockKind.AGENCY, agency)


def receipt_key(source: str, agency: str | None) -> str:
    """Receipts are ordered by agency; where it is not known, by source."""
    return agency or source


def told_verdict(saying: Saying, verdict: Verdict, revision: int) -> Announcement:
    """Tell the source what became of what it sent."""
    sent, draft = verdict.sent, verdict.sent.draft
    agency = verdict.report.agency if isinstance(verdict, Accepted) else verdict.agency
    receipt = str(sent.conflict_receipt if isinstance(verdict, Rejected) and verdict.conflict else sent.receipt)
    claims = {
        "receipt": receipt,
        "revision": revision,
        "source": sent.source,
        "event_id": sent.event_id,
        "received_at": sent.submitted_at,
        "movement": draft.movement,
        "period": draft.period,
        "agency": agency or draft.agency,
        "version": draft.version,
    }
    if isinstance(verdict, Accepted):
        fact: Fact = ReportAccepted.model_validate({**claims, "notes": [note_fact(note) for note in verdict.notes]})
    else:
        fact = ReportRejected.model_validate({**claims, "problems": [problem_fact(problem) for problem in verdict.problems]})
    lock = agency_lock(receipt_key(sent.source, agency))
    topic = RECEIPTS.named(sent.source)
    return told(saying, fact, topic=topic, lock=lock, subject=receipt, revision=revision, traceparent=sent.traceparent)


def told_submitted(saying: Saying, report: Report, revision: int, traceparent: str | None) -> Announcement:
    """Tell everyone of an accepted report."""
    fact = ReportSubmitted(
        movement=report.movement,
        period=report.period,
        agency=report.agency,
        version=report.version,
        revision=revision,
        submitted_at=report.submitted_at,
        source=report.source,
        receipt=report.receipt,
        digest=report.digest,
        values={code: indicator(value) for code, value in report.values},
        self_scores=dict(report.self_scores),
    )
    return told(
        saying,
        fact,
        topic=REPORTS.name,
        lock=agency_lock(report.agency),
        subject=f"{report.movement}/{report.period}/{report.agency}/{report.version}",
        revision=revision,
        traceparent=traceparent,
    )


def indicator(value: PlanValue) -> IndicatorValue:
    """Write a value as events carry it."""
    if isinstance(value, Given):
        return IndicatorValue(state=ValueState.GIVEN, value=value.number)
    return IndicatorValue(state=ValueState.MISSING if value_to_text(value) is None else ValueState.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionNamed:
    """One version of one report."""

    movement: str
    period: str
    agency: str
    version: int

    @property
    def subject(self) -> str:
        """How it is named in events."""
        return f"{self.movement}/{self.period}/{self.agency}/{self.version}"


def told_returned(saying: Saying, version: VersionNamed, reason: str, items: Sequence[tuple[str, str]], revision: int) -> Announcement:
    """Tell everyone that a report was returned."""
    fact = ReportReturned(
        movement=version.movement,
        period=version.period,
        agency=version.agency,
        version=version.version,
        revision=revision,
        reason=reason,
        items=[ReturnedItem(criterion=criterion, comment=comment) for criterion, comment in items],
        returned_at=saying.now,
    )
    return told(saying, fact, topic=REPORTS.name, lock=agency_lock(version.agency), subject=version.subject, revision=revision)


def told_withdrawn(saying: Saying, version: VersionNamed, reason: str, revision: int) -> Announcement:
    """Tell everyone that a report was withdrawn."""
    fact = ReportWithdrawn(
        movement=version.movement,
        period=version.period,
        agency=version.agency,
        version=version.version,
        revision=revision,
        reason=reason,
        withdrawn_at=saying.now,
    )
    return told(saying, fact, topic=REPORTS.name, lock=agency_lock(version.agency), subject=version.subject, revision=revision)


def told_published(saying: Saying, plan: Plan, revision: int) -> Announcement:
    """Tell everyone the rules of a movement."""
    fact = MovementPublished(
        movement=plan.movement,
        revision=revision,
        plan_hash=plan.content_hash,
        plan_version=plan.version,
        test=plan.test,
        plan=plan_document(plan),
    )
    return told(saying, fact, topic=REGISTRY.name, lock=movement_lock(plan.movement), subject=plan.movement, revision=revision)


def told_agency(saying: Saying, agency: Agency, source_codes: dict[str, list[str]], revision: int) -> Announcement:
    """Tell everyone of an agency."""
    fact = AgencyChanged(
        agency=agency.code,
        revision=revision,
        name_vi=agency.name_vi,
        name_en=agency.name_en,
        aliases=list(agency.aliases),
        valid_from=agency.valid_from,
        valid_to=agency.valid_to,
        successor=agency.successor,
        source_codes=source_codes,
    )
    return told(saying, fact, topic=REGISTRY.name, lock=agency_lock(agency.code), subject=agency.code, revision=revision)


def told_access(saying: Saying, access: AccessChanged) -> Announcement:
    """Tell every service of a key."""
    return told(saying, access, topic=REGISTRY.name, lock=ACCESS, subject=access.name, revision=access.revision)


def told_of_period(saying: Saying, fact: PeriodOpened | PeriodExtended | PeriodClosed | PeriodReopened) -> Announcement:
    """Tell everyone what became of a period in one cluster."""
    subject = f"{fact.movement}/{fact.period}/{fact.cluster}"
    return told(saying, fact, topic=REGISTRY.name, lock=movement_lock(fact.movement), subject=subject, revision=fact.revision)


def told_opened(saying: Saying, period: ReportingPeriod, cluster: FrozenCluster, revision: int) -> Announcement:
    """Tell that a period is open in a cluster, and for whom."""
    fact = PeriodOpened(
        movement=period.movement,
        period=period.code,
        cluster=cluster.code,
        revision=revision,
        plan_hash=period.plan_hash,
        from_date=period.from_date,
        to_date=period.to_date,
        due_at=period.window.due_at,
        grace_ends_at=period.window.grace_ends_at,
        closes_at=period.window.closes_at,
        members=list(cluster.members),
        opened_at=period.opened_at,
    )
    return told_of_period(saying, fact)


def told_extended(saying: Saying, period: ReportingPeriod, cluster: str, reason: str, revision: int) -> Announcement:
    """Tell the new dates of a period."""
    fact = PeriodExtended(
        movement=period.movement,
        period=period.code,
        cluster=cluster,
        revision=revision,
        due_at=period.window.due_at,
        grace_ends_at=period.window.grace_ends_at,
        closes_at=period.window.closes_at,
        reason=reason,
    )
    return told_of_period(saying, fact)


def told_closed(
    saying: Saying, period: ReportingPeriod, cluster: str, standing: Sequence[tuple[str, int | None]], revision: int
) -> Announcement:
    """Tell that a period is closed in a cluster, and which versions count."""
    reports = [StandingReport(agency=agency, version=version) for agency, version in standing]
    closed_at = period.closed_at or saying.now
    fact = PeriodClosed(
        movement=period.movement, period=period.code, cluster=cluster, revision=revision, closed_at=closed_at, reports=reports
    )
    return told_of_period(saying, fact)


def told_reopened(
    saying: Saying, period: ReportingPeriod, cluster: str, asked: Reopening, confirmed_by: str, revision: int
) -> Announcement:
    """Tell that a period takes reports again, who asked for it and who confirmed it."""
    fact = PeriodReopened(
        movement=period.movement,
        period=period.code,
        cluster=cluster,
        revision=revision,
        closes_at=period.window.closes_at,
        reason=asked.reason,
        asked_by=asked.asked_by,
        confirmed_by=confirmed_by,
    )
    return told_of_period(saying, fact)
