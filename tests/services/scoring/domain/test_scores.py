"""Totals, what an absent value does, adjustments, limits, rounding: each a line, and the lines add up."""

from datetime import UTC, datetime
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest

from services.scoring.domain.score_document import score_bytes
from services.scoring.domain.scores import PartKind, ReportInput, State, points_by_node, score_cluster, score_document
from shared.plan.types import AgencyCode, CriterionCode
from shared.plan.values import Given
from tests.services.scoring.domain.sheets import kinds_of, part_of, points_of, report, scored, scored_alone, total_of
from tests.shared.plan.small_plans import criterion, small_plan

THIRDS = "{kind: ratio, target: 3, denominator_vi: kế hoạch, denominator_en: the plan}"


def test_missing_not_applicable_not_measured_and_zero_are_four_things() -> None:
    plan = small_plan(*(criterion(code, more=", when_nobody: not-measured") for code in ("M", "A", "N", "Z")))
    values: dict[str, str | int | None] = {"M": None, "A": "n/a", "N": None, "Z": 0}
    scores = scored(plan, {"a": values, "b": {"M": 1, "A": 1, "Z": 1}})
    assert [(part.code, part.state, part.value) for part in scores["a"].parts] == [
        ("M", State.MISSING, None),
        ("A", State.NOT_APPLICABLE, None),
        ("N", State.NOT_MEASURED, None),
        ("Z", State.GIVEN, Decimal(0)),
    ]
    sentences = {part["sentence_en"] for part in score_document(scores["a"])["parts"]}  # type: ignore[attr-defined]
    assert len(sentences) == 4


def test_a_criterion_that_nobody_has_a_value_for_counts_for_nobody_even_where_missing_blocks() -> None:
    plan = small_plan(criterion("X", missing="block"), criterion("N", missing="block", more=", when_nobody: not-measured"))
    assert total_of(scored(plan, {"a": {"X": 1}, "b": {"X": 2, "N": None}})["a"]) == "1.00"


def test_one_value_in_the_cluster_makes_a_criterion_measured_for_all() -> None:
    plan = small_plan(criterion("X", missing="block"), criterion("N", missing="block", more=", when_nobody: not-measured"))
    scores = scored(plan, {"a": {"X": 1}, "b": {"X": 2, "N": 0}})
    assert (total_of(scores["a"]), total_of(scores["b"])) == (None, "2.00")
    assert [reason.code for reason in scores["a"].no_total] == ["value-missing"]
    assert scores["a"].no_total[0].criteria == ("N",)


def test_a_criterion_without_that_rule_is_missing_also_when_nobody_has_it() -> None:
    plan = small_plan(criterion("X"), criterion("N", missing="block"))
    assert total_of(scored_alone(plan, {"X": 1})) is None


@pytest.mark.parametrize(
    ("missing", "not_applicable", "value", "total"),
    [
        ("zero", "block", None, "10.00"),
        ("block", "zero", "n/a", "10.00"),
        ("block", "zero", None, None),
        ("zero", "block", "n/a", None),
        ("exclude", "zero", None, "20.00"),
        ("zero", "exclude", "n/a", "20.00"),
    ],
)
def test_an_absent_value_does_what_the_plan_says(missing: str, not_applicable: str, value: str | None, total: str | None) -> None:
    plan = small_plan(
        criterion("X", "boolean", ", maximum: 10"),
        criterion("Y", "boolean", ", maximum: 10", missing=missing, not_applicable=not_applicable),
    )
    assert total_of(scored_alone(plan, {"X": 1, "Y": value})) == total


def test_excluded_points_are_shared_out_in_proportion_to_the_maximum_that_is_left() -> None:
    plan = small_plan(
        criterion("X", THIRDS, ", maximum: 30"),
        criterion("Y", "boolean", ", maximum: 60"),
        criterion("Z", "boolean", ", maximum: 10", missing="exclude"),
    )
    score = scored_alone(plan, {"X": 1, "Y": 1})
    assert points_of(score)["X"] == "10"
    difference = Fraction(part_of(score, "redistribution").points) - (Fraction(70 * 100, 90) - 70)
    assert abs(difference) < Fraction(1, 10**29)
    assert total_of(score) == "77.78"


def test_a_criterion_not_measured_is_not_shared_out() -> None:
    plan = small_plan(
        criterion("X", "boolean", ", maximum: 10"),
        criterion("N", "boolean", ", maximum: 10, when_nobody: not-measured", missing="exclude"),
    )
    assert total_of(scored_alone(plan, {"X": 1})) == "10.00"


