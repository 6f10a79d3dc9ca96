"""Each rule that a plan must keep: broken, it is named by its code and its place; at its edge, it is kept."""

import pytest

from shared.plan.document import PlanInvalid, read_plan
from tests.shared.plan.small_plans import criterion, text_of

GOOD = text_of(criterion("X", more=", maximum: 10"))


def problems_of(text: str) -> list[tuple[str, str]]:
    with pytest.raises(PlanInvalid) as caught:
        read_plan(text)
    return [(problem.code, problem.pointer) for problem in caught.value.problems]


def demand(text: str, code: str | None, pointer: str) -> None:
    """The plan is refused for this reason at this place; without a code it is sound."""
    if code is None:
        read_plan(text)
    else:
        assert (code, pointer) in problems_of(text)


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        (("movement: small", "movement: 'a/b'"), "code-malformed", "/movement"),
        (("movement: small\n", ""), "key-absent", ""),
        (("movement: small", f"movement: {'x' * 101}"), "code-malformed", "/movement"),
        (("version: 1", "version: one"), "wrong-type", "/version"),
        (("version: 1", "version: 0"), "number-out-of-range", "/version"),
        (("version: 1", "version: true"), "wrong-type", "/version"),
        (("total_places: 2", "total_places: 11"), "number-out-of-range", "/total_places"),
        (("title_en: A small movement", "title_en: ''"), "text-empty", "/title_en"),
        (("title_en: A small movement", f"title_en: {'x' * 301}"), "text-too-long", "/title_en"),
        (("effective_from: 2023-01-01", "effective_from: 2023-13-01"), "wrong-type", "/effective_from"),
        (("measure: points", "measure: pints"), "kind-unknown", "/criteria/0/measure"),
        (("measure: points", "measure: [points]"), "wrong-type", "/criteria/0/measure"),
        (("measure: points, ", ""), "key-absent", "/criteria/0"),
        (("on_missing: zero, ", ""), "key-absent", "/criteria/0"),
        (("on_missing: zero", "on_missing: skip"), "choice-unknown", "/criteria/0/on_missing"),
        (("maximum: 10", "maximum: 0"), "number-too-small", "/criteria/0/maximum"),
        (("maximum: 10", "maximum: .nan"), "wrong-type", "/criteria/0/maximum"),
        (("maximum: 10", "maximum: 1e400"), "number-out-of-range", "/criteria/0/maximum"),
        (("maximum: 10", "maximum: 1.0000000000001"), "number-too-precise", "/criteria/0/maximum"),
        (("measure: points", "measure: {kind: points, cap: 9}"), "maximum-not-cap", "/criteria/0/maximum"),
        (("maximum: 10", "value_maximum: -1"), "limits-reversed", "/criteria/0/value_maximum"),
        (("maximum: 10", "direction: lower"), "direction-unfit", "/criteria/0/direction"),
        (("on_missing: zero", "on_missing: exclude"), None, ""),
        (("measure: points", "measure: boolean"), None, ""),
        (("due: 2023-07-10, grace_days: 2", "grace_days: 2"), "grace-without-due", "/periods/0/grace_days"),
        (("close: 2023-07-31", "close: 2023-07-11"), "close-before-due", "/periods/0/close"),
        (("close: 2023-07-31", "close: 2023-07-12"), None, ""),
        (("to: 2023-06-30", "to: 2022-12-31"), "days-reversed", "/periods/0/to"),
        (("to: 2023-06-30", "to: 2023-01-01"), None, ""),
        (("aliases: [Alpha]", "aliases: [unit  B]"), "agency-ambiguous", "/agencies/1/code"),
        (("aliases: [Alpha]", "successor: e"), "code-unknown", "/agencies/0/successor"),
        (("aliases: [Alpha]", "valid_from: 2023-01-02, valid_to: 2023-01-01"), "days-reversed", "/agencies/0/valid_to"),
    ],
)
def test_each_rule_of_a_plan_has_its_code_and_place(change: tuple[str, str], code: str | None, pointer: str) -> None:
    text = GOOD.replace(*change)
    assert text != GOOD
    demand(text, code, pointer)


@pytest.mark.parametrize(
    ("more", "code", "pointer"),
    [
        ("illustrative: true", "notice-absent", "/illustrative"),
        ("tie_break: [{by: points}]", "criterion-absent", "/tie_break/0/criterion"),
        ("tie_break: [{by: penalty, criterion: X}]", "criterion-unneeded", "/tie_break/0/criterion"),
        ("tie_break: [{by: points, criterion: Z}]", "code-unknown", "/tie_break/0/criterion"),
        ("adjustments: {total_minimum: 2, total_maximum: 1}", "limits-reversed", "/adjustments/total_minimum"),
        ("adjustments: {total_maximum: 1.001}", "limit-too-precise", "/adjustments/total_maximum"),
        ("adjustments: {bonuses: [{code: X, name_vi: x, name_en: x, points_each: 1}]}", "code-repeated", "/adjustments/bonuses/0/code"),
        ("clusters: [{code: k, name_vi: k, name_en: k, members: [a, b, c]}]", "agency-without-cluster", "/agencies/3/code"),
        ("clusters: [{code: k, name_vi: k, name_en: k, members: [a, b, c, d, e]}]", "code-unknown", "/clusters/0/members/4"),
        ("clusters: [{code: k, name_vi: k, name_en: k, members: [a, b, c, d, a]}]", "member-repeated", "/clusters/0/members/4"),
        ("clusters: [{code: k, name_vi: k, name_en: k, members: []}]", "list-length", "/clusters/0/members"),
    ],
)
def test_each_rule_between_the_parts_of_a_plan_has_its_code_and_place(more: str, code: str, pointer: str) -> None:
    assert (code, pointer) in problems_of(GOOD + more)


