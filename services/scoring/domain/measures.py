"""The six measures: how one indicator value becomes points. A better value never gets fewer points."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from services.scoring.domain.exact import ZERO, minus, plus, quotient, times
from shared.plan.types import (
    BandsMeasure,
    BooleanMeasure,
    CountMeasure,
    Criterion,
    Direction,
    LeaderScaledMeasure,
    PointsMeasure,
    RatioMeasure,
)

HALF = Decimal("0.5")


@dataclass(frozen=True, slots=True, kw_only=True)
class Achievement:
    """A value beside the target that holds for the unit."""

    value: Decimal
    target: Decimal

    @property
    def excess(self) -> Decimal:
        return minus(self.value, self.target)

    def leads(self, other: Achievement) -> bool:
        """Whether this one's excess over its own target is relatively the larger; compared without dividing."""
        return times(self.excess, other.target) > times(other.excess, self.target)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Points, and the figures of the rule that they follow from."""

    points: Decimal
    trace: tuple[tuple[str, Decimal], ...] = ()


def measured(criterion: Criterion, value: Decimal, achievement: Achievement | None, leader: Achievement | None) -> Measured:
    """The points for a value. Achievement and leader are needed by the leader-scaled measure alone."""
    match criterion.measure:
        case PointsMeasure() as measure:
            return points_as_reported(measure, value)
        case RatioMeasure() as measure:
            return points_for_ratio(measure, criterion, value)
        case BandsMeasure() as measure:
            return points_for_band(measure, criterion.direction, value)
        case BooleanMeasure():
            return points_for_yes_or_no(criterion, value)
        case CountMeasure() as measure:
            return points_for_count(measure, criterion, value)
        case LeaderScaledMeasure():
            return points_beside_leader(maximum_of(criterion), achievement, leader)


def maximum_of(criterion: Criterion) -> Decimal:
    """The maximum points; a plan is checked to give one wherever a measure needs it."""
    if criterion.maximum is None:
        raise ValueError(f"criterion {criterion.code} has no maximum: the plan was not checked")
    return criterion.maximum


def points_as_reported(measure: PointsMeasure, value: Decimal) -> Measured:
    """The value is the points, cut at the cap where the plan gives one."""
    if measure.cap is None:
        return Measured(points=value)
    return Measured(points=min(value, measure.cap), trace=(("cap", measure.cap),))


def points_for_ratio(measure: RatioMeasure, criterion: Criterion, value: Decimal) -> Measured:
    """Maximum × value / target, within zero and the maximum; where lower is better, maximum × target / value."""
    maximum, target = maximum_of(criterion), measure.target
    trace = (("maximum", maximum), ("target", target))
    reached = value >= target if criterion.direction is Direction.HIGHER else value <= target
    if reached:
        return Measured(points=maximum, trace=trace)
    if criterion.direction is Direction.LOWER:
        return Measured(points=quotient(times(maximum, target), value), trace=trace)
    return Measured(points=max(ZERO, quotient(times(maximum, value), target)), trace=trace)


def points_for_band(measure: BandsMeasure, direction: Direction, value: Decimal) -> Measured:
    """The points of the first band, from the best, that the value reaches."""
    for band in measure.bands:
        reached = value >= band.bound if direction is Direction.HIGHER else value <= band.bound
        if reached:
            return Measured(points=band.points, trace=(("bound", band.bound),))
    return Measured(points=measure.otherwise)


def points_for_yes_or_no(criterion: Criterion, value: Decimal) -> Measured:
    """The maximum for yes and nothing for no; the reverse where lower is better."""
    wanted = value != 0 if criterion.direction is Direction.HIGHER else value == 0
    maximum = maximum_of(criterion)
    return Measured(points=maximum if wanted else ZERO, trace=(("maximum", maximum),))


def points_for_count(measure: CountMeasure, criterion: Criterion, value: Decimal) -> Measured:
    """Points for each one, up to the maximum; where lower is better, taken off the maximum, down to zero."""
    maximum, counted = maximum_of(criterion), times(measure.points_each, value)
    trace = (("maximum", maximum), ("points_each", measure.points_each))
    if criterion.direction is Direction.HIGHER:
        return Measured(points=min(maximum, counted), trace=trace)
    return Measured(points=max(ZERO, minus(maximum, counted)), trace=trace)


def points_beside_leader(maximum: Decimal, achievement: Achievement | None, leader: Achievement | None) -> Measured:
    """Half the maximum in proportion up to the target; above it, the other half by excess relative to the leader's."""
    if achievement is None:
        raise ValueError("a leader-scaled criterion is measured with its achievement")
    half, target = times(HALF, maximum), achievement.target
    trace = (("maximum", maximum), ("target", target))
    if achievement.excess <= 0 or leader is None:
        return Measured(points=max(ZERO, quotient(times(half, achievement.value), target)), trace=trace)
    part = quotient(times(times(half, achievement.excess), leader.target), times(target, leader.excess))
    return Measured(points=plus(half, part), trace=(*trace, ("leader_value", leader.value), ("leader_target", leader.target)))
