"""What the award rules make of a period, computed when it is asked: suggested, cut, barred or lacking something, each with why.

Nothing is kept of it: the same pure code that makes the suggestions is run on the reports at hand, in a period that is still open too.
"""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field

from services.scoring.acts.cases import ClusterAtHand, load, within_bounds
from services.scoring.acts.judging import Judging
from services.scoring.api.answers import Answer
from services.scoring.api.suggestion_answers import GroundAnswer
from services.scoring.domain.awards import AwardJudgement, AwardProposal, Barred, Candidate, Cut
from services.scoring.domain.conditions import Ground
from services.scoring.domain.eligibility import Bar, BarKind
from services.scoring.domain.recomputation import ScoreState
from services.scoring.store.judging import clusters_of_period
from services.scoring.store.statements import Reads
from services.scoring.store.unchanging import Unchanging
from shared.events.fields import AgencyCode, Points, Rank
from shared.events.registry import Role
from shared.http.guard import Caller, require
from shared.http.paging import Page, Paging, cursor_of, paging
from shared.http.problems import Problem
from shared.http.requests import router
from shared.plan.types import AwardRule

FromReader = Annotated[Caller, Depends(require(Role.STANDING_BODY, Role.COUNCIL, Role.OBSERVER, Role.OPERATOR))]
Code = Annotated[str, Path(min_length=1, max_length=200)]
NEAR_MISSES_MAX = 10
SHORT_BY = "How far the figure is from the limit, or the unit behind the last one within; none where that can not be said."


class LackAnswer(GroundAnswer):
    """A condition that failed, and what was lacking."""

    short_by: Points | None = Field(description=SHORT_BY)


class BarAnswer(GroundAnswer):
    """What bars a unit: nothing is taken off its points."""

    kind: BarKind = Field(description="A veto, an award of the same kind not long enough ago, or another award for the same achievement.")


class UnitAnswer(Answer):
    """A ranked unit, with its total: in one period, or the sum of all where the rule covers the movement."""

    agency: AgencyCode
    rank: Rank
    total: Points


class SuggestedAnswer(UnitAnswer):
    """A unit that the rule suggests."""

    grounds: list[GroundAnswer]


class CutAnswer(UnitAnswer):
    """A unit that met every condition and is beyond the line."""

    by_quota: bool = Field(description="True: beyond the quota over all clusters; false: beyond the selection in its own cluster.")
    vi: str
    en: str
    short_by: Points | None = Field(description=SHORT_BY)


class BarredAnswer(UnitAnswer):
    """A unit that something bars, and what it lacks besides."""

    bars: list[BarAnswer]
    lacks: list[LackAnswer]


class NearMissAnswer(UnitAnswer):
    """A unit that failed conditions, every one of them named."""

    lacks: list[LackAnswer]


class RuleJudged(Answer):
    """What one rule makes of one cluster."""

    rule: str
    form_vi: str
    form_en: str
    suggested: list[SuggestedAnswer]
    cut: list[CutAnswer] = Field(description="The best first: the first is the first unit cut.")
    barred: list[BarredAnswer]
    near_misses: list[NearMissAnswer] = Field(description=f"The best {NEAR_MISSES_MAX} of those that failed conditions.")
    unqualified: int = Field(description="How many failed conditions.")


class ClusterJudged(Answer):
    """What all rules make of one cluster. A rule that covers the movement is named once every period of the plan is final."""

    movement: str
    period: str
    cluster: str
    state: ScoreState = Field(description="`provisional`: what would be suggested if the period were closed as it stands.")
    rules: list[RuleJudged]


def judgement_routes(reads: Reads, unchanging: Unchanging) -> APIRouter:
    """Routes of judgements."""
    here = router("/v1", tags=["proposals"])
    judging = Judging(unchanging)

    @here.get("/judgements/{movement}/{period}")
    async def judge_period(
        movement: Code,
        period: Code,
        caller: FromReader,
        asked: Annotated[Paging, Depends(paging)],
        cluster: Annotated[str | None, Query(max_length=200, description="Only this cluster.")] = None,
    ) -> Page[ClusterJudged]:
        """Judge a period by the plan's award rules, cluster by cluster; a page holds as many as are judged in one step."""
        demand_whole_movement(caller, movement)
        known = [one for one in await clusters_of_period(reads, movement, period) if cluster in {None, one.due.key.cluster}]
        if not known:
            raise Problem("not-found")
        after = asked.after[0] if asked.after else ""
        left = [one.due for one in known if one.due.key.cluster > after]
        chosen = within_bounds(left[: asked.limit]) if left else []
        at_hand = await load(reads, unchanging, [one.key for one in chosen], {})
        found = await judging.judge(reads, at_hand)
        items = [cluster_judged(one, found.by_cluster[one.key]) for one in at_hand]
        return Page(items=items, next=cursor_of((chosen[-1].key.cluster,)) if len(chosen) < len(left) else None)

    return here


def demand_whole_movement(caller: Caller, movement: str) -> None:
    """A judgement compares units with one another, so only a key for all agencies of the movement reads it."""
    caller.demand(movement=movement)
    if caller.agencies is not None:
        raise Problem("access-out-of-scope", what="judgements")


def cluster_judged(at_hand: ClusterAtHand, judgements: Sequence[AwardJudgement]) -> ClusterJudged:
    """Tell what all rules make of a cluster."""
    key, case = at_hand.key, at_hand.case
    rules = {rule.code: rule for rule in case.plan.awards}
    return ClusterJudged(
        movement=key.movement,
        period=key.period,
        cluster=key.cluster,
        state=case.state,
        rules=[rule_judged(rules[one.rule], one) for one in judgements],
    )


def rule_judged(rule: AwardRule, one: AwardJudgement) -> RuleJudged:
    """Tell what one rule makes of it."""
    return RuleJudged(
        rule=rule.code,
        form_vi=rule.form_vi,
        form_en=rule.form_en,
        suggested=[
            SuggestedAnswer(**unit(each), grounds=[GroundAnswer(**said(ground)) for ground in each.grounds]) for each in one.proposals
        ],
        cut=[cut_answer(each) for each in one.cut],
        barred=[BarredAnswer(**unit(each), bars=[bar_answer(bar) for bar in each.bars], lacks=lacks(each)) for each in one.barred],
        near_misses=[NearMissAnswer(**unit(each), lacks=lacks(each)) for each in one.unqualified[:NEAR_MISSES_MAX]],
        unqualified=len(one.unqualified),
    )


def unit(one: AwardProposal | Cut | Barred | Candidate) -> dict[str, Any]:
    """The fields that every unit has."""
    return {"agency": one.agency, "rank": one.rank, "total": one.total}


def said(ground: Ground) -> dict[str, Any]:
    """The fields of a sentence with its clause."""
    return {"clause": ground.clause, "vi": ground.sentence.vi, "en": ground.sentence.en}


def cut_answer(one: Cut) -> CutAnswer:
    """Tell of a unit beyond the line."""
    return CutAnswer(**unit(one), by_quota=one.by_quota, vi=one.sentence.vi, en=one.sentence.en, short_by=one.short_by)


def bar_answer(one: Bar) -> BarAnswer:
    """Tell what bars a unit."""
    return BarAnswer(**said(one.ground), kind=one.kind)


def lacks(one: Barred | Candidate) -> list[LackAnswer]:
    """Tell every condition that failed."""
    return [LackAnswer(**said(ground), short_by=ground.short_by) for ground in one.failed]
