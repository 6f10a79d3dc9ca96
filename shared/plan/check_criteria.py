"""The rules of criteria and measures: what makes a sheet of criteria one that can be scored without guessing."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from shared.plan.reading import Reading
from shared.plan.types import (
    Band,
    BandsMeasure,
    BooleanMeasure,
    CountMeasure,
    Criterion,
    CriterionGroup,
    Direction,
    LeaderScaledMeasure,
    OnAbsent,
    Plan,
    PointsMeasure,
    RatioMeasure,
    leaves_of,
)
from shared.plan.values import plain


def check_criteria(plan: Plan, reading: Reading) -> None:
    """Note every criterion that could not be scored as it stands."""
    for leaf in plan.leaves:
        check_limits(leaf, reading)
        check_measure(plan, leaf, reading)
    for group in groups_of(plan.criteria):
        check_sum(group, reading)
    check_whole(plan, reading)
    check_redistribution(plan, reading)


def groups_of(criteria: tuple[Criterion | CriterionGroup, ...]) -> Iterator[CriterionGroup]:
    for node in criteria:
        if isinstance(node, CriterionGroup):
            yield node
            yield from groups_of(node.members)


def check_limits(leaf: Criterion, reading: Reading) -> None:
    if leaf.value_maximum is not None and leaf.value_maximum < leaf.value_minimum:
        vi, en = "value_maximum nhỏ hơn value_minimum (mặc định là 0).", "value_maximum is below value_minimum (0 unless stated)."
        reading.note_at(leaf, "value_maximum", "limits-reversed", vi, en)


def check_measure(plan: Plan, leaf: Criterion, reading: Reading) -> None:
    """Measures that divide or fill up a maximum need one; directions and bands make sense; targets name agencies of the plan."""
    measure = leaf.measure
    if leaf.maximum is None and isinstance(measure, RatioMeasure | BooleanMeasure | CountMeasure | LeaderScaledMeasure):
        vi, en = "Cách đo này cần điểm tối đa (maximum).", "This measure needs the maximum of points (maximum)."
        reading.note_at(leaf, "maximum", "maximum-absent", vi, en)
    if isinstance(measure, PointsMeasure | LeaderScaledMeasure) and leaf.direction is Direction.LOWER:
        vi, en = "Cách đo này chỉ dùng với direction: higher.", "This measure knows only direction: higher."
        reading.note_at(leaf, "direction", "direction-unfit", vi, en)
    if isinstance(measure, PointsMeasure) and measure.cap is not None and leaf.maximum not in {None, measure.cap}:
        vi, en = "Điểm tối đa (maximum) và mức trần (cap) phải bằng nhau.", "The maximum and the cap must be the same."
        reading.note_at(leaf, "maximum", "maximum-not-cap", vi, en)
    if isinstance(measure, BandsMeasure):
        check_bands(leaf, measure, reading)
    if isinstance(measure, LeaderScaledMeasure):
        check_targets(plan, measure, reading)


def check_bands(leaf: Criterion, measure: BandsMeasure, reading: Reading) -> None:
    """Bands go from the best to the worst, each reachable, none worth more than a better one, none above the maximum."""
    for better, worse in pairwise(measure.bands):
        if leaf.direction is Direction.HIGHER and worse.bound >= better.bound:
            note_unreachable(reading, worse, f"nhỏ hơn {plain(better.bound)}", f"below {plain(better.bound)}")
        if leaf.direction is Direction.LOWER and worse.bound <= better.bound:
            note_unreachable(reading, worse, f"lớn hơn {plain(better.bound)}", f"above {plain(better.bound)}")
    for band in measure.bands:
        check_reach(leaf, band, reading)
    points = [*(band.points for band in measure.bands), measure.otherwise]
    if any(worse > better for better, worse in pairwise(points)):
        vi, en = "Bậc kém hơn không được nhiều điểm hơn bậc tốt hơn.", "A worse band may not be worth more than a better one."
        reading.note_at(measure, "bands", "bands-not-monotonic", vi, en)
    if leaf.maximum is not None and measure.bands and measure.bands[0].points != leaf.maximum:
        vi, en = "Bậc cao nhất phải bằng điểm tối đa (maximum).", "The best band must be worth the maximum."
        reading.note_at(leaf, "maximum", "maximum-not-best-band", vi, en)


def check_reach(leaf: Criterion, band: Band, reading: Reading) -> None:
    """A band lies within the values that may be reported."""
    if leaf.direction is Direction.HIGHER and leaf.value_maximum is not None and band.bound > leaf.value_maximum:
        vi, en = f"không quá {plain(leaf.value_maximum)} (value_maximum)", f"at most {plain(leaf.value_maximum)} (value_maximum)"
        note_out_of_reach(reading, band, vi, en)
    if leaf.direction is Direction.LOWER and band.bound < leaf.value_minimum:
        vi, en = f"từ {plain(leaf.value_minimum)} trở lên (value_minimum)", f"at least {plain(leaf.value_minimum)} (value_minimum)"
        note_out_of_reach(reading, band, vi, en)


def note_out_of_reach(reading: Reading, band: Band, must_vi: str, must_en: str) -> None:
    vi = f"Bậc này không bao giờ đạt tới: số liệu chỉ được {must_vi}."
    en = f"This band is never reached: a value may be {must_en} only."
    reading.note_at(band, "bound", "band-unreachable", vi, en)


def note_unreachable(reading: Reading, band: Band, must_vi: str, must_en: str) -> None:
    vi = f"Bậc này không bao giờ đạt tới: ngưỡng phải {must_vi}, ngưỡng của bậc trên."
    en = f"This band is never reached: its bound must be {must_en}, the bound of the band before it."
    reading.note_at(band, "bound", "band-unreachable", vi, en)


def check_targets(plan: Plan, measure: LeaderScaledMeasure, reading: Reading) -> None:
    known = {agency.code for agency in plan.agencies} | reading.unread_codes
    seen: set[str] = set()
    for target in measure.targets:
        if target.agency not in known:
            vi, en = f"Không có đơn vị “{target.agency}”.", f"There is no agency “{target.agency}”."
            reading.note_at(target, "agency", "code-unknown", vi, en)
        if target.agency in seen:
            vi, en = f"Đơn vị “{target.agency}” đã có chỉ tiêu ở trên.", f"“{target.agency}” has a target above."
            reading.note_at(target, "agency", "code-repeated", vi, en)
        seen.add(target.agency)


def check_sum(group: CriterionGroup, reading: Reading) -> None:
    """A group that states a maximum has members that add up to it."""
    maxima = [leaf.maximum for leaf in leaves_of(group.members)]
    known = [maximum for maximum in maxima if maximum is not None]
    if group.maximum is None:
        return
    if len(known) < len(maxima):
        vi, en = "Nhóm có điểm tối đa thì mọi tiêu chí trong nhóm cũng phải có.", "A group with a maximum needs one on each member."
        reading.note_at(group, "maximum", "maximum-absent", vi, en)
    elif sum(known, Decimal(0)) != group.maximum:
        total = plain(sum(known, Decimal(0)))
        vi = f"Nhóm ghi {plain(group.maximum)} điểm nhưng các tiêu chí cộng lại là {total}."
        en = f"The group says {plain(group.maximum)} points but its criteria add up to {total}."
        reading.note_at(group, "maximum", "maximum-not-sum", vi, en)


def check_whole(plan: Plan, reading: Reading) -> None:
    """A plan that says what all its criteria add up to has criteria that do."""
    maxima = [leaf.maximum for leaf in plan.leaves if leaf.maximum is not None]
    if plan.criteria_maximum is None:
        return
    if len(maxima) < len(plan.leaves):
        vi, en = "Có criteria_maximum thì mọi tiêu chí phải có maximum.", "With criteria_maximum every criterion needs a maximum."
        reading.note("/criteria_maximum", "maximum-absent", vi, en)
    elif sum(maxima, Decimal(0)) != plan.criteria_maximum:
        total, said = plain(sum(maxima, Decimal(0))), plain(plan.criteria_maximum)
        vi = f"Kế hoạch ghi {said} điểm nhưng các tiêu chí cộng lại là {total}; sửa một trong hai."
        en = f"The plan says {said} points but its criteria add up to {total}; mend one of the two."
        reading.note("/criteria_maximum", "maximum-not-sum", vi, en)


def check_redistribution(plan: Plan, reading: Reading) -> None:
    """Leaving a criterion out shares its points among the others, which needs a maximum on every criterion."""
    without = [leaf.code for leaf in plan.leaves if leaf.maximum is None]
    for leaf in plan.leaves:
        if without and OnAbsent.EXCLUDE in {leaf.on_missing, leaf.on_not_applicable}:
            key = "on_missing" if leaf.on_missing is OnAbsent.EXCLUDE else "on_not_applicable"
            vi = f"“exclude” chia lại điểm tối đa, nên mọi tiêu chí phải có maximum (thiếu ở {', '.join(without[:3])})."
            en = f"“exclude” shares out the maximum, so every criterion needs one (none on {', '.join(without[:3])})."
            reading.note_at(leaf, key, "exclude-without-maximum", vi, en)
