"""How each measure made points of a given value, in words."""

from __future__ import annotations

from decimal import Decimal

from services.scoring.domain import wording
from services.scoring.domain.parts import Part
from shared.plan.types import (
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


def sentence_for_value(criterion: Criterion, part: Part) -> Sentence:
    """What the value was, what the rule asks, and the points."""
    how, got = explained(criterion, part, part.value or Decimal(0)), wording.points(part.points)
    return Sentence(vi=f"{how.vi}: {got.vi}", en=f"{how.en}: {got.en}")


def explained(criterion: Criterion, part: Part, value: Decimal) -> Sentence:
    match criterion.measure:
        case PointsMeasure() as measure:
            return explained_points(measure, value)
        case RatioMeasure() as measure:
            return explained_ratio(measure, criterion, value)
        case BandsMeasure():
            return explained_band(criterion, part, value)
        case BooleanMeasure():
            return explained_yes_or_no(criterion, value)
        case CountMeasure() as measure:
            return explained_count(measure, criterion, value)
        case LeaderScaledMeasure():
            return explained_beside_leader(criterion, part, value)


def explained_points(measure: PointsMeasure, value: Decimal) -> Sentence:
    said = wording.figure(value)
    if measure.cap is not None and value > measure.cap:
        cap = wording.figure(measure.cap)
        return Sentence(vi=f"số liệu {said.vi} vượt mức trần {cap.vi}", en=f"the value {said.en} is above the cap of {cap.en}")
    return Sentence(vi=f"số liệu {said.vi} chính là số điểm", en=f"the value {said.en} is the points")


def explained_ratio(measure: RatioMeasure, criterion: Criterion, value: Decimal) -> Sentence:
    """Names the denominator, so that two shares of different things are never compared by mistake."""
    said, target = wording.with_unit(value, criterion), wording.with_unit(measure.target, criterion)
    most = wording.figure(criterion.maximum or Decimal(0))
    goal = wording.bound(criterion.direction, target)
    return Sentence(
        vi=f"đạt {said.vi} so với {measure.denominator_vi}, chỉ tiêu {goal.vi}, tối đa {most.vi} điểm",
        en=f"{said.en} of {measure.denominator_en}, target {goal.en}, for up to {most.en} points",
    )


def explained_band(criterion: Criterion, part: Part, value: Decimal) -> Sentence:
    said, reached = wording.with_unit(value, criterion), dict(part.trace).get("bound")
    if reached is None:
        return Sentence(vi=f"số liệu {said.vi} không đạt bậc nào", en=f"the value {said.en} reaches no band")
    band = wording.bound(criterion.direction, wording.with_unit(reached, criterion))
    return Sentence(vi=f"số liệu {said.vi} thuộc bậc {band.vi}", en=f"the value {said.en} is in the band of {band.en}")


def explained_yes_or_no(criterion: Criterion, value: Decimal) -> Sentence:
    wanted = Sentence(vi="có", en="yes") if criterion.direction is Direction.HIGHER else Sentence(vi="không", en="no")
    said = Sentence(vi="có", en="yes") if value else Sentence(vi="không", en="no")
    return Sentence(vi=f"báo cáo “{said.vi}”, yêu cầu “{wanted.vi}”", en=f"the report says “{said.en}”, “{wanted.en}” is asked")


def explained_count(measure: CountMeasure, criterion: Criterion, value: Decimal) -> Sentence:
    said, each = wording.with_unit(value, criterion), wording.points(measure.points_each)
    most = wording.figure(criterion.maximum or Decimal(0))
    if criterion.direction is Direction.HIGHER:
        return Sentence(vi=f"{said.vi}, mỗi {each.vi}, tối đa {most.vi}", en=f"{said.en}, {each.en} each, at most {most.en}")
    return Sentence(vi=f"{said.vi}, mỗi lần trừ {each.vi} từ {most.vi}", en=f"{said.en}, {each.en} off {most.en} for each")


def explained_beside_leader(criterion: Criterion, part: Part, value: Decimal) -> Sentence:
    figures = dict(part.trace)
    said, target = wording.with_unit(value, criterion), wording.with_unit(figures["target"], criterion)
    if "leader_value" not in figures:
        return Sentence(
            vi=f"đạt {said.vi}, chỉ tiêu {target.vi}: tính theo tỷ lệ, tối đa nửa số điểm",
            en=f"{said.en} against a target of {target.en}: in proportion, up to half the maximum",
        )
    leader = wording.with_unit(figures["leader_value"], criterion)
    return Sentence(
        vi=f"đạt {said.vi}, vượt chỉ tiêu {target.vi}; so với đơn vị dẫn đầu cụm ({leader.vi})",
        en=f"{said.en}, above the target of {target.en}; scaled to the cluster's leader ({leader.en})",
    )
