"""Every part has its sentence in both languages, and the parts of any score add up to its total exactly."""

import unicodedata
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.domain.explanation import sentence_for
from services.scoring.domain.score_document import score_bytes
from services.scoring.domain.scores import ReportInput, Score, score_cluster
from shared.plan.types import AgencyCode, Plan
from shared.plan.values import MISSING, NOT_APPLICABLE, Given, IndicatorValue
from tests.services.scoring.domain.sheets import part_of, report, scored, scored_alone
from tests.shared.plan.small_plans import criterion, small_plan

RATIO = "{kind: ratio, target: 95, denominator_vi: kế hoạch vốn được giao, denominator_en: the assigned capital plan}"
BANDS = "{kind: bands, bands: [{bound: 0, points: 10}, {bound: 15, points: 7}], otherwise: 0}"
LEADER = "{kind: leader-scaled, target: 100, targets: [{agency: c, target: 70}]}"
DAYS = ", unit_vi: ngày, unit_en: days"
PERCENT = ", unit_vi: '%', unit_en: '%'"
ADJUSTMENTS = """
adjustments:
  bonuses: [{code: flag, name_vi: Cờ thi đua, name_en: Flag, points_each: 10, count_maximum: 2, clause: Điều 4}]
  penalties: [{code: waste, name_vi: Lãng phí, name_en: Waste, points_each: 1.25, count_maximum: 9}]
  late: {points_per_day: 0.5, maximum: 3}
  bonus_maximum: 15
  penalty_maximum: 7
  total_maximum: 60.5
  total_minimum: 0
"""
MAXIMUM = ", maximum: 10"
LOWER = ", maximum: 10, direction: lower"


@pytest.mark.parametrize(
    ("measure", "more", "value", "vi", "en"),
    [
        ("points", "", "1.26", "số liệu 1,26 chính là số điểm: 1,26 điểm", "the value 1.26 is the points: 1.26 points"),
        ("{kind: points, cap: 4}", "", "5", "số liệu 5 vượt mức trần 4: 4 điểm", "the value 5 is above the cap of 4: 4 points"),
        (
            RATIO,
            MAXIMUM + PERCENT,
            "76",
            "đạt 76 % so với kế hoạch vốn được giao, chỉ tiêu từ 95 % trở lên, tối đa 10 điểm: 8 điểm",
            "76 % of the assigned capital plan, target at least 95 %, for up to 10 points: 8 points",
        ),
        (
            BANDS,
            LOWER + ", unit_vi: ngày, unit_en: days",
            "3",
            "số liệu 3 ngày thuộc bậc không quá 15 ngày (bậc trên: không quá 0 ngày, được 10 điểm): 7 điểm",
            "at most 15 days (the band above: at most 0 days, for 10 points): 7 points",
        ),
        (BANDS, LOWER, "0", "số liệu 0 thuộc bậc không quá 0: 10 điểm", "the value 0 is in the band of at most 0: 10 points"),
        (
            BANDS,
            LOWER,
            "16",
            "số liệu 16 không đạt bậc nào (bậc trên: không quá 15, được 7 điểm): 0 điểm",
            "the value 16 reaches no band (the band above: at most 15, for 7 points): 0 points",
        ),
        ("boolean", MAXIMUM, "1", "báo cáo “có”, yêu cầu “có”: 10 điểm", "the report says “yes”, “yes” is asked: 10 points"),
        ("boolean", LOWER, "1", "báo cáo “có”, yêu cầu “không”: 0 điểm", "the report says “yes”, “no” is asked: 0 points"),
        ("{kind: count, points_each: 1}", MAXIMUM, "3", "3, mỗi 1 điểm, tối đa 10: 3 điểm", "3, 1 point each, at most 10: 3 points"),
        ("{kind: count, points_each: 4}", LOWER, "2", "2, mỗi lần trừ 4 điểm từ 10: 2 điểm", "2, 4 points off 10 for each: 2 points"),
        (LEADER, MAXIMUM, "60", "tính theo tỷ lệ, tối đa nửa số điểm: 3 điểm", "in proportion, up to half the maximum: 3 points"),
        (
            LEADER,
            MAXIMUM,
            "160",
            "vượt chỉ tiêu 100; đơn vị dẫn đầu cụm đạt 160 với chỉ tiêu 100, được trọn 10 điểm: 10 điểm",
            "the cluster's leader has 160 against a target of 100 and takes 10 points: 10 points",
        ),
        ("points", "", None, "chưa có số liệu; theo kế hoạch được tính 0 điểm", "the value is missing; by the plan this gives 0 points"),
        (
            "points",
            "",
            "n/a",
            "đơn vị báo không áp dụng; theo kế hoạch được tính 0 điểm",
            "by the plan this gives 0 points",
        ),
        ("points", ", when_nobody: not-measured", None, "không tính cho đơn vị nào", "counts for nobody"),
    ],
)
def test_a_criterion_says_what_was_reported_what_the_rule_is_and_the_points(
    measure: str, more: str, value: str | None, vi: str, en: str
) -> None:
    plan = small_plan(criterion("X", measure, more), criterion("Y"))
    said = sentence_for(part_of(scored_alone(plan, {"X": value, "Y": 1}), "X"))
    assert said.vi.startswith("Tiêu chí X: ")
    assert said.vi.endswith(vi + ".")
    assert said.en.startswith("Criterion X: ")
    assert said.en.endswith(en + ".")


