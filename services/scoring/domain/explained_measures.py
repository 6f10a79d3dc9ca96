"""How each measure made points of a given value, in words.

Most of a sentence follows from the rule alone: the words around the value are put together once for each rule and case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, partial

from services.scoring.domain import wording
from services.scoring.domain.measures import maximum_of
from services.scoring.domain.parts import Part
from services.scoring.domain.remembered import Remembered
from shared.plan.types import (
    Band,
    BandsMeasure,
    BooleanMeasure,
    CountMeasure,
    Criterion,
    Direction,
    LeaderScaledMeasure,
    PointsMeasure,
    RatioMeasure,
    Sentence,
)

LEADERS_MAX = 200
YES, NO = Sentence(vi="có", en="yes"), Sentence(vi="không", en="no")
VALUE = Sentence(vi="số liệu ", en="the value ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """The words around a value: the criterion's name before it, and after it all up to the points."""

    before: Sentence
    after: Sentence

    def around(self, value: str, points: Decimal) -> Sentence:
        """The whole, from name to points; the value and the points are said with a comma in Vietnamese."""
        got = wording.figure_text(points)
        unit = "point" if points == 1 else "points"
        vi = f"{self.before.vi}{value.replace('.', ',')}{self.after.vi}{got.replace('.', ',')} điểm"
        return Sentence(vi=vi, en=f"{self.before.en}{value}{self.after.en}{got} {unit}")


def sentence_for_value(criterion: Criterion, part: Part) -> Sentence:
    """What the value was, what the rule asks, and the points."""
    value = part.value or Decimal(0)
    said = "" if isinstance(criterion.measure, BooleanMeasure) else wording.figure_text(value)
    return phrase_for(criterion, part, value).around(said, part.points)


def phrase_for(criterion: Criterion, part: Part, value: Decimal) -> Phrase:
    match criterion.measure:
        case PointsMeasure() as measure:
            return phrase_above_cap(criterion) if measure.cap is not None and value > measure.cap else phrase_as_points(criterion)
        case RatioMeasure():
            return phrase_for_ratio(criterion)
        case BandsMeasure():
            return phrases_for_bands(criterion)[dict(part.trace).get("bound")]
        case BooleanMeasure():
            return phrase_for_yes(criterion) if value else phrase_for_no(criterion)
        case CountMeasure():
            return phrase_for_count(criterion)
        case LeaderScaledMeasure():
            figures = dict(part.trace)
            return phrases_beside_leaders(criterion)(figures["target"], figures.get("leader_value"), figures.get("leader_target"))


def phrase(criterion: Criterion, before: Sentence, after: Sentence) -> Phrase:
    """Put the name before and a colon after."""
    name = wording.title(criterion)
    return Phrase(
        before=Sentence(vi=f"{name.vi}: {before.vi}", en=f"{name.en}: {before.en}"),
        after=Sentence(vi=f"{after.vi}: ", en=f"{after.en}: "),
    )


def phrase_with_unit(criterion: Criterion, before: Sentence, after: Sentence) -> Phrase:
    unit_vi, unit_en = f" {criterion.unit_vi}".rstrip(), f" {criterion.unit_en}".rstrip()
    return phrase(criterion, before, Sentence(vi=unit_vi + after.vi, en=unit_en + after.en))


@Remembered
def phrase_as_points(criterion: Criterion) -> Phrase:
    return phrase(criterion, VALUE, Sentence(vi=" chính là số điểm", en=" is the points"))


@Remembered
def phrase_above_cap(criterion: Criterion) -> Phrase:
    measure = criterion.measure
    cap = wording.figure(measure.cap if isinstance(measure, PointsMeasure) and measure.cap is not None else Decimal(0))
    after = Sentence(vi=f" vượt mức trần {cap.vi}", en=f" is above the cap of {cap.en}")
    return phrase(criterion, VALUE, after)


@Remembered
def phrase_for_ratio(criterion: Criterion) -> Phrase:
    """Names the denominator, so that two shares of different things are never compared by mistake."""
    measure = criterion.measure
    if not isinstance(measure, RatioMeasure):
        raise TypeError(f"criterion {criterion.code} is no ratio")
    goal = wording.bound(criterion.direction, wording.with_unit(measure.target, criterion))
    most = wording.figure(maximum_of(criterion))
    after = Sentence(
        vi=f" so với {measure.denominator_vi}, chỉ tiêu {goal.vi}, tối đa {most.vi} điểm",
        en=f" of {measure.denominator_en}, target {goal.en}, for up to {most.en} points",
    )
    return phrase_with_unit(criterion, Sentence(vi="đạt ", en=""), after)


