"""What is added to and taken off the sum of the criteria: bonuses, penalties, lateness and the limits on each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from services.scoring.domain.exact import ZERO, minus, negative, times, total_of
from services.scoring.domain.parts import Part, PartKind, ReportInput, State
from shared.plan.periods import days_late
from shared.plan.types import Adjustments, EventAdjustment, LateRule, Period, Plan
from shared.plan.values import Given


def adjustment_parts(plan: Plan, period: Period, report: ReportInput) -> tuple[Part, ...]:
    """Bonuses, then penalties, each group within its maximum."""
    rules = plan.adjustments
    bonuses = event_parts(PartKind.BONUS, rules.bonuses, report)
    penalties = (*event_parts(PartKind.PENALTY, rules.penalties, report), *late_parts(plan, rules.late, period, report.submitted_at))
    return (
        *bonuses,
        *cut_above("bonus-maximum", total_of(part.points for part in bonuses), rules.bonus_maximum),
        *penalties,
        *cut_below("penalty-maximum", total_of(part.points for part in penalties), below_zero(rules.penalty_maximum)),
    )


def event_parts(kind: PartKind, events: Iterable[EventAdjustment], report: ReportInput) -> tuple[Part, ...]:
    """So many points for each event that was reported; nothing reported is none."""
    found = ((event, report.values.get(event.code)) for event in events)
    return tuple(event_part(kind, event, value.number) for event, value in found if isinstance(value, Given) and value.number)


def event_part(kind: PartKind, event: EventAdjustment, count: Decimal) -> Part:
    points = times(event.points_each, count)
    signed = points if kind is PartKind.BONUS else negative(points)
    return Part(kind=kind, code=event.code, points=signed, value=count, trace=(("points_each", event.points_each),), source=event)


def late_parts(plan: Plan, rule: LateRule | None, period: Period, submitted_at: datetime | None) -> tuple[Part, ...]:
    """Take off the daily points for each day late after the grace, never more than the maximum."""
    if rule is None or period.due is None:
        return ()
    if submitted_at is None:
        return (Part(kind=PartKind.LATE, code="late", points=ZERO, state=State.MISSING),)
    days = Decimal(days_late(plan, period, submitted_at))
    points = min(rule.maximum, times(rule.points_per_day, days))
    trace = (("points_per_day", rule.points_per_day), ("maximum", rule.maximum), ("grace_days", Decimal(period.grace_days)))
    return (Part(kind=PartKind.LATE, code="late", points=negative(points), value=days, trace=trace),)


def limit_parts(rules: Adjustments, total: Decimal) -> tuple[Part, ...]:
    """Keep the total within the plan's limits; the difference is a line of its own."""
    return (*cut_above("total-maximum", total, rules.total_maximum), *cut_below("total-minimum", total, rules.total_minimum))


def cut_above(code: str, amount: Decimal, limit: Decimal | None) -> tuple[Part, ...]:
    if limit is None or amount <= limit:
        return ()
    return (limit_part(code, amount, limit),)


def cut_below(code: str, amount: Decimal, limit: Decimal | None) -> tuple[Part, ...]:
    if limit is None or amount >= limit:
        return ()
    return (limit_part(code, amount, limit),)


def limit_part(code: str, amount: Decimal, limit: Decimal) -> Part:
    return Part(kind=PartKind.LIMIT, code=code, points=minus(limit, amount), value=amount, trace=(("limit", limit),))


def below_zero(maximum: Decimal | None) -> Decimal | None:
    return None if maximum is None else negative(maximum)
