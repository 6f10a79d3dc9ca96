"""Ranks inside a cluster: by total, then by the plan's list of tie-break steps; what no step decides is a joint rank."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

from services.scoring.domain.parts import NoTotal, Score
from services.scoring.domain.tie_breaks import Placed, apart, placed, sentence_for_tie
from shared.plan.collation import vietnamese_order
from shared.plan.types import AgencyCode, Plan, Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A unit's place. `step` is the number of the tie-break step that decided it (0: none was needed or none did)."""

    agency: AgencyCode
    rank: int | None
    total: Decimal | None
    step: int = 0
    decided_by: Sentence | None = None
    why_unranked: tuple[NoTotal, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """All units of the cluster, best first, those without a rank last, in the order of their names."""

    standings: tuple[Standing, ...]


def rank_cluster(plan: Plan, scores: Mapping[AgencyCode, Score]) -> Ranking:
    """Rank the units that have a total; after a joint rank of n units the next n − 1 ranks stay empty."""
    with_total = [score for score in scores.values() if score.total is not None]
    groups = [(one, len(level)) for level in apart(with_total, total_or_zero) for one in placed(plan, level)]
    firsts = accumulate((len(one.scores) for one, _ in groups), initial=1)
    ranked = [standing for (one, level), rank in zip(groups, firsts, strict=False) for standing in standings(plan, one, level, rank)]
    names = {agency.code: vietnamese_order(agency.name_vi) for agency in plan.agencies if agency.code in scores}
    without = sorted((one for one in scores.values() if one.total is None), key=lambda one: (names.get(one.agency, ()), one.agency))
    return Ranking(standings=(*ranked, *map(unranked, without)))


def total_or_zero(score: Score) -> Decimal:
    return score.total or Decimal(0)


def standings(plan: Plan, one: Placed, equal_totals: int, rank: int) -> list[Standing]:
    said = sentence_for_tie(plan, one, equal_totals)
    return [Standing(agency=score.agency, rank=rank, total=score.total, step=one.step, decided_by=said) for score in one.scores]


def unranked(score: Score) -> Standing:
    return Standing(agency=score.agency, rank=None, total=None, why_unranked=score.no_total)
