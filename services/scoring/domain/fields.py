"""The field of an award: the ranked units of a cluster, each with its verdict under every rule that covers the cluster.

A field is small beside the scores that it was made from, so the fields of all clusters of a period fit into memory at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.scoring.domain.conditions import Verdict, verdict_on
from services.scoring.domain.movement_totals import movement_entries
from services.scoring.domain.parts import Score
from services.scoring.domain.ranking import Ranking, Standing
from shared.plan.types import AgencyCode, AwardRule, ClusterCode, Covers, Period, PeriodCode, Plan

Scores = Mapping[AgencyCode, Score]
Earlier = Mapping[PeriodCode, Scores]
"""The final scores of the plan's other periods, for rules that cover the movement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """By the code of each rule that can be judged: the ranked units, best first, with their verdicts."""

    cluster: ClusterCode
    entries: Mapping[str, tuple[tuple[Standing, Verdict], ...]]


def field_of(plan: Plan, cluster: ClusterCode, ranking: Ranking, scores: Scores, earlier: Earlier | None) -> Field:
    """Examine every unit of a cluster; a rule that covers the movement waits for the earlier periods, which none says are not final."""
    rules = [rule for rule in plan.awards if not rule.clusters or cluster in rule.clusters]
    now = {rule.code: period_entries(plan, rule, ranking, scores) for rule in rules if rule.covers is Covers.PERIOD}
    overall = [rule for rule in rules if rule.covers is Covers.MOVEMENT]
    if earlier is not None and overall:
        now |= {rule.code: movement_entries(plan, rule, scores, earlier) for rule in overall}
    return Field(cluster=cluster, entries=now)


def period_entries(plan: Plan, rule: AwardRule, ranking: Ranking, scores: Scores) -> tuple[tuple[Standing, Verdict], ...]:
    ranked = (standing for standing in ranking.standings if standing.rank is not None)
    return tuple((standing, verdict_on(plan, rule, scores[standing.agency])) for standing in ranked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How far the award rules of a plan look in one of its periods: beyond the cluster, and beyond the period."""

    clusters: bool
    periods: tuple[PeriodCode, ...]


def reach_of(plan: Plan, period: str) -> Reach:
    """A quota spans the clusters; a rule that covers the movement is judged in the plan's last period and spans all the others."""
    overall = any(rule.covers is Covers.MOVEMENT for rule in plan.awards) and last_period(plan).code == period
    others = tuple(one.code for one in plan.periods if one.code != period)
    return Reach(clusters=any(rule.quota is not None for rule in plan.awards), periods=others if overall else ())


def last_period(plan: Plan) -> Period:
    """The period that ends last; of two that end on one day the one that began first, for it is the longer."""
    return max(plan.periods, key=lambda one: (one.to_date, -one.from_date.toordinal(), one.code))
