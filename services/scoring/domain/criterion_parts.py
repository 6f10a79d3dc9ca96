"""The points of one unit by criterion. Given, missing, not applicable and not measured stay four things."""

from __future__ import annotations

from decimal import Decimal

from services.scoring.domain.appraisal import with_appraisal
from services.scoring.domain.cluster_facts import ClusterFacts, achievement_of
from services.scoring.domain.exact import ZERO, minus, quotient, times, total_of
from services.scoring.domain.measures import Measured, measured
from services.scoring.domain.parts import Part, PartKind, ReportInput, State
from shared.plan.types import AgencyCode, Criterion, OnAbsent, Plan
from shared.plan.values import MISSING, Absence, Given

NOTHING = Measured(points=ZERO)


def criterion_parts(plan: Plan, agency: AgencyCode, report: ReportInput, facts: ClusterFacts) -> tuple[Part, ...]:
    """One part for each criterion of the plan, in its order."""
    return tuple(part_for(leaf, agency, report, facts) for leaf in plan.leaves)


def part_for(criterion: Criterion, agency: AgencyCode, report: ReportInput, facts: ClusterFacts) -> Part:
    """The points that a given value earns; an absent one earns none, whatever else it does."""
    state, value = state_of(criterion, report, facts)
    result = NOTHING if value is None else earned(criterion, agency, value, facts)
    part = Part(
        kind=PartKind.CRITERION,
        code=criterion.code,
        points=result.points,
        state=state,
        value=value,
        trace=result.trace,
        source=criterion,
        self_score=report.self_scores.get(criterion.code),
    )
    return with_appraisal(part, report.appraised.get(criterion.code))


def earned(criterion: Criterion, agency: AgencyCode, value: Decimal, facts: ClusterFacts) -> Measured:
    return measured(criterion, value, achievement_of(criterion, agency, value), facts.leaders.get(criterion.code))


def state_of(criterion: Criterion, report: ReportInput, facts: ClusterFacts) -> tuple[State, Decimal | None]:
    """A criterion that was not measured counts for nobody, also for a unit that says it does not apply."""
    value = report.values.get(criterion.code, MISSING)
    if isinstance(value, Given):
        return State.GIVEN, value.number
    if criterion.code in facts.not_measured:
        return State.NOT_MEASURED, None
    return State.MISSING if value is Absence.MISSING else State.NOT_APPLICABLE, None


def effect_of(part: Part) -> OnAbsent | None:
    """What the plan says an absent value does; nothing for a given value and for a criterion that was not measured."""
    if part.state is State.GIVEN or not isinstance(part.source, Criterion):
        return None
    effects = {State.MISSING: part.source.on_missing, State.NOT_APPLICABLE: part.source.on_not_applicable}
    return effects.get(part.state)


def redistribution(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Share the maximum of the excluded criteria among the others: the points × whole maximum / maximum that is left.

    Something is left: a unit with nothing left has no total, hence nothing to share out.
    """
    if not any(effect_of(part) is OnAbsent.EXCLUDE for part in parts):
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