def test_with_every_criterion_left_out_there_is_no_total() -> None:
    plan = small_plan(criterion("X", "boolean", ", maximum: 10", missing="exclude"))
    assert [reason.code for reason in scored_alone(plan, {}).no_total] == ["nothing-left"]


def test_all_reasons_against_a_total_are_named_at_once() -> None:
    plan = small_plan(criterion("X", missing="block"), criterion("Y", not_applicable="block"))
    score = scored(plan, {"a": {"Y": "n/a"}, "b": {"X": 1}})["a"]
    assert [(reason.code, reason.criteria) for reason in score.no_total] == [("value-missing", ("X",)), ("value-not-applicable", ("Y",))]
    assert score.total is None
    assert score.grade is None


def test_without_a_report_there_is_no_total_and_the_score_says_why() -> None:
    score = scored(small_plan(criterion("X")), {"a": None, "b": {"X": 1}})["a"]
    assert (score.total, score.version, score.parts) == (None, None, ())
    assert [reason.code for reason in score.no_total] == ["no-report"]


def test_the_total_is_rounded_once_half_up_and_the_difference_is_a_line() -> None:
    plan = small_plan(criterion("X"), criterion("Y"))
    score = scored_alone(plan, {"X": "0.0025", "Y": "0.0025"})
    assert total_of(score) == "0.01"
    assert points_of(score) == {"X": "0.0025", "Y": "0.0025", "rounding": "0.005"}


def test_three_thirds_and_a_half_are_one_and_a_half_which_goes_up() -> None:
    thirds = "{kind: ratio, target: 3, denominator_vi: x, denominator_en: x}"
    plan = small_plan(*(criterion(code, thirds, ", maximum: 1") for code in "XYZ"), criterion("H"))
    score = scored_alone(plan, {"X": 1, "Y": 1, "Z": 1, "H": "0.005"})
    assert score.total == Decimal("1.01")
    assert sum(Fraction(part.points) for part in score.parts) == Fraction("1.01")


def test_a_group_of_thirds_is_compared_as_the_whole_that_it_is() -> None:
    thirds = "{kind: ratio, target: 3, denominator_vi: x, denominator_en: x}"
    members = ", ".join(criterion(code, thirds, ", maximum: 1").strip().removeprefix("- ") for code in "XYZ")
    plan = small_plan(f"  - {{code: G, name_vi: Nhóm, name_en: Group, members: [{members}]}}\n")
    score = scored_alone(plan, {"X": 1, "Y": 1, "Z": 1})
    assert points_by_node(plan, score)[CriterionCode("G")] == 1


def test_without_a_difference_there_is_no_line_for_rounding() -> None:
    assert kinds_of(scored_alone(small_plan(criterion("X")), {"X": "0.5"})) == [PartKind.CRITERION]


ADJUSTED = """
adjustments:
  bonuses:
    - {code: flag, name_vi: Cờ, name_en: Flag, points_each: 10, count_maximum: 2}
    - {code: star, name_vi: Sao, name_en: Star, points_each: 4}
  penalties:
    - {code: waste, name_vi: Lãng phí, name_en: Waste, points_each: 3, count_maximum: 9}
  late: {points_per_day: 1.5, maximum: 5}
  bonus_maximum: 15
  penalty_maximum: 10
  total_maximum: 110
  total_minimum: 0
grades:
  - {code: best, name_vi: Xuất sắc, name_en: Excellent, at_least: 95}
  - {code: good, name_vi: Tốt, name_en: Good, at_least: 85}
"""
SHEET = small_plan(criterion("X", more=", maximum: 100"), more=ADJUSTED)


@pytest.mark.parametrize(
    ("values", "lines", "total"),
    [
        ({"X": 97, "flag": 1}, {"X": "97", "flag": "10"}, "107.00"),
        ({"X": 80, "flag": 1, "star": 1}, {"X": "80", "flag": "10", "star": "4"}, "94.00"),
        ({"X": 80, "flag": 2}, {"X": "80", "flag": "20", "bonus-maximum": "-5"}, "95.00"),
        ({"X": 99, "flag": 2}, {"X": "99", "flag": "20", "bonus-maximum": "-5", "total-maximum": "-4"}, "110.00"),
        ({"X": 80, "waste": 3}, {"X": "80", "waste": "-9"}, "71.00"),
        ({"X": 80, "waste": 4}, {"X": "80", "waste": "-12", "penalty-maximum": "2"}, "70.00"),
        ({"X": 4, "waste": 2}, {"X": "4", "waste": "-6", "total-minimum": "2"}, "0.00"),
        ({"X": 80, "flag": 0, "waste": None, "star": "n/a"}, {"X": "80"}, "80.00"),
    ],
)
def test_adjustments_and_their_limits_are_lines_of_their_own(
    values: dict[str, str | int | None], lines: dict[str, str], total: str
) -> None:
    score = scored_alone(SHEET, values)
    assert {code: points for code, points in points_of(score).items() if code != "late"} == lines
    assert total_of(score) == total