CONDITION = "code: t, sentence_vi: t, sentence_en: t"
AWARD = "code: w, form_vi: f, form_en: f, decided_by_vi: d, decided_by_en: d"


@pytest.mark.parametrize(
    ("award", "code", "pointer"),
    [
        ("selection: {kind: first, count: 0, among: ranked, ties: include}", "number-out-of-range", "/awards/0/selection/count"),
        ("selection: {kind: first, count: 1, ties: include}", "key-absent", "/awards/0/selection"),
        ("selection: {kind: share, percent: 101, rounding: up, ties: include}", "number-out-of-range", "/awards/0/selection/percent"),
        ("selection: all-qualified, clusters: [nowhere]", "code-unknown", "/awards/0/clusters/0"),
        (
            f"selection: all-qualified, conditions: [{{{CONDITION}, subject: value, comparison: at-most, limit: 0}}]",
            "criterion-absent",
            "/awards/0/conditions/0/criterion",
        ),
    ],
)
def test_an_award_rule_that_cannot_be_applied_is_refused(award: str, code: str, pointer: str) -> None:
    assert (code, pointer) in problems_of(GOOD + f"awards: [{{{AWARD}, {award}}}]")


BANDS = "{kind: bands, bands: [{bound: 9, points: 10}, {bound: 5, points: 4}], otherwise: 0}"


@pytest.mark.parametrize(
    ("measure", "more", "code", "pointer"),
    [
        ("boolean", "", "maximum-absent", "/criteria/0/maximum"),
        ("{kind: count, points_each: 1}", "", "maximum-absent", "/criteria/0/maximum"),
        (
            "{kind: ratio, target: 0, denominator_vi: d, denominator_en: d}",
            ", maximum: 1",
            "number-too-small",
            "/criteria/0/measure/target",
        ),
        ("{kind: ratio, target: 1}", ", maximum: 1", "key-absent", "/criteria/0/measure"),
        (BANDS.replace("bound: 5", "bound: 9"), ", maximum: 10", "band-unreachable", "/criteria/0/measure/bands/1/bound"),
        (BANDS, ", maximum: 10, direction: lower", "band-unreachable", "/criteria/0/measure/bands/1/bound"),
        (BANDS.replace("points: 4", "points: 11"), ", maximum: 10", "bands-not-monotonic", "/criteria/0/measure/bands"),
        (BANDS, ", maximum: 11", "maximum-not-best-band", "/criteria/0/maximum"),
        ("{kind: leader-scaled, target: 1}", ", maximum: 1, direction: lower", "direction-unfit", "/criteria/0/direction"),
        (
            "{kind: leader-scaled, target: 1, targets: [{agency: e, target: 2}]}",
            ", maximum: 1",
            "code-unknown",
            "/criteria/0/measure/targets/0/agency",
        ),
    ],
)
def test_a_measure_that_cannot_be_applied_is_refused(measure: str, more: str, code: str, pointer: str) -> None:
    assert (code, pointer) in problems_of(text_of(criterion("X", measure, more)))


def test_leaving_out_a_criterion_needs_a_maximum_on_every_one() -> None:
    text = text_of(criterion("X", missing="exclude", more=", maximum: 1"), criterion("Y"))
    assert ("exclude-without-maximum", "/criteria/0/on_missing") in problems_of(text)


def test_a_group_with_a_maximum_needs_one_on_each_member() -> None:
    group = "  - {code: G, name_vi: g, name_en: g, maximum: 10, members: [" + criterion("X").strip(" -\n") + "]}\n"
    assert ("maximum-absent", "/criteria/0/maximum") in problems_of(text_of(group))


def test_a_rule_may_look_at_a_criterion_inside_a_group_and_no_code_is_used_twice_there() -> None:
    group = "  - {code: G, name_vi: g, name_en: g, members: [" + criterion("X").strip(" -\n") + "]}\n"
    read_plan(text_of(group) + "tie_break: [{by: points, criterion: X}]")
    assert ("code-repeated", "/criteria/0/members/0/code") in problems_of(text_of(group.replace("code: X", "code: G")))


def test_an_agency_has_one_target_of_its_own() -> None:
    measure = "{kind: leader-scaled, target: 1, targets: [{agency: a, target: 2}, {agency: a, target: 3}]}"
    text = text_of(criterion("X", measure, ", maximum: 1"))
    assert ("code-repeated", "/criteria/0/measure/targets/1/agency") in problems_of(text)


def test_a_group_says_the_sum_of_its_members() -> None:
    group = "  - {code: G, name_vi: g, name_en: g, maximum: 11, members: [" + criterion("X", more=", maximum: 10").strip(" -\n") + "]}\n"
    assert ("maximum-not-sum", "/criteria/0/maximum") in problems_of(text_of(group))
    read_plan(text_of(group.replace("maximum: 11", "maximum: 10")))
