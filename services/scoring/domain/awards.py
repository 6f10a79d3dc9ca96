"""What the plan suggests to the council. A suggestion carries its grounds and never awards; people decide.

All conditions are examined before a unit is judged, so that a unit that is not suggested learns every one that failed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from services.scoring.domain.conditions import Ground, Verdict, verdict_on
from services.scoring.domain.parts import Score
from services.scoring.domain.ranking import Ranking, Standing
from services.scoring.domain.selection import Selected, selected
from shared.plan.types import AgencyCode, AwardRule, ClusterCode, Plan, Sentence

__all__ = ["AwardJudgement", "AwardProposal", "Candidate", "Cut", "Ground", "judge_awards", "propose_awards"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardProposal:
    """A suggestion of the plan, with the conditions that were met and the selection that applied."""

    rule: str
    cluster: ClusterCode
    agency: AgencyCode
    rank: int
    total: Decimal
    grounds: tuple[Ground, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A unit that met every condition and is not suggested because of the selection."""

    agency: AgencyCode
    rank: int
    total: Decimal
    sentence: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A ranked unit that failed conditions; every failed one is named."""

    agency: AgencyCode
    rank: int
    failed: tuple[Ground, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardJudgement:
    """What one award rule makes of one cluster: who is suggested, who was cut, the best first, and who did not qualify."""

    rule: str
    cluster: ClusterCode
    proposals: tuple[AwardProposal, ...]
    cut: tuple[Cut, ...]
    unqualified: tuple[Candidate, ...]


def propose_awards(plan: Plan, rankings: Mapping[ClusterCode, Ranking], scores: Mapping[AgencyCode, Score]) -> tuple[AwardProposal, ...]:
    """Every suggestion of every award rule, in the order of the plan's rules, clusters and ranks."""
    return tuple(proposal for judgement in judge_awards(plan, rankings, scores) for proposal in judgement.proposals)


def judge_awards(plan: Plan, rankings: Mapping[ClusterCode, Ranking], scores: Mapping[AgencyCode, Score]) -> tuple[AwardJudgement, ...]:
    """Judge each cluster that an award rule covers and that is ranked."""
    return tuple(
        judge(plan, rule, cluster.code, rankings[cluster.code], scores)
        for rule in plan.awards
        for cluster in plan.clusters
        if cluster.code in rankings and (not rule.clusters or cluster.code in rule.clusters)
    )


def judge(plan: Plan, rule: AwardRule, cluster: ClusterCode, ranking: Ranking, scores: Mapping[AgencyCode, Score]) -> AwardJudgement:
    """Examine every ranked unit, then select among those who qualify."""
    ranked = [standing for standing in ranking.standings if standing.rank is not None]
    verdicts = {one.agency: verdict_on(plan, rule, scores[one.agency]) for one in ranked}
    choice = selected(rule.selection, ranked, frozenset(agency for agency, verdict in verdicts.items() if verdict.qualified))
    return AwardJudgement(
        rule=rule.code,
        cluster=cluster,
        proposals=tuple(proposal(rule, cluster, one, verdicts[one.agency], choice) for one in choice.chosen),
        cut=tuple(cut(one, choice) for one in choice.cut),
        unqualified=tuple(candidate(one, verdicts[one.agency]) for one in ranked if not verdicts[one.agency].qualified),
    )


def proposal(rule: AwardRule, cluster: ClusterCode, standing: Standing, verdict: Verdict, choice: Selected) -> AwardProposal:
    return AwardProposal(
        rule=rule.code,
        cluster=cluster,
        agency=standing.agency,
        rank=standing.rank or 0,
        total=standing.total or Decimal(0),
        grounds=(*verdict.met, Ground(clause=rule.clause, sentence=choice.sentence)),
    )


def cut(standing: Standing, choice: Selected) -> Cut:
    rank, total = standing.rank or 0, standing.total or Decimal(0)
    return Cut(agency=standing.agency, rank=rank, total=total, sentence=choice.sentence_for_cut)


def candidate(standing: Standing, verdict: Verdict) -> Candidate:
    return Candidate(agency=standing.agency, rank=standing.rank or 0, failed=verdict.failed)
