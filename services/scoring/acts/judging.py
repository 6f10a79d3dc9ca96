"""What the award rules make of clusters. Where the rules reach further, the other clusters and periods are looked at too.

Nothing is written. The lines that a quota draws over all clusters of a final period are remembered with what they were drawn from, so
that a period of many clusters is looked through once, not once for each step of the worker.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.scoring.acts.cases import ClusterAtHand, load, within_bounds
from services.scoring.domain.awards import AwardJudgement, Outline, judge_within, outline_of
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

OUTLINES_MAX = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgements:
    """The judgements of clusters, and the rankings of others that they stand on."""

    by_cluster: Mapping[ClusterKey, tuple[AwardJudgement, ...]]
    stamps: Mapping[ClusterKey, Stamps]


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What the lines over a period were drawn from: the plan, the rankings, and the awards that stand."""

    plan_hash: str
    period: str
    stamps: Stamps
    past: Past


class Judging:
    """Judges clusters of one period."""

    def __init__(self, unchanging: Unchanging) -> None:
        self._unchanging = unchanging
        self._outlines: Memory[Basis, Mapping[str, Outline]] = Memory(OUTLINES_MAX)

    async def judge(self, reads: Reads, at_hand: Sequence[ClusterAtHand]) -> Judgements:
        """Judge clusters that are at hand."""
        if not at_hand:
            return Judgements(by_cluster={}, stamps={})
        # The stamps are read first: what is published while the rest is read makes these clusters due again.
        known = await judging.stamps(reads, at_hand[0].key.movement, at_hand[0].key.period)
        together = defaultdict[str, list[ClusterAtHand]](list)
        for one in at_hand:
            together[one.case.plan.content_hash].append(one)
        judged: dict[ClusterKey, tuple[AwardJudgement, ...]] = {}
        for group in together.values():  # a period rarely has more than one plan
            judged |= await self._judged(reads, group, known)
        return Judgements(by_cluster=judged, stamps={one.key: stamps_for(one, known) for one in at_hand})

    async def _judged(self, reads: Reads, group: Sequence[ClusterAtHand], known: Stamps) -> dict[ClusterKey, tuple[AwardJudgement, ...]]:
        """Judge clusters of one plan."""
        plan, key = group[0].case.plan, group[0].key
        fields = await self._fields_of(reads, group)
        basis = Basis(plan_hash=plan.content_hash, period=key.period, stamps=known, past=await self._past(reads, plan, key.period))
        spans = reach_of(plan, key.period).clusters
        drawn = await self._over_all(reads, plan, key.movement, basis) if spans else outline_of(plan, list(fields.values()), basis.past)
        found = await asyncio.to_thread(judge_within, plan, list(fields.values()), basis.past, drawn)
        return {one: tuple(each for each in found if each.cluster == one.cluster) for one in fields}

    async def _over_all(self, reads: Reads, plan: Plan, movement: str, basis: Basis) -> Mapping[str, Outline]:
        """The lines of the rules over all clusters of a period; once it is final they are remembered until a ranking is another one."""
        clusters = await judging.clusters_of_period(reads, movement, basis.period)
        known = self._outlines.find(basis)
        if known is not None and all(one.is_final for one in clusters):
            return known
        fields = [field async for field in self._each(reads, plan, clusters)]
        drawn = await asyncio.to_thread(outline_of, plan, fields, basis.past)
        if all(one.is_final for one in clusters):
            self._outlines.keep(basis, drawn)
        return drawn

    async def _each(self, reads: Reads, plan: Plan, clusters: Sequence[ClusterOfPeriod]) -> AsyncIterator[Field]:
        """The fields of clusters under this plan, a bounded number of clusters at a time."""
        left = [one.due for one in clusters]
        while left:
            step = within_bounds(left)
            left = left[len(step) :]
            at_hand = await load(reads, self._unchanging, [one.key for one in step], {})
            own = [one for one in at_hand if one.case.plan.content_hash == plan.content_hash]
            for field in (await self._fields_of(reads, own)).values():
                yield field

    async def _fields_of(self, reads: Reads, at_hand: Sequence[ClusterAtHand]) -> dict[ClusterKey, Field]:
        earlier = await self._earlier(reads, at_hand)
        return await asyncio.to_thread(lambda: {one.key: examined(one, earlier) for one in at_hand})

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
