"""Awards over a whole movement: conditions hold in every period, and the totals of all periods are added up and ranked anew.

Equal sums are a joint rank: the tie-break steps of the plan compare units inside one period and say nothing about several.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from services.scoring.domain.conditions import Verdict, examined
from services.scoring.domain.exact import negative, total_of
from services.scoring.domain.parts import Score
from services.scoring.domain.ranking import Standing
from shared.plan.types import AgencyCode, AwardRule, PeriodCode, Plan

Scores = Mapping[AgencyCode, Score]


def movement_entries(
    plan: Plan, rule: AwardRule, scores: Scores, earlier: Mapping[PeriodCode, Scores]
) -> tuple[tuple[Standing, Verdict], ...]:
    """The units of a cluster by the sum of their totals, each with its verdict over all periods."""
    through = {
        agency: {**{code: them.get(agency) for code, them in earlier.items()}, score.period: score} for agency, score in scores.items()
    }
    totals = {agency: total_of(totals_of(by_period.values())) for agency, by_period in through.items()}
    return tuple((standing, verdict_over(plan, rule, through[standing.agency])) for standing in ranked_by(totals))


def totals_of(scores: Iterable[Score | None]) -> Iterable[Decimal]:
    return (score.total for score in scores if score is not None and score.total is not None)


def ranked_by(totals: Mapping[AgencyCode, Decimal]) -> list[Standing]:
    """Best first; after a joint rank of n units the next n − 1 ranks stay empty."""
    ordered = sorted(totals, key=lambda agency: (negative(totals[agency]), agency))
    best = sorted(totals.values(), reverse=True)
    ranks = {total: place for place, total in reversed(list(enumerate(best, start=1)))}
    return [Standing(agency=agency, rank=ranks[totals[agency]], total=totals[agency]) for agency in ordered]


def verdict_over(plan: Plan, rule: AwardRule, by_period: Mapping[PeriodCode, Score | None]) -> Verdict:
    """Every condition in every period; a period without a total is one that the unit did not come through."""
    found = [(period, score) for period, score in by_period.items() if score is not None and score.total is not None]
    conditions = (one for period, score in found for one in examined(plan, rule.conditions, score, period))
    vetoes = (one for period, score in found for one in examined(plan, plan.vetoes, score, period) if one.holds)
    without = set(by_period) - {period for period, _ in found}
    return Verdict(
        conditions=tuple(conditions), vetoes=tuple(vetoes), untotalled=tuple(period for period in by_period if period in without)
    )
