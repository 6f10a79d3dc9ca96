"""Ranks inside a cluster: by total, then by the plan's list of tie-break steps; what no step decides is a joint rank."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from services.scoring.domain.scores import NoTotal, Score
from shared.plan.types import AgencyCode, Plan, Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A unit's place. `decided_by` names the step that broke a tie; `why_unranked` says why there is no rank."""

    agency: AgencyCode
    rank: int | None
    total: Decimal | None
    decided_by: Sentence | None = None
    why_unranked: tuple[NoTotal, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """All units of the cluster, best first, those without a rank last."""

    standings: tuple[Standing, ...]


def rank_cluster(plan: Plan, scores: Mapping[AgencyCode, Score]) -> Ranking:
    """Rank the units that have a total."""
    raise NotImplementedError
