"""Breaking ties of totals by the plan's list of steps, and saying which step decided."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import assert_never

from services.scoring.domain.exact import negative, total_of
from services.scoring.domain.parts import PENALTIES, PartKind, Score
from services.scoring.domain.scores import nodes_of, points_by_node
from shared.plan.types import CriterionCode, Plan, Sentence, TieKey, TieStep

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Units of one rank, best first among their ties, and the number of the step that set them apart (0: the total did)."""

    scores: tuple[Score, ...]
    step: int


def placed(plan: Plan, tied: Sequence[Score], step: int = 0) -> list[Placed]:
    """Set units of equal total apart step by step; those that no step sets apart stay together."""
    if len(tied) == 1 or step == len(plan.tie_break):
        return [Placed(scores=tuple(tied), step=0)]
    groups = apart(tied, lambda score: merit(plan, plan.tie_break[step], score))
    if len(groups) == 1:
        return placed(plan, tied, step + 1)
    below = (placed(plan, group, step + 1) for group in groups)
    return [Placed(scores=one.scores, step=one.step or step + 1) for group in below for one in group]


def apart(scores: Iterable[Score], merit_of: Callable[[Score], Decimal]) -> list[list[Score]]:
    """Groups of equal merit, the best first; inside a group the order of codes."""
    ordered = sorted(scores, key=lambda score: (negative(merit_of(score)), score.agency))
    return [list(group) for _, group in groupby(ordered, key=merit_of)]


def merit(plan: Plan, step: TieStep, score: Score) -> Decimal:
    """What the step compares, as a number of which more is better."""
    match step.by:
        case TieKey.POINTS:
            return points_by_node(plan, score)[step.criterion or CriterionCode("")]
        case TieKey.PENALTY:
            return negative(penalty_of(score))
        case TieKey.SUBMITTED:
            return earliness(score)
        case _ as never:
            assert_never(never)


def penalty_of(score: Score) -> Decimal:
    """The points that penalties and lateness took off, within the plan's maximum, as a positive number."""
    taken = (part.points for part in score.parts if part.kind in PENALTIES or is_penalty_limit(part.kind, part.code))
    return negative(total_of(taken))


def is_penalty_limit(kind: PartKind, code: str) -> bool:
    return kind is PartKind.LIMIT and code == "penalty-maximum"


def earliness(score: Score) -> Decimal:
    """An earlier instant of submission is better; one that is not known is the last."""
    if score.submitted_at is None:
        return Decimal("-Infinity")
    return Decimal((EPOCH - score.submitted_at) // timedelta(microseconds=1))


def sentence_for_tie(plan: Plan, one: Placed, equal_totals: int) -> Sentence | None:
    """How a unit's place among others of the same total came about."""
    if equal_totals == 1:
        return None
    if len(one.scores) > 1:
        return sentence_for_joint_rank(len(one.scores))
    what, others = sentence_for_step(plan, plan.tie_break[one.step - 1]), equal_totals - 1
    return Sentence(
        vi=f"Bằng tổng điểm với {others} đơn vị khác; phân định ở tiêu chí phụ thứ {one.step}: {what.vi}.",
        en=f"Level on the total with {others} other(s); decided by tie-break step {one.step}: {what.en}.",
    )


def sentence_for_joint_rank(units: int) -> Sentence:
    return Sentence(
        vi=f"Đồng hạng: không tiêu chí phụ nào phân định được {units} đơn vị.",
        en=f"A joint rank: no tie-break step sets these {units} units apart.",
    )


def sentence_for_step(plan: Plan, step: TieStep) -> Sentence:
    if step.by is TieKey.PENALTY:
        return Sentence(vi="ít điểm trừ hơn", en="fewer points taken off")
    if step.by is TieKey.SUBMITTED:
        return Sentence(vi="nộp báo cáo sớm hơn", en="the earlier report")
    node = next(node for node in nodes_of(plan.criteria) if node.code == step.criterion)
    return Sentence(vi=f"điểm “{node.name_vi}” cao hơn", en=f"more points for “{node.name_en}”")
