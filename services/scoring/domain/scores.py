"""The score of every unit of a cluster, each point explained. The parts of the explanation add up to the total exactly.

Points of criteria stay unrounded; the total is rounded once, half up, at the plan's places, and the difference is a part.
The order in which reports came changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from services.scoring.domain.adjustments import adjustment_parts, limit_parts
from services.scoring.domain.cluster_facts import ClusterFacts, Inputs, facts_of
from services.scoring.domain.criterion_parts import criterion_parts, redistribution
from services.scoring.domain.exact import ZERO, minus, rounded, settled, total_of
from services.scoring.domain.no_total import NO_REPORT, reasons_against_total
from services.scoring.domain.parts import NoTotal, Part, PartKind, ReportInput, Score, State
from services.scoring.domain.score_document import score_document
from shared.plan.types import AgencyCode, Criterion, CriterionCode, CriterionGroup, Grade, Period, Plan, leaves_of

__all__ = ["NoTotal", "Part", "PartKind", "ReportInput", "Score", "State", "points_by_node", "score_cluster", "score_document"]


def score_cluster(plan: Plan, period: Period, inputs: Inputs) -> dict[AgencyCode, Score]:
    """Score every member of a cluster; none in place of a report means that nothing was submitted."""
    facts = facts_of(plan, inputs)
    return {agency: score_unit(plan, period, agency, report, facts) for agency, report in inputs.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a unit's report came to: its parts, and a total or the reasons why there is none."""

    parts: tuple[Part, ...] = ()
    reasons: tuple[NoTotal, ...] = ()
    total: Decimal | None = None


NOTHING_SENT = Outcome(reasons=(NO_REPORT,))


def score_unit(plan: Plan, period: Period, agency: AgencyCode, report: ReportInput | None, facts: ClusterFacts) -> Score:
    """Score one unit beside the facts of its cluster."""
    outcome = outcome_of(plan, period, agency, report, facts) if report else NOTHING_SENT
    return Score(
        movement=plan.movement,
        plan_hash=plan.content_hash,
        period=period.code,
        agency=agency,
        version=report.version if report else None,
        submitted_at=report.submitted_at if report else None,
        parts=outcome.parts,
        no_total=outcome.reasons,
        total=outcome.total,
        grade=None if outcome.total is None else grade_for(plan, outcome.total),
    )


def outcome_of(plan: Plan, period: Period, agency: AgencyCode, report: ReportInput, facts: ClusterFacts) -> Outcome:
    """The criteria, then adjustments, then the limits of the total, then the one rounding; nothing but criteria where there is no total."""
    criteria = criterion_parts(plan, agency, report, facts)
    reasons = reasons_against_total(criteria)
    if reasons:
        return Outcome(parts=criteria, reasons=reasons)
    earned = (*criteria, *redistribution(criteria), *adjustment_parts(plan, period, report))
    sum_of_parts = total_of([part.points for part in earned])
    limits = limit_parts(plan.adjustments, sum_of_parts)
    exact = total_of((sum_of_parts, *(part.points for part in limits)))
    total = rounded(settled(exact), plan.total_places)
    return Outcome(parts=(*earned, *limits, *rounding_part(exact, total, plan.total_places)), total=total)


def rounding_part(exact: Decimal, total: Decimal, places: int) -> tuple[Part, ...]:
    """The difference that rounding the total makes; no part where it makes none."""
    difference = minus(total, exact)
    if not difference:
        return ()
    return (Part(kind=PartKind.ROUNDING, code="rounding", points=difference, value=exact, trace=(("places", Decimal(places)),)),)


def grade_for(plan: Plan, total: Decimal) -> Grade | None:
    """The best grade whose bound is reached by the total, or by the plan's full marks where it is above them."""
    return next((grade for grade in plan.grades if min(total, plan.full_marks) >= grade.at_least), None)


def points_by_node(plan: Plan, score: Score) -> dict[CriterionCode, Decimal]:
    """The points of every criterion and group, before redistribution and adjustments."""
    by_code = {part.code: part.points for part in score.parts if part.kind is PartKind.CRITERION}
    return {node.code: settled(total_of(by_code.get(leaf.code, ZERO) for leaf in leaves_of((node,)))) for node in nodes_of(plan.criteria)}


def nodes_of(criteria: tuple[Criterion | CriterionGroup, ...]) -> list[Criterion | CriterionGroup]:
    """Every criterion and group, each group before its members."""
    below = [nodes_of(node.members) if isinstance(node, CriterionGroup) else [] for node in criteria]
    return [one for node, inner in zip(criteria, below, strict=True) for one in (node, *inner)]
