"""What bars a unit that may well have the points: a veto, an award of the same kind not long enough ago, another award beside this one.

Nothing is taken off its points; its place goes to the next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.scoring.domain.conditions import Examined, Ground, Verdict
from shared.plan.types import AgencyCode, AwardRule, Sentence

FEBRUARY_29 = (2, 29)


class BarKind(StrEnum):
    """Which rule bars a unit."""

    VETO = "veto"
    AWARDED_LATELY = "awarded-lately"
    OTHER_AWARD = "other-award"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One thing that bars a unit, in words."""

    kind: BarKind
    ground: Ground


@dataclass(frozen=True, slots=True, kw_only=True)
class PastAward:
    """An award that was granted in an earlier period and stands: not revoked."""

    agency: AgencyCode
    rule: str
    period: str
    ended: date  # the last day of that period


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """The awards that stand, as seen from the last day of the period that is judged."""

    ends: date
    awards: tuple[PastAward, ...]


NO_PAST = Past(ends=date.min, awards=())
Beside = Mapping[AgencyCode, AwardRule]
"""The units that are suggested under a rule that this one gives way to."""


def bars_on(
    rule: AwardRule, agency: AgencyCode, verdict: Verdict, past: Sequence[PastAward], ends: date, beside: Beside
) -> tuple[Bar, ...]:
    """Everything that bars the unit, not only the first."""
    return (
        *(bar_by_veto(veto) for veto in verdict.vetoes),
        *(bar_by_past(rule, one) for one in past if is_too_soon(rule, one, ends)),
        *([bar_by_other(rule, beside[agency])] if agency in beside else []),
    )


def is_too_soon(rule: AwardRule, award: PastAward, ends: date) -> bool:
    """Whether fewer years lie between the ends of the two periods than the rule asks for; a later period bars no earlier one."""
    return rule.again_after_years is not None and award.ended < ends < again_from(award, rule.again_after_years)


def again_from(award: PastAward, years: int) -> date:
    """The same day so many years on; of 29 February, where there is none, 1 March."""
    ended = award.ended
    if (ended.month, ended.day) == FEBRUARY_29:
        return date(ended.year + years, 3, 1)
    return ended.replace(year=ended.year + years)


def past_by_agency(rule: AwardRule, past: Past) -> dict[AgencyCode, list[PastAward]]:
    """The awards that stand under this very rule."""
    found: dict[AgencyCode, list[PastAward]] = {}
    for award in past.awards:
        if award.rule == rule.code:
            found.setdefault(award.agency, []).append(award)
    return found


def bar_by_veto(veto: Examined) -> Bar:
    said = veto.ground
    sentence = Sentence(vi=f"Bị loại, không trừ điểm: {said.sentence.vi}", en=f"Vetoed, without loss of points: {said.sentence.en}")
    return Bar(kind=BarKind.VETO, ground=Ground(clause=said.clause, sentence=sentence))


def bar_by_past(rule: AwardRule, award: PastAward) -> Bar:
    years = rule.again_after_years or 0
    day = again_from(award, years)
    sentence = Sentence(
        vi=f"Đã được khen theo quy tắc này ở kỳ {award.period}; phải đủ {years} năm, tức cho kỳ kết thúc từ ngày {day:%d/%m/%Y}.",
        en=f"Awarded under this rule in the period {award.period}; {years} year(s) must pass: for periods that end on {day} or later.",
    )
    return Bar(kind=BarKind.AWARDED_LATELY, ground=Ground(clause=rule.clause, sentence=sentence))


def bar_by_other(rule: AwardRule, other: AwardRule) -> Bar:
    sentence = Sentence(
        vi=f"Đã được đề xuất “{other.form_vi}” trong cùng kỳ; một thành tích không khen hai lần.",
        en=f"Suggested for “{other.form_en}” in the same period; one achievement is not awarded twice.",
    )
    return Bar(kind=BarKind.OTHER_AWARD, ground=Ground(clause=rule.clause, sentence=sentence))
