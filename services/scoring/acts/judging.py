"""What the award rules make of clusters. Where the rules reach further, the other clusters and periods are looked at too.

Nothing is written. The fields of clusters that are final are remembered by the revision of their ranking, so that a period of many
clusters that share a quota is examined once, not once for each step of the worker.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.scoring.acts.cases import ClusterAtHand, load, within_bounds
from services.scoring.domain.awards import AwardJudgement, judge_fields
from services.scoring.domain.eligibility import Past
from services.scoring.domain.fields import Earlier, Field, field_of, reach_of
from services.scoring.domain.heard import ClusterKey
from services.scoring.domain.parts import Score
from services.scoring.domain.ranking import rank_cluster
from services.scoring.domain.scores import score_cluster
from services.scoring.store import judging
from services.scoring.store.judging import ClusterOfPeriod, Stamps
from services.scoring.store.statements import Reads
from services.scoring.store.unchanging import Memory, Unchanging
from shared.plan.types import AgencyCode, ClusterCode, PeriodCode, Plan

FIELDS_MAX = 2_000
PlannedField = tuple[Plan, Field]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgements:
    """The judgements of clusters, and the rankings of others that they stand on."""

    by_cluster: Mapping[ClusterKey, tuple[AwardJudgement, ...]]
    stamps: Mapping[ClusterKey, Stamps]


class Judging:
    """Judges clusters of one period."""

    def __init__(self, unchanging: Unchanging) -> None:
        self._unchanging = unchanging
        self._fields: Memory[tuple[ClusterKey, int], PlannedField] = Memory(FIELDS_MAX)

    async def judge(self, reads: Reads, at_hand: Sequence[ClusterAtHand]) -> Judgements:
        """Judge clusters that are at hand."""
        if not at_hand:
            return Judgements(by_cluster={}, stamps={})
        movement, period = at_hand[0].key.movement, at_hand[0].key.period
        # The stamps are read first: what is published while the rest is read makes these clusters due again.
        known = await judging.stamps(reads, movement, period)
        fields = await self._fields_of(reads, at_hand)
        others = await self._others(reads, movement, period, at_hand)
        past = {plan.content_hash: await self._past(reads, plan, period) for plan, _ in fields.values()}
        judged = await asyncio.to_thread(judge_by_plan, {**others, **fields}, past)
        stamps = {one.key: stamps_for(one, known) for one in at_hand}
        return Judgements(by_cluster={key: judged[key] for key in fields}, stamps=stamps)

    async def _others(self, reads: Reads, movement: str, period: str, at_hand: Sequence[ClusterAtHand]) -> dict[ClusterKey, PlannedField]:
        """The fields of the period's other clusters, where a quota spans them all."""
        if not any(reach_of(one.case.plan, period).clusters for one in at_hand):
            return {}
        own = {one.key for one in at_hand}
        rest = [one for one in await judging.clusters_of_period(reads, movement, period) if one.due.key not in own]
        found = {one.due.key: self._fields.find((one.due.key, one.ranking_revision)) for one in rest if one.is_final}
        fields = {key: field for key, field in found.items() if field is not None}
        left = [one for one in rest if one.due.key not in fields]
        while left:
            step = within_bounds([one.due for one in left])
            for key, field in (await self._examined(reads, left[: len(step)])).items():
                fields[key] = field
            left = left[len(step) :]
        return fields

    async def _examined(self, reads: Reads, clusters: Sequence[ClusterOfPeriod]) -> dict[ClusterKey, PlannedField]:
        """Examine clusters, and remember those that can not move unseen."""
        fields = await self._fields_of(reads, await load(reads, self._unchanging, [one.due.key for one in clusters], {}))
        for one in clusters:
            field = fields.get(one.due.key)
            if one.is_final and field is not None and not reach_of(field[0], one.due.key.period).periods:
                self._fields.keep((one.due.key, one.ranking_revision), field)
        return fields

    async def _fields_of(self, reads: Reads, at_hand: Sequence[ClusterAtHand]) -> dict[ClusterKey, PlannedField]:
        earlier = await self._earlier(reads, at_hand)
        return await asyncio.to_thread(lambda: {one.key: (one.case.plan, examined(one, earlier)) for one in at_hand})

    async def _earlier(self, reads: Reads, at_hand: Sequence[ClusterAtHand]) -> Earlier | None:
        """The scores of the same agencies in the plan's other periods, where a rule spans them and all of them are final."""
        periods = next((reach.periods for one in at_hand if (reach := reach_of(one.case.plan, one.key.period)).periods), ())
        if not periods or not await judging.final_periods(reads, at_hand[0].key.movement) >= set(periods):
            return None
        agencies = [str(agency) for one in at_hand for agency in one.case.inputs]
        keys = await judging.clusters_with_agencies(reads, at_hand[0].key.movement, periods, agencies)
        before = await load(reads, self._unchanging, keys, {})
        return await asyncio.to_thread(scores_by_period, before, periods, frozenset(agencies))

    async def _past(self, reads: Reads, plan: Plan, period: str) -> Past:
        ends = next((one.to_date for one in plan.periods if one.code == period), date.max)
        return Past(ends=ends, awards=await judging.awards_that_stand(reads, plan, period))


def stamps_for(one: ClusterAtHand, known: Stamps) -> Stamps:
    """The rankings that the rules reach, as they were read."""
    reach = reach_of(one.case.plan, one.key.period)
    return Stamps(over_period=known.over_period if reach.clusters else None, over_movement=known.over_movement if reach.periods else None)


def examined(one: ClusterAtHand, earlier: Earlier | None) -> Field:
    """The field of a cluster, from its reports."""
    scores = score_cluster(one.case.plan, one.case.period, one.case.inputs)
    reach = reach_of(one.case.plan, one.key.period)
    through = earlier if reach.periods else None
    return field_of(one.case.plan, ClusterCode(one.key.cluster), rank_cluster(one.case.plan, scores), scores, through)


def scores_by_period(before: Sequence[ClusterAtHand], periods: Sequence[PeriodCode], agencies: frozenset[str]) -> Earlier:
    """The scores of some agencies in each of the periods, none for those that were in no cluster then."""
    found: dict[PeriodCode, dict[AgencyCode, Score]] = {period: {} for period in periods}
    for one in before:
        scores = score_cluster(one.case.plan, one.case.period, one.case.inputs)
        found[PeriodCode(one.key.period)].update({agency: score for agency, score in scores.items() if agency in agencies})
    return found


def judge_by_plan(fields: Mapping[ClusterKey, PlannedField], past: Mapping[str, Past]) -> dict[ClusterKey, tuple[AwardJudgement, ...]]:
    """Judge the clusters of each plan together; a period rarely has more than one."""
    together: dict[str, list[tuple[ClusterKey, Plan, Field]]] = defaultdict(list)
    for key, (plan, field) in sorted(fields.items(), key=lambda one: one[0].cluster):
        together[plan.content_hash].append((key, plan, field))
    judged = defaultdict[ClusterCode, list[AwardJudgement]](list)
    for group in (group for plan_hash, group in together.items() if plan_hash in past):
        plan = group[0][1]
        for judgement in judge_fields(plan, [field for _, _, field in group], past[plan.content_hash]):
            judged[judgement.cluster].append(judgement)
    return {key: tuple(judged[ClusterCode(key.cluster)]) for key in fields}
