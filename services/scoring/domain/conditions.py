"""Conditions of an award: each is examined, and the verdict names those that were met and those that failed, and by how much.

A veto is a condition turned round: a unit that meets one gets no award of the plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import assert_never

from services.scoring.domain import wording
from services.scoring.domain.exact import minus
from services.scoring.domain.parts import Part, Score
from services.scoring.domain.scores import points_by_node
from services.scoring.domain.tie_breaks import penalty_of
from shared.plan.types import AwardRule, Comparison, Condition, CriterionCode, Plan, Sentence, Subject

__all__ = ["Examined", "Ground", "Verdict", "examined", "verdict_on"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A condition or selection as it was found: its clause, its sentence with the figures, and what a failed one lacked."""

    clause: str
    sentence: Sentence
    short_by: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A condition and the figure that was found; the period is named where an award looks back on several."""

    condition: Condition
    found: Decimal | None
    period: str = ""

    @property
    def holds(self) -> bool:
        """Whether the figure is within the limit; an absent figure never is."""
        return self.found is not None and self.short_by is None

    @property
    def short_by(self) -> Decimal | None:
        """How far the figure is from the limit on the wrong side."""
        if self.found is None:
            return None
        at_least = self.condition.comparison is Comparison.AT_LEAST
        lacking = minus(self.condition.limit, self.found) if at_least else minus(self.found, self.condition.limit)
        return lacking if lacking > 0 else None

    @property
    def ground(self) -> Ground:
        """The condition in words, with its figure."""
        figure = wording.figure(self.found) if self.found is not None else Sentence(vi="không có số liệu", en="no value")
        off, where = shortfall(self.condition, self.short_by), in_period(self.period)
        sentence = Sentence(
            vi=f"{self.condition.sentence_vi}{where.vi} ({figure.vi}{off.vi}).",
            en=f"{self.condition.sentence_en}{where.en} ({figure.en}{off.en}).",
        )
        return Ground(clause=self.condition.clause, sentence=sentence, short_by=self.short_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """All conditions of a rule on a unit, and the vetoes that it meets. `untotalled` names the periods in which it has no total."""

    conditions: tuple[Examined, ...]
    vetoes: tuple[Examined, ...] = ()
    untotalled: tuple[str, ...] = ()

    @property
    def qualified(self) -> bool:
        """Every condition holds; whether something bars the unit is another question."""
        return not self.untotalled and all(one.holds for one in self.conditions)

    @property
    def met(self) -> tuple[Ground, ...]:
        """The conditions that hold."""
        return tuple(one.ground for one in self.conditions if one.holds)

    @property
    def failed(self) -> tuple[Ground, ...]:
        """What the unit lacks, every single thing."""
        without = tuple(ground_without_total(period) for period in self.untotalled)
        return (*without, *(one.ground for one in self.conditions if not one.holds))


def verdict_on(plan: Plan, rule: AwardRule, score: Score) -> Verdict:
    """Examine all conditions and all vetoes, then judge."""
    vetoes = tuple(one for one in examined(plan, plan.vetoes, score) if one.holds)
    return Verdict(conditions=examined(plan, rule.conditions, score), vetoes=vetoes)


def examined(plan: Plan, conditions: Sequence[Condition], score: Score, period: str = "") -> tuple[Examined, ...]:
    """Each condition beside the figure that it looks at."""
    return tuple(Examined(condition=one, found=subject_of(plan, one, score), period=period) for one in conditions)


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


def shortfall(condition: Condition, short_by: Decimal | None) -> Sentence:
    if short_by is None:
        return Sentence(vi="", en="")
    off = wording.figure(short_by)
    if condition.comparison is Comparison.AT_LEAST:
        return Sentence(vi=f"; còn thiếu {off.vi}", en=f"; {off.en} short")
    return Sentence(vi=f"; vượt {off.vi}", en=f"; {off.en} over")


def in_period(period: str) -> Sentence:
    return Sentence(vi=f", kỳ {period}", en=f", period {period}") if period else Sentence(vi="", en="")


def ground_without_total(period: str) -> Ground:
    return Ground(clause="", sentence=Sentence(vi=f"Không có tổng điểm ở kỳ {period}.", en=f"No total in the period {period}."))
