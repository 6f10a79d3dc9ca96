"""What only the whole cluster can tell: which criteria nobody has a value for, and who leads where points depend on the leader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce

from services.scoring.domain.measures import Achievement
from services.scoring.domain.parts import ReportInput
from services.scoring.domain.remembered import Remembered
from shared.plan.types import AgencyCode, Criterion, CriterionCode, LeaderScaledMeasure, Plan, WhenNobody
from shared.plan.values import Given

Inputs = Mapping[AgencyCode, ReportInput | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterFacts:
    not_measured: frozenset[CriterionCode]
    leaders: Mapping[CriterionCode, Achievement]


def facts_of(plan: Plan, inputs: Inputs) -> ClusterFacts:
    """Look at all reports of the cluster once."""
    given = {code for report in inputs.values() if report for code, value in report.values.items() if isinstance(value, Given)}
    unmeasured = (leaf.code for leaf in plan.leaves if leaf.when_nobody is WhenNobody.NOT_MEASURED and leaf.code not in given)
    leaders = ((leaf.code, leader_of(leaf, inputs)) for leaf in plan.leaves if isinstance(leaf.measure, LeaderScaledMeasure))
    return ClusterFacts(not_measured=frozenset(unmeasured), leaders={code: leader for code, leader in leaders if leader})


def leader_of(criterion: Criterion, inputs: Inputs) -> Achievement | None:
    """The achievement with the largest excess over its own target; none while nobody is above it."""
    above = [one for one in achievements(criterion, inputs) if one.excess > 0]
    return reduce(lambda best, one: one if one.leads(best) else best, above) if above else None


def achievements(criterion: Criterion, inputs: Inputs) -> Iterable[Achievement]:
    """Each unit's achievement, in the order of codes, so that of two equal leaders always the same one is named."""
    for agency, report in sorted(inputs.items()):
        value = report.values.get(criterion.code) if report else None
        if isinstance(value, Given):
            found = achievement_of(criterion, agency, value.number)
            yield from [found] if found else []


def achievement_of(criterion: Criterion, agency: AgencyCode, value: Decimal) -> Achievement | None:
    """The value beside the agency's own target, or the measure's where it has none of its own."""
    if not isinstance(criterion.measure, LeaderScaledMeasure):
        return None
    return Achievement(value=value, target=own_targets(criterion.measure).get(agency, criterion.measure.target))


@Remembered
def own_targets(measure: LeaderScaledMeasure) -> Mapping[AgencyCode, Decimal]:
    return {target.agency: target.target for target in measure.targets}