@Remembered
def phrases_for_bands(criterion: Criterion) -> Mapping[Decimal | None, Phrase]:
    """By the bound of the band that was reached; under none, for a value that reached no band."""
    measure = criterion.measure
    if not isinstance(measure, BandsMeasure):
        raise TypeError(f"criterion {criterion.code} has no bands")
    more = better_band(criterion, measure.bands, measure.otherwise)
    none = phrase_with_unit(criterion, VALUE, Sentence(vi=f" không đạt bậc nào{more.vi}", en=f" reaches no band{more.en}"))
    reached = {band.bound: phrase_for_band(criterion, band, measure.bands[:place]) for place, band in enumerate(measure.bands)}
    return {None: none} | reached


def phrase_for_band(criterion: Criterion, band: Band, above: Sequence[Band]) -> Phrase:
    said, more = bound_of(criterion, band), better_band(criterion, above, band.points)
    return phrase_with_unit(criterion, VALUE, Sentence(vi=f" thuộc bậc {said.vi}{more.vi}", en=f" is in the band of {said.en}{more.en}"))


def better_band(criterion: Criterion, above: Sequence[Band], got: Decimal) -> Sentence:
    """The nearest band that is worth more: what would have raised the points."""
    better = [band for band in above if band.points > got]
    if not better:
        return Sentence(vi="", en="")
    said, points = bound_of(criterion, better[-1]), wording.points(better[-1].points)
    return Sentence(vi=f" (bậc trên: {said.vi}, được {points.vi})", en=f" (the band above: {said.en}, for {points.en})")


def bound_of(criterion: Criterion, band: Band) -> Sentence:
    return wording.bound(criterion.direction, wording.with_unit(band.bound, criterion))


@Remembered
def phrase_for_yes(criterion: Criterion) -> Phrase:
    return phrase_for_answer(criterion, YES)


@Remembered
def phrase_for_no(criterion: Criterion) -> Phrase:
    return phrase_for_answer(criterion, NO)


def phrase_for_answer(criterion: Criterion, said: Sentence) -> Phrase:
    wanted = YES if criterion.direction is Direction.HIGHER else NO
    before = Sentence(vi=f"báo cáo “{said.vi}”, yêu cầu “{wanted.vi}”", en=f"the report says “{said.en}”, “{wanted.en}” is asked")
    return phrase(criterion, before, Sentence(vi="", en=""))


@Remembered
def phrase_for_count(criterion: Criterion) -> Phrase:
    measure = criterion.measure
    if not isinstance(measure, CountMeasure):
        raise TypeError(f"criterion {criterion.code} is no count")
    each, most = wording.points(measure.points_each), wording.figure(maximum_of(criterion))
    if criterion.direction is Direction.HIGHER:
        after = Sentence(vi=f", mỗi {each.vi}, tối đa {most.vi}", en=f", {each.en} each, at most {most.en}")
    else:
        after = Sentence(vi=f", mỗi lần trừ {each.vi} từ {most.vi}", en=f", {each.en} off {most.en} for each")
    return phrase_with_unit(criterion, Sentence(vi="", en=""), after)


@Remembered
def phrases_beside_leaders(criterion: Criterion) -> Callable[[Decimal, Decimal | None, Decimal | None], Phrase]:
    """By target and leader; each cluster has a leader of its own, so only those of late are kept."""
    return lru_cache(maxsize=LEADERS_MAX)(partial(phrase_beside_leader, criterion))


def phrase_beside_leader(criterion: Criterion, target: Decimal, leader: Decimal | None, leader_target: Decimal | None) -> Phrase:
    """Names the leader's own target too: with less than others, but a lower target, it may have gone further beyond."""
    goal = wording.with_unit(target, criterion)
    if leader is None or leader_target is None:
        after = Sentence(
            vi=f", chỉ tiêu {goal.vi}: tính theo tỷ lệ, tối đa nửa số điểm",
            en=f" against a target of {goal.en}: in proportion, up to half the maximum",
        )
    else:
        best, asked = wording.with_unit(leader, criterion), wording.with_unit(leader_target, criterion)
        most = wording.points(maximum_of(criterion))
        after = Sentence(
            vi=f", vượt chỉ tiêu {goal.vi}; đơn vị dẫn đầu cụm đạt {best.vi} với chỉ tiêu {asked.vi}, được trọn {most.vi}",
            en=f", above the target of {goal.en}; the cluster's leader has {best.en} against a target of {asked.en} and takes {most.en}",
        )
    return phrase_with_unit(criterion, Sentence(vi="đạt ", en=""), after)
