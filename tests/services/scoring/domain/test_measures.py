"""Each measure at its edges, on both sides; a better value never gets fewer points."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.domain.measures import Achievement, measured
from shared.plan.types import Criterion
from tests.services.scoring.domain.sheets import points_of, scored, scored_alone
from tests.shared.plan.small_plans import criterion, small_plan

RATIO = "{kind: ratio, target: 80, denominator_vi: kế hoạch, denominator_en: the plan}"
BANDS = "{kind: bands, bands: [{bound: 95, points: 10}, {bound: 80, points: 6.5}], otherwise: 1}"
BANDS_LOWER = "{kind: bands, bands: [{bound: 0, points: 10}, {bound: 15, points: 6.5}], otherwise: 1}"
LEADER = "{kind: leader-scaled, target: 100, targets: [{agency: c, target: 50}]}"

MEASURES = [
    ("points", "", "0", "0"),
    ("points", "", "3.47", "3.47"),
    ("{kind: points, cap: 4}", "", "4", "4"),
    ("{kind: points, cap: 4}", "", "4.01", "4"),
    ("points", ", value_minimum: -5", "-2", "-2"),
    (RATIO, ", maximum: 10", "0", "0"),
    (RATIO, ", maximum: 10", "40", "5"),
    (RATIO, ", maximum: 10", "79.9", "9.9875"),
    (RATIO, ", maximum: 10", "80", "10"),
    (RATIO, ", maximum: 10", "120", "10"),
    (RATIO, ", maximum: 10, value_minimum: -9", "-1", "0"),
    (RATIO, ", maximum: 10, direction: lower", "0", "10"),
    (RATIO, ", maximum: 10, direction: lower", "80", "10"),
    (RATIO, ", maximum: 10, direction: lower", "100", "8"),
    (BANDS, ", maximum: 10", "95", "10"),
    (BANDS, ", maximum: 10", "94.999999", "6.5"),
    (BANDS, ", maximum: 10", "80", "6.5"),
    (BANDS, ", maximum: 10", "79.999999", "1"),
    (BANDS_LOWER, ", maximum: 10, direction: lower", "0", "10"),
    (BANDS_LOWER, ", maximum: 10, direction: lower", "0.001", "6.5"),
    (BANDS_LOWER, ", maximum: 10, direction: lower", "15", "6.5"),
    (BANDS_LOWER, ", maximum: 10, direction: lower", "15.001", "1"),
    ("boolean", ", maximum: 5", "1", "5"),
    ("boolean", ", maximum: 5", "0", "0"),
    ("boolean", ", maximum: 5, direction: lower", "1", "0"),
    ("boolean", ", maximum: 5, direction: lower", "0", "5"),
    ("{kind: count, points_each: 2}", ", maximum: 6", "0", "0"),
    ("{kind: count, points_each: 2}", ", maximum: 6", "3", "6"),
    ("{kind: count, points_each: 2}", ", maximum: 6", "4", "6"),
    ("{kind: count, points_each: 2}", ", maximum: 6, direction: lower", "0", "6"),
    ("{kind: count, points_each: 2}", ", maximum: 6, direction: lower", "2", "2"),
    ("{kind: count, points_each: 2}", ", maximum: 6, direction: lower", "4", "0"),
    (LEADER, ", maximum: 10", "50", "2.5"),
    (LEADER, ", maximum: 10", "100", "5"),
    (LEADER, ", maximum: 10", "101", "10"),
]


@pytest.mark.parametrize(("measure", "more", "value", "points"), MEASURES)
def test_a_value_alone_in_its_cluster_earns_these_points(measure: str, more: str, value: str, points: str) -> None:
    score = scored_alone(small_plan(criterion("X", measure, more)), {"X": value})
    assert points_of(score)["X"] == points


def test_beside_the_leader_others_above_the_target_are_interpolated_by_relative_excess() -> None:
    plan = small_plan(criterion("X", LEADER, ", maximum: 10"))
    scores = scored(plan, {"a": {"X": "150"}, "b": {"X": "125"}, "c": {"X": "100"}, "d": {"X": "90"}})
    # c doubled its own target of 50 and leads; a is half as far above its target, b a quarter
    assert {agency: points_of(score)["X"] for agency, score in scores.items()} == {"a": "7.5", "b": "6.25", "c": "10", "d": "4.5"}


def test_one_report_of_a_leader_moves_the_points_of_the_others() -> None:
    plan = small_plan(criterion("X", LEADER, ", maximum: 10"))
    before = scored(plan, {"a": {"X": "150"}, "b": {"X": "120"}})
    after = scored(plan, {"a": {"X": "150"}, "b": {"X": "120"}, "c": {"X": "150"}})
    assert (points_of(before["a"])["X"], points_of(after["a"])["X"]) == ("10", "6.25")


def test_two_leaders_of_equal_excess_both_take_the_maximum_and_one_is_always_named() -> None:
    plan = small_plan(criterion("X", LEADER, ", maximum: 10"))
    values: dict[str, dict[str, str | int | None]] = {"a": {"X": "200"}, "c": {"X": "100"}}
    scores, turned = scored(plan, values), scored(plan, dict(reversed(values.items())))
    assert [points_of(score)["X"] for score in scores.values()] == ["10", "10"]
    assert scores == turned


def criterion_of(measure: str, more: str) -> Criterion:
    return small_plan(criterion("X", measure, more)).leaves[0]


MONOTONIC = [
    (criterion_of(measure, more), "lower" in more)
    for measure, more in dict.fromkeys((measure, more) for measure, more, _, _ in MEASURES)
    if measure not in {LEADER, "boolean"}
]
AMOUNTS = st.decimals(min_value=0, max_value=1000, places=4)


@given(st.sampled_from(MONOTONIC), AMOUNTS, AMOUNTS)
def test_a_better_value_never_gets_fewer_points(case: tuple[Criterion, bool], one: Decimal, other: Decimal) -> None:
    leaf, lower_is_better = case
    worse, better = sorted((one, other), reverse=lower_is_better)
    assert measured(leaf, worse, None, None).points <= measured(leaf, better, None, None).points


@given(AMOUNTS, AMOUNTS, AMOUNTS)
def test_beside_the_leader_points_rise_with_the_value_up_to_the_maximum(one: Decimal, two: Decimal, lead: Decimal) -> None:
    leaf = criterion_of(LEADER, ", maximum: 10")
    target = Decimal(100)
    worse, better, leading = (Achievement(value=value, target=target) for value in sorted((one, two, lead)))
    leader = leading if leading.excess > 0 else None
    points = [measured(leaf, one.value, one, leader).points for one in (worse, better, leading)]
    assert points == sorted(points)
    assert points[-1] <= 10
    assert (points[-1] == 10) == (leading.excess > 0)