def test_a_unit_with_more_than_the_leader_is_told_that_the_leader_s_own_target_is_lower() -> None:
    plan = small_plan(criterion("X", LEADER, MAXIMUM))
    said = sentence_for(part_of(scored(plan, {"a": report({"X": 150}), "c": report({"X": 140})})["a"], "X"))
    assert said.vi == "Tiêu chí X: đạt 150, vượt chỉ tiêu 100; đơn vị dẫn đầu cụm đạt 140 với chỉ tiêu 70, được trọn 10 điểm: 7,5 điểm."


def test_adjustments_say_what_they_added_or_took_off() -> None:
    plan = small_plan(criterion("X"), more=ADJUSTMENTS)
    late = report({"X": "50.001", "flag": 2, "waste": 8}, datetime(2023, 7, 14, tzinfo=UTC))
    score = scored(plan, {"a": late})["a"]
    said = {part.code: sentence_for(part) for part in score.parts}
    assert said["flag"].vi == "Cờ thi đua (Điều 4): 2 × 10 điểm, cộng 20 điểm."
    assert said["waste"].en == "Waste: 8 × 1.25 points, 10 points taken off."
    assert said["late"].vi == "Báo cáo nộp chậm 2 ngày sau 2 ngày ân hạn, mỗi ngày 0,5 điểm, tối đa 3: trừ 1 điểm."
    assert said["bonus-maximum"].en == "The bonus is above its maximum of 15: adjusted by -5 points."
    assert said["penalty-maximum"].vi == "Điểm trừ vượt mức tối đa 7: điều chỉnh 4 điểm."
    assert said["rounding"].en == "The total is rounded once, half up, at 2 decimals: -0.001."


def test_a_long_figure_is_shortened_in_the_sentence_and_says_so() -> None:
    plan = small_plan(criterion("X", RATIO, MAXIMUM))
    said = sentence_for(part_of(scored_alone(plan, {"X": 1}), "X"))
    assert said.vi.endswith("≈ 0,105263 điểm.")


