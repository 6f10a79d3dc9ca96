"""Rules between the parts of a plan: vetoes, sums, days, circles, quotas, and limits that somebody can reach."""

import pytest

from shared.plan.document import PlanInvalid, read_plan
from tests.shared.plan.small_plans import criterion, text_of
from tests.shared.plan.test_checks import AWARD, BANDS, CONDITION, GOOD, demand, problems_of

VETO = f"vetoes: [{{{CONDITION}, subject: total, comparison: at-most, limit: 1}}]"
AWARDS = f"awards: [{{{AWARD}, selection: all-qualified}}]\n"


@pytest.mark.parametrize(
    ("more", "code", "pointer"),
    [
        (VETO, "veto-without-award", "/vetoes"),
        (AWARDS + VETO.replace("subject: total", "subject: value"), "criterion-absent", "/vetoes/0/criterion"),
        (AWARDS + VETO.replace("subject: total", "subject: value, criterion: Z"), "code-unknown", "/vetoes/0/criterion"),
        (
            AWARDS + VETO.replace("]", f", {{{CONDITION}, subject: total, comparison: at-most, limit: 2}}]"),
            "code-repeated",
            "/vetoes/1/code",
        ),
        (AWARDS + VETO, None, ""),
        ("criteria_maximum: 11", "maximum-not-sum", "/criteria_maximum"),
        ("criteria_maximum: 10", None, ""),
        ("appraisal: {tolerance: 1}", "key-absent", "/appraisal"),
        ("appraisal: {required: true, tolerance: -1}", "number-out-of-range", "/appraisal/tolerance"),
        ("appraisal: {required: true, tolerance: 0}", None, ""),
        ("tie_break: [{by: penalty}, {by: penalty}]", "step-repeated", "/tie_break/1/by"),
        ("grades: [{code: g, name_vi: g, name_en: g, at_least: 101}]", "grade-unreachable", "/grades/0/at_least"),
        ("grades: [{code: g, name_vi: g, name_en: g, at_least: 100}]", None, ""),
        (
            "grades: [{code: g, name_vi: g, name_en: g, at_least: 5}, {code: h, name_vi: h, name_en: h, at_least: 5}]",
            "grades-unordered",
            "/grades/1/at_least",
        ),
    ],
)
def test_vetoes_sums_appraisal_steps_and_grades_are_held_together(more: str, code: str | None, pointer: str) -> None:
    demand(GOOD + more, code, pointer)


def days_off(first: int, last: int) -> str:
    return f"{{from: 2024-05-{first:02}, to: 2024-05-{last:02}, name_vi: n, name_en: n}}"


@pytest.mark.parametrize(
    ("more", "code", "pointer"),
    [
        ("made_up_days: [2024-05-06]", "made-up-day-unneeded", "/made_up_days/0"),
        ("made_up_days: [2024-05-04, 2024-05-04]", "day-repeated", "/made_up_days/1"),
        (
            "made_up_days: [2024-05-04]\nholidays: [{from: 2024-05-01, to: 2024-05-04, name_vi: n, name_en: n}]",
            "made-up-day-is-holiday",
            "/made_up_days/0",
        ),
        ("made_up_days: [2024-05-04]\nholidays: [{from: 2024-05-01, to: 2024-05-03, name_vi: n, name_en: n}]", None, ""),
        ("holidays: [{from: 2024-05-02, to: 2024-05-01, name_vi: n, name_en: n}]", "days-reversed", "/holidays/0/to"),
        ("holidays: [{from: 2024-05-01, to: 2024-05-01, name_vi: n, name_en: n}]", None, ""),
        (
            f"holidays: [{days_off(1, 9)}, {days_off(2, 2)}, {days_off(9, 10)}]",
            "holidays-overlap",
            "/holidays/2/from",
        ),
    ],
)
def test_days_off_do_not_contradict_one_another(more: str, code: str | None, pointer: str) -> None:
    demand(GOOD + more, code, pointer)


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        (("grace_days: 2", "due_moves: next-working-day"), None, ""),
        (("due: 2023-07-10, grace_days: 2", "due_moves: next-working-day"), "move-without-due", "/periods/0/due_moves"),
        (("due: 2023-07-10, grace_days: 2", "due: 2022-12-31"), "days-reversed", "/periods/0/due"),
        (("due: 2023-07-10, grace_days: 2", "cut_off: 2022-12-31"), "days-reversed", "/periods/0/cut_off"),
        # Saturday 29 July falls on Monday 31 July; two days of grace later the period is closed already.
        (("due: 2023-07-10", "due_moves: next-working-day, due: 2023-07-29"), "close-before-due", "/periods/0/close"),
        (("due: 2023-07-10", "due: 2023-07-29"), None, ""),
    ],
)
def test_the_days_of_a_period_go_forwards(change: tuple[str, str], code: str | None, pointer: str) -> None:
    demand(GOOD.replace(*change), code, pointer)


