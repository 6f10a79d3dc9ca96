"""Conditions of an award: each is examined, and the verdict names those that were met and those that failed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import assert_never

from services.scoring.domain import wording
from services.scoring.domain.parts import Part, Score
from services.scoring.domain.scores import points_by_node
from services.scoring.domain.tie_breaks import penalty_of
from shared.plan.types import AwardRule, Comparison, Condition, CriterionCode, Plan, Sentence, Subject

__all__ = ["Ground", "Verdict", "verdict_on"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A condition or selection as it was found: its clause and its sentence with the figures."""

    clause: str
    sentence: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    met: tuple[Ground, ...]
    failed: tuple[Ground, ...]

    @property
    def qualified(self) -> bool:
        return not self.failed


def verdict_on(plan: Plan, rule: AwardRule, score: Score) -> Verdict:
    """Examine all conditions, then judge."""
    examined = [(condition, subject_of(plan, condition, score)) for condition in rule.conditions]
    met = tuple(ground(condition, found) for condition, found in examined if holds(condition, found))
    failed = tuple(ground(condition, found) for condition, found in examined if not holds(condition, found))
    return Verdict(met=met, failed=failed)


def holds(condition: Condition, found: Decimal | None) -> bool:
    """Whether the figure is within the limit; an absent figure never is."""
    if found is None:
        return False
    return found >= condition.limit if condition.comparison is Comparison.AT_LEAST else found <= condition.limit


def subject_of(plan: Plan, condition: Condition, score: Score) -> Decimal | None:
    """The figure that the condition looks at."""
    match condition.subject:
        case Subject.TOTAL:
            return score.total
        case Subject.POINTS:
            return points_by_node(plan, score).get(condition.criterion or CriterionCode(""))
        case Subject.VALUE:
            return value_of(score.parts, condition.criterion)
        case Subject.PENALTY:
            return penalty_of(score)
        case _ as never:
            assert_never(never)


def value_of(parts: tuple[Part, ...], code: CriterionCode | None) -> Decimal | None:
    """The value of a criterion, or the count of a bonus or penalty: an event that was not reported counts as none."""
    found = next((part for part in parts if part.code == code), None)
    if found is None:
        return Decimal(0)
    return found.value


def ground(condition: Condition, found: Decimal | None) -> Ground:
    figure = wording.figure(found) if found is not None else Sentence(vi="không có số liệu", en="no value")
    sentence = Sentence(vi=f"{condition.sentence_vi} ({figure.vi}).", en=f"{condition.sentence_en} ({figure.en}).")
    return Ground(clause=condition.clause, sentence=sentence)