MEASURES = [
    ("points", ", maximum: 10"),
    (RATIO, MAXIMUM),
    (RATIO, LOWER),
    (BANDS, LOWER),
    ("boolean", MAXIMUM),
    ("{kind: count, points_each: 0.3}", MAXIMUM),
    (LEADER, MAXIMUM),
]
EFFECTS = st.sampled_from(["zero", "exclude", "block"])


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """A plan of up to five criteria with any measures and effects."""
    picked = draw(st.lists(st.tuples(st.sampled_from(MEASURES), EFFECTS, EFFECTS, st.booleans()), min_size=1, max_size=5))
    criteria = [
        criterion(f"K{index}", measure, more + (", when_nobody: not-measured" if unmeasured else ""), missing, not_applicable)
        for index, ((measure, more), missing, not_applicable, unmeasured) in enumerate(picked)
    ]
    return small_plan(*criteria, more=draw(st.sampled_from(["", ADJUSTMENTS])))


NUMBERS = st.one_of(st.integers(min_value=0, max_value=1), st.decimals(min_value=0, max_value=200, places=6))
VALUES = st.one_of(st.just(MISSING), st.just(NOT_APPLICABLE), NUMBERS.map(lambda number: Given(Decimal(number))))
INSTANTS = st.one_of(
    st.none(), st.integers(min_value=0, max_value=500).map(lambda hours: datetime(2023, 7, 1, tzinfo=UTC) + timedelta(hours=hours))
)


@st.composite
def clusters(draw: st.DrawFn) -> tuple[Plan, dict[AgencyCode, ReportInput | None]]:
    plan = draw(plans())
    codes = [leaf.code for leaf in plan.leaves] + [event.code for event in plan.events]
    inputs: dict[AgencyCode, ReportInput | None] = {}
    for agency in plan.clusters[0].members[: draw(st.integers(min_value=1, max_value=4))]:
        values: dict[str, IndicatorValue] = draw(st.dictionaries(st.sampled_from(codes), VALUES))
        inputs[agency] = ReportInput(version=1, values=values, submitted_at=draw(INSTANTS)) if draw(st.integers(0, 9)) else None
    return plan, inputs


def parts_sum(score: Score) -> Fraction:
    return sum((Fraction(part.points) for part in score.parts), Fraction(0))


@given(clusters())
def test_the_parts_of_any_score_add_up_to_its_total_exactly(case: tuple[Plan, dict[AgencyCode, ReportInput | None]]) -> None:
    plan, inputs = case
    for score in score_cluster(plan, plan.periods[0], inputs).values():
        assert (score.total is None) == bool(score.no_total)
        if score.total is not None:
            assert parts_sum(score) == Fraction(score.total)
            assert -score.total.as_tuple().exponent == plan.total_places  # type: ignore[operator]  # finite, so a number


@given(clusters())
def test_every_part_of_any_score_has_its_sentence_in_both_languages(case: tuple[Plan, dict[AgencyCode, ReportInput | None]]) -> None:
    plan, inputs = case
    for score in score_cluster(plan, plan.periods[0], inputs).values():
        for said in [*map(sentence_for, score.parts), *(reason.sentence for reason in score.no_total)]:
            assert said.vi.endswith(".")
            assert said.en.endswith(".")
            assert unicodedata.is_normalized("NFC", said.vi)


@given(clusters())
def test_the_order_of_reports_changes_no_byte_of_a_score(case: tuple[Plan, dict[AgencyCode, ReportInput | None]]) -> None:
    plan, inputs = case
    scores = score_cluster(plan, plan.periods[0], inputs)
    turned = score_cluster(plan, plan.periods[0], dict(reversed(inputs.items())))
    assert {agency: score_bytes(score) for agency, score in scores.items()} == {agency: score_bytes(one) for agency, one in turned.items()}


@given(clusters())
def test_a_total_with_adjustments_stays_within_the_limits_of_the_plan(case: tuple[Plan, dict[AgencyCode, ReportInput | None]]) -> None:
    plan, inputs = case
    limits = plan.adjustments
    for score in score_cluster(plan, plan.periods[0], inputs).values():
        if score.total is not None and limits.total_maximum is not None and limits.total_minimum is not None:
            assert limits.total_minimum <= score.total <= limits.total_maximum
