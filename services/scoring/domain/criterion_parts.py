"""The points of one unit by criterion. Given, missing, not applicable and not measured stay four things."""

from __future__ import annotations

from decimal import Decimal

from services.scoring.domain.appraisal import with_appraisal
from services.scoring.domain.cluster_facts import ClusterFacts, achievement_of
from services.scoring.domain.exact import ZERO, minus, quotient, times, total_of
from services.scoring.domain.measures import Measured, measured
from services.scoring.domain.parts import Part, PartKind, ReportInput, State
from shared.plan.types import AgencyCode, Criterion, LeaderScaledMeasure, OnAbsent, Plan
from shared.plan.values import MISSING, Absence, Given


def criterion_parts(plan: Plan, agency: AgencyCode, report: ReportInput, facts: ClusterFacts) -> tuple[Part, ...]:
    """One part for each criterion of the plan, in its order."""
    parts = tuple([part_for(leaf, agency, report, facts) for leaf in plan.leaves])
    if not report.appraised:
        return parts
    return tuple(with_appraisal(part, report.appraised.get(part.code)) for part in parts)


def part_for(criterion: Criterion, agency: AgencyCode, report: ReportInput, facts: ClusterFacts) -> Part:
    """The points that a given value earns; an absent one earns none, whatever else it does."""
    value = report.values.get(criterion.code, MISSING)
    if not isinstance(value, Given):
        return part_without_value(criterion, value, report, facts)
    result = earned(criterion, agency, value.number, facts)
    return Part(
        kind=PartKind.CRITERION,
        code=criterion.code,
        points=result.points,
        value=value.number,
        trace=result.trace,
        source=criterion,
        self_score=report.self_scores.get(criterion.code),
    )


def part_without_value(criterion: Criterion, value: Absence, report: ReportInput, facts: ClusterFacts) -> Part:
    own = report.self_scores.get(criterion.code)
    state = state_of(criterion, value, facts)
    return Part(kind=PartKind.CRITERION, code=criterion.code, points=ZERO, state=state, source=criterion, self_score=own)


def earned(criterion: Criterion, agency: AgencyCode, value: Decimal, facts: ClusterFacts) -> Measured:
    if not isinstance(criterion.measure, LeaderScaledMeasure):
        return measured(criterion, value, None, None)
    return measured(criterion, value, achievement_of(criterion, agency, value), facts.leaders.get(criterion.code))


def state_of(criterion: Criterion, value: Absence, facts: ClusterFacts) -> State:
    """A criterion that was not measured counts for nobody, also for a unit that says it does not apply."""
    if criterion.code in facts.not_measured:
        return State.NOT_MEASURED
    return State.MISSING if value is Absence.MISSING else State.NOT_APPLICABLE


def absent_parts(parts: tuple[Part, ...]) -> list[Part]:
    """The criteria without a value, for whatever reason."""
    return [part for part in parts if part.state is not State.GIVEN]


def effect_of(part: Part) -> OnAbsent | None:
    """What the plan says an absent value does; nothing for a given value and for a criterion that was not measured."""
    if part.state is State.GIVEN or not isinstance(part.source, Criterion):
        return None
    if part.state is State.MISSING:
        return part.source.on_missing
    return part.source.on_not_applicable if part.state is State.NOT_APPLICABLE else None


def redistribution(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Share the maximum of the excluded criteria among the others: the points × whole maximum / maximum that is left.

    Something is left: a unit with nothing left has no total, hence nothing to share out.
    """
    if not any(effect_of(part) is OnAbsent.EXCLUDE for part in absent_parts(parts)):
        return ()
    whole, left = maximum_of_sheet(parts), maximum_left(parts)
    points = total_of(part.points for part in parts)
    gained = minus(quotient(times(points, whole), left), points)
    trace = (("maximum_whole", whole), ("maximum_left", left), ("points", points))
    return (Part(kind=PartKind.REDISTRIBUTION, code="redistribution", points=gained, trace=trace),)


def maximum_of_sheet(parts: tuple[Part, ...]) -> Decimal:
    """The maximum of all criteria that were measured in the cluster."""
    return total_of(maximum(part) for part in parts if part.state is not State.NOT_MEASURED)


def maximum_left(parts: tuple[Part, ...]) -> Decimal:
    """The maximum of the criteria that count for this unit."""
    counting = (part for part in parts if part.state is not State.NOT_MEASURED and effect_of(part) is not OnAbsent.EXCLUDE)
    return total_of(maximum(part) for part in counting)


def maximum(part: Part) -> Decimal:
    return part.source.maximum or ZERO if isinstance(part.source, Criterion) else ZERO
