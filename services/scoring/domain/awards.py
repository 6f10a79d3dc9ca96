"""What the plan suggests to the council. A suggestion carries its grounds and never awards; people decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from services.scoring.domain.ranking import Ranking
from services.scoring.domain.scores import Score
from shared.plan.types import AgencyCode, ClusterCode, Plan, Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A condition that was met, or the selection that applied: its clause and its sentence."""

    clause: str
    sentence: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardProposal:
    rule: str
    cluster: ClusterCode
    agency: AgencyCode
    rank: int
    total: Decimal
    grounds: tuple[Ground, ...]


def propose_awards(plan: Plan, rankings: Mapping[ClusterCode, Ranking], scores: Mapping[AgencyCode, Score]) -> tuple[AwardProposal, ...]:
    """Every suggestion of every award rule, in the order of the plan's rules, clusters and ranks."""
    raise NotImplementedError