def test_a_due_day_that_no_working_day_follows_is_refused() -> None:
    text = GOOD.replace("due: 2023-07-10", "due_moves: next-working-day, due: 2023-07-10")
    years = "holidays: [{from: 2023-01-01, to: 2025-01-01, name_vi: n, name_en: n}]"
    assert ("due-never-worked", "/periods/0/due") in problems_of(text + years)


def test_a_penalty_for_lateness_needs_a_due_day() -> None:
    late = "adjustments: {late: {points_per_day: 1, maximum: 5}}"
    read_plan(GOOD + late)
    assert ("late-without-due", "/adjustments/late") in problems_of(GOOD.replace("due: 2023-07-10, grace_days: 2, ", "") + late)


def test_successors_that_go_in_a_circle_are_named_with_the_way_round() -> None:
    text = GOOD.replace("name_en: Unit B", "name_en: Unit B, successor: c").replace("name_en: Unit C", "name_en: Unit C, successor: d")
    read_plan(text)
    text = text.replace("name_en: Unit D", "name_en: Unit D, successor: b")
    with pytest.raises(PlanInvalid, match="b → c → d → b"):
        read_plan(text)
    assert ("successor-circle", "/agencies/3/successor") in problems_of(text)
    assert ("successor-circle", "/agencies/0/successor") in problems_of(GOOD.replace("aliases: [Alpha]", "successor: a"))


def rule(code: str, more: str = "") -> str:
    return f"{{{AWARD.replace('code: w', f'code: {code}')}, selection: {{kind: first, count: 2, among: qualified, ties: exclude}}{more}}}"


@pytest.mark.parametrize(
    ("rules", "code", "pointer"),
    [
        ([rule("w", ", quota: 2")], None, ""),
        ([rule("w", ", quota: 3")], "quota-unreachable", "/awards/0/quota"),
        ([rule("w", ", quota: 0")], "number-out-of-range", "/awards/0/quota"),
        ([rule("w", ", quota: 3").replace("exclude", "include")], None, ""),
        ([rule("w", ", again_after_years: 0")], "number-out-of-range", "/awards/0/again_after_years"),
        ([rule("w", ", covers: year")], "choice-unknown", "/awards/0/covers"),
        ([rule("w", ", level_vi: Tỉnh")], "language-absent", "/awards/0/level_en"),
        ([rule("w", ", level_en: Province")], "language-absent", "/awards/0/level_vi"),
        ([rule("w", ", vote: {percent: 101, written_opinions: true}")], "number-out-of-range", "/awards/0/vote/percent"),
        ([rule("w", ", vote: {percent: 80}")], "key-absent", "/awards/0/vote"),
        ([rule("w", ", vote: {percent: 80.5, written_opinions: true}")], "wrong-type", "/awards/0/vote/percent"),
        ([rule("w", ", vote: {percent: 80, written_opinions: true, members: 0}")], "number-out-of-range", "/awards/0/vote/members"),
        ([rule("w", ", public_comment_days: 0")], "number-out-of-range", "/awards/0/public_comment_days"),
        (
            [rule("w", ", dossier: [{code: d, name_vi: d, name_en: d}, {code: d, name_vi: e, name_en: e}]")],
            "code-repeated",
            "/awards/0/dossier/1/code",
        ),
        ([rule("w", ", not_beside: [v]")], "code-unknown", "/awards/0/not_beside/0"),
        ([rule("w", ", not_beside: [w]")], "not-beside-circle", "/awards/0/not_beside"),
        ([rule("w", ", not_beside: [v]"), rule("v")], None, ""),
        ([rule("w", ", not_beside: [v]"), rule("v", ", not_beside: [w]")], "not-beside-circle", "/awards/1/not_beside"),
    ],
)
def test_what_an_award_rule_asks_beyond_its_conditions_can_be_done(rules: list[str], code: str | None, pointer: str) -> None:
    demand(f"{GOOD}awards: [{', '.join(rules)}]", code, pointer)


