"""A cluster's period as the registry tells it: what was said last, by revision, holds, whatever came first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.scoring.domain.standing import NamedVersion
from shared.plan.periods import local_day
from shared.plan.types import DueMoves, Period

INSTANT_BEFORE = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """The instants from which a report is late, costs points, and is refused; none where there is no such limit."""

    due_at: datetime | None
    grace_ends_at: datetime | None
    closes_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """Reports are taken from the frozen members, under the plan of this hash."""

    revision: int
    plan_hash: str
    dates: Dates


@dataclass(frozen=True, slots=True, kw_only=True)
class Extended:
    """The dates were moved."""

    revision: int
    dates: Dates


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """No more reports; for each member the version that counts, or none."""

    revision: int
    named: Mapping[str, int | None]

    def of(self, agency: str) -> NamedVersion:
        """Return what was named for a member."""
        return NamedVersion(version=self.named.get(agency), closed_revision=self.revision)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopened:
    """Reports are taken again."""

    revision: int
    closes_at: datetime | None


PeriodFact = Opened | Extended | Closed | Reopened


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodAsTold:
    """All that is known of a cluster's period at present."""

    plan_hash: str
    dates: Dates
    closed: Closed | None
    reopened: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPlan:
    """A version of a movement's plan, by its content and its place in the order of the registry."""

    plan_hash: str
    revision: int


def as_told(facts: Iterable[PeriodFact]) -> PeriodAsTold | None:
    """Put the facts together in the order of their revisions; nothing is known before the opening has arrived."""
    ordered = sorted(facts, key=lambda fact: fact.revision)
    opened = next((fact for fact in ordered if isinstance(fact, Opened)), None)
    if opened is None:
        return None
    told = PeriodAsTold(plan_hash=opened.plan_hash, dates=opened.dates, closed=None, reopened=False)
    for fact in ordered:
        told = after(told, fact)
    return told


def after(told: PeriodAsTold, fact: PeriodFact) -> PeriodAsTold:
    """Take one more fact into account."""
    match fact:
        case Opened():
            return told
        case Extended():
            return replace(told, dates=fact.dates)
        case Closed():
            return replace(told, closed=fact)
        case Reopened():
            return replace(told, closed=None, reopened=True, dates=replace(told.dates, closes_at=fact.closes_at))


def plan_in_force(plans: Iterable[PublishedPlan], told: PeriodAsTold) -> str | None:
    """Choose the newest plan, or for a closed period the newest before the close; none while the plan of the opening is not here."""
    known = list(plans)
    if told.plan_hash not in {plan.plan_hash for plan in known}:
        return None
    before = [plan for plan in known if told.closed is None or plan.revision < told.closed.revision]
    return max(before, key=lambda plan: plan.revision).plan_hash if before else told.plan_hash


def period_as_extended(period: Period, dates: Dates) -> Period:
    """The plan's period with the days that the registry's instants stand for: an extension moves lateness with it.

    The registry says the due day as it falls, so it moves no further, not even to a working day.
    """
    if dates.due_at is None:
        return replace(period, due=None, grace_days=0)
    due = local_day(dates.due_at - INSTANT_BEFORE)
    grace = local_day((dates.grace_ends_at or dates.due_at) - INSTANT_BEFORE)
    return replace(period, due=due, due_moves=DueMoves.STAYS, grace_days=max(0, (grace - due).days))
