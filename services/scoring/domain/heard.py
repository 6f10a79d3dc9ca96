"""What the service is told, as values: plans, what became of a cluster's period, reports and what voids them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from services.scoring.domain.marks import Cause, CauseKind, NewMark
from services.scoring.domain.period import PeriodFact
from services.scoring.domain.standing import Void, VoidKind
from shared.plan.values import IndicatorValue


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ClusterKey:
    """Names a cluster in a period of a movement."""

    movement: str
    period: str
    cluster: str

    @property
    def text(self) -> str:
        """Write the key as locks and topics have it."""
        return f"{self.movement}/{self.period}/{self.cluster}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPublished:
    """A version of a movement's plan is live; `document` is its canonical JSON."""

    movement: str
    plan_hash: str
    plan_version: int
    revision: int
    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterTold:
    """What the registry said of a cluster's period; the opening names the members."""

    key: ClusterKey
    fact: PeriodFact
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A report that was accepted."""

    movement: str
    period: str
    agency: str
    version: int
    revision: int
    submitted_at: datetime
    source: str
    receipt: str
    digest: str
    values: Mapping[str, IndicatorValue]
    self_scores: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Voiding:
    """A report was returned or withdrawn."""

    movement: str
    period: str
    agency: str
    void: Void
    reason: str
    voided_at: datetime


Told = PlanPublished | ClusterTold | Submission | Voiding


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One event that was heard, by its identity; nothing is told where it does not concern scoring."""

    source: str
    id: str
    traceparent: str | None
    told: Told | None


KIND_BY_VOID = {VoidKind.RETURNED: CauseKind.RETURN, VoidKind.WITHDRAWN: CauseKind.WITHDRAWAL}


def mark_for(heard: Heard) -> NewMark | None:
    """Name what may have moved: an agency by its report, a whole cluster by its period. A plan marks the clusters that are known."""
    match heard.told:
        case Submission() as told:
            return on_agency(told, CauseKind.REPORT, heard.traceparent)
        case Voiding() as told:
            return on_agency(told, KIND_BY_VOID[told.void.kind], heard.traceparent)
        case ClusterTold(key=key):
            cause = Cause(kind=CauseKind.PERIOD, traceparent=heard.traceparent)
            return NewMark(movement=key.movement, period=key.period, cluster=key.cluster, cause=cause)
        case _:
            return None


def on_agency(told: Submission | Voiding, kind: CauseKind, traceparent: str | None) -> NewMark:
    cause = Cause(kind=kind, traceparent=traceparent)
    return NewMark(movement=told.movement, period=told.period, agency=told.agency, cause=cause)