@pytest.mark.parametrize(
    ("looks_at", "limit", "ok"),
    [
        ("subject: total", "100", True),
        ("subject: total", "100.5", False),
        ("subject: points, criterion: X", "10", True),
        ("subject: points, criterion: X", "10.5", False),
        ("subject: points, criterion: free", "999", True),
        ("subject: value, criterion: X", "99", True),
        ("subject: value, criterion: waste", "3", True),
        ("subject: value, criterion: waste", "4", False),
        ("subject: penalty", "8", True),
        ("subject: penalty", "9", False),
    ],
)
def test_a_condition_that_nobody_can_meet_is_refused(looks_at: str, limit: str, ok: bool) -> None:
    condition = f"{CONDITION}, {looks_at}, comparison: at-least, limit: {limit}"
    limits = (
        "adjustments: {total_maximum: 100, penalty_maximum: 8, "
        "penalties: [{code: waste, name_vi: w, name_en: w, points_each: 1, count_maximum: 3}]}\n"
    )
    text = text_of(criterion("X", "boolean", ", maximum: 10"), criterion("free"), more=limits)
    text += f"awards: [{{{AWARD}, selection: all-qualified, conditions: [{{{condition}}}]}}]"
    demand(text, None if ok else "condition-unreachable", "/awards/0/conditions/0/limit")


@pytest.mark.parametrize(
    ("bands", "more", "ok"),
    [
        (BANDS, ", maximum: 10, value_maximum: 9", True),
        (BANDS, ", maximum: 10, value_maximum: 8", False),
        (BANDS.replace("bound: 9", "bound: 1"), ", maximum: 10, direction: lower, value_minimum: 1", True),
        (BANDS.replace("bound: 9", "bound: 1"), ", maximum: 10, direction: lower, value_minimum: 2", False),
    ],
)
def test_a_band_outside_the_values_that_may_be_reported_is_refused(bands: str, more: str, ok: bool) -> None:
    demand(text_of(criterion("X", bands, more)), None if ok else "band-unreachable", "/criteria/0/measure/bands/0/bound")


def test_a_whole_that_is_stated_needs_a_maximum_on_every_criterion() -> None:
    text = text_of(criterion("X", more=", maximum: 10"), criterion("Y"), more="criteria_maximum: 10\n")
    assert ("maximum-absent", "/criteria_maximum") in problems_of(text)


def test_a_criterion_without_its_rule_for_missing_is_told_what_it_may_say() -> None:
    with pytest.raises(PlanInvalid, match="zero, exclude or block"):
        read_plan(GOOD.replace("on_missing: zero, ", ""))


def test_a_plan_that_would_not_fit_into_one_event_is_refused_with_the_limit() -> None:
    names = "".join(
        f"  - {{code: u{number}, name_vi: {'Đơn vị ' * 40}{number}, name_en: {'Unit ' * 40}{number}}}\n" for number in range(2_000)
    )
    with pytest.raises(PlanInvalid, match="at most 900000"):
        read_plan(GOOD + names)
    assert problems_of(GOOD + names) == [("plan-too-large", "")]


@pytest.mark.parametrize(("marks", "code"), [(1000, None), (899, "grade-unreachable")])
def test_a_grade_is_a_bound_within_the_full_marks_of_the_plan(marks: int, code: str | None) -> None:
    demand(f"{GOOD}full_marks: {marks}\ngrades: [{{code: g, name_vi: g, name_en: g, at_least: 900}}]", code, "/grades/0/at_least")


def test_a_text_that_a_comma_cut_in_two_is_told_as_such() -> None:
    with pytest.raises(PlanInvalid, match="put a text with a comma in quotation marks"):
        read_plan(GOOD.replace("name_vi: Đơn vị B", "name_vi: Xã B, phường B"))


def test_rules_are_looked_at_also_where_the_head_of_the_plan_can_not_be_read() -> None:
    text = (
        GOOD.replace("version: 1", "version: 0").replace("title_en: A small movement\n", "").replace("total_places: 2", "total_places: two")
    )
    assert problems_of(f"{text}criteria_maximum: 11") == [
        ("key-absent", ""),
        ("number-out-of-range", "/version"),
        ("wrong-type", "/total_places"),
        ("maximum-not-sum", "/criteria_maximum"),
    ]


def test_a_sum_over_a_criterion_that_can_not_be_read_is_no_further_fault() -> None:
    assert problems_of(GOOD.replace("on_missing: zero", "on_missing: nought") + "criteria_maximum: 11") == [
        ("choice-unknown", "/criteria/0/on_missing")
    ]