@pytest.mark.parametrize(
    ("submitted_at", "points"),
    [
        (datetime(2023, 7, 12, 16, 59, 59, tzinfo=UTC), "0"),
        (datetime(2023, 7, 12, 17, 0, 0, tzinfo=UTC), "-1.5"),
        (datetime(2023, 7, 15, 0, 0, 0, tzinfo=UTC), "-4.5"),
        (datetime(2023, 7, 16, 0, 0, 0, tzinfo=UTC), "-5"),
        (datetime(2024, 7, 16, 0, 0, 0, tzinfo=UTC), "-5"),
    ],
)
def test_each_day_after_the_grace_costs_points_up_to_the_maximum(submitted_at: datetime, points: str) -> None:
    score = scored(SHEET, {"a": report({"X": 80}, submitted_at)})["a"]
    assert points_of(score)["late"] == points
    assert total_of(score) == format(Decimal(80) + Decimal(points), ".2f")


def test_lateness_and_events_share_one_maximum_of_penalty() -> None:
    score = scored(SHEET, {"a": report({"X": 80, "waste": 3}, datetime(2024, 1, 1, tzinfo=UTC))})["a"]
    assert (points_of(score)["penalty-maximum"], total_of(score)) == ("4", "70.00")


def test_an_unknown_instant_of_submission_is_not_held_against_the_unit() -> None:
    assert points_of(scored_alone(SHEET, {"X": 80}))["late"] == "0"


@pytest.mark.parametrize(
    ("value", "grade"), [("95", "best"), ("94.99", "good"), ("94.995", "best"), ("85", "good"), ("84.99", None), ("110", "best")]
)
def test_the_grade_follows_the_rounded_total(value: str, grade: str | None) -> None:
    score = scored_alone(SHEET, {"X": value})
    assert (score.grade.code if score.grade else None) == grade


def test_a_self_score_is_kept_beside_the_points_and_never_counts() -> None:
    plan = small_plan(criterion("X"))
    own = ReportInput(version=3, values={"X": Given(Decimal(4))}, self_scores={"X": Decimal(9)})
    score = scored(plan, {"a": own})["a"]
    assert (total_of(score), part_of(score, "X").self_score, score.version) == ("4.00", Decimal(9), 3)


def test_points_add_up_by_group() -> None:
    group = "  - {code: G, name_vi: g, name_en: g, members: [" + criterion("Y").strip(" -\n") + ", " + criterion("Z").strip(" -\n") + "]}\n"
    plan = small_plan(criterion("X"), group)
    points = points_by_node(plan, scored_alone(plan, {"X": 1, "Y": 2, "Z": "3.5"}))
    assert points == {"X": 1, "G": Decimal("5.5"), "Y": 2, "Z": Decimal("3.5")}
    assert CriterionCode("G") in points


def test_the_same_score_gives_the_same_bytes_whatever_the_context_and_order() -> None:
    plan = small_plan(criterion("X", THIRDS, ", maximum: 10"), criterion("Y"), more=ADJUSTED)
    first = scored(plan, {"a": {"X": 1, "Y": "0.12345"}, "b": {"Y": 3}})["a"]
    with localcontext(prec=4):
        again = scored(plan, {"b": {"Y": "3.00"}, "a": {"Y": "0.1234500", "X": "1.0"}})["a"]
    assert score_bytes(first) == score_bytes(again)


def test_a_score_names_the_plan_and_period_that_made_it() -> None:
    plan = small_plan(criterion("X"))
    instant = datetime(2023, 7, 1, 7, tzinfo=UTC)
    document = score_document(score_cluster(plan, plan.periods[0], {AgencyCode("a"): report({"X": "1.50"}, instant)})[AgencyCode("a")])
    assert (document["plan_hash"], document["period"], document["agency"]) == (plan.content_hash, "H1", "a")
    assert (document["total"], document["submitted_at"]) == ("1.50", "2023-07-01T07:00:00+00:00")
