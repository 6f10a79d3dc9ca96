"""A naive program takes missing, not applicable and zero for one another, divides by a target of zero, pays for more than 100 %."""

import pytest

from shared.plan.document import PlanInvalid
from tests.services.scoring.domain.sheets import part_of, scored_alone, total_of
from tests.shared.plan.small_plans import criterion, small_plan

RATIO = "{{kind: ratio, target: {target}, denominator_vi: kế hoạch giao, denominator_en: the assigned plan}}"
PLAN = small_plan(
    criterion("X", RATIO.format(target=95), ", maximum: 10", missing="block", not_applicable="exclude"),
    criterion("Y", "{kind: points, cap: 10}", ", maximum: 10"),
)


def test_zero_earns_nothing_missing_blocks_and_not_applicable_is_shared_out() -> None:
    assert [total_of(scored_alone(PLAN, {"X": value, "Y": 8})) for value in (0, None, "n/a")] == ["8.00", None, "16.00"]
    assert [part_of(scored_alone(PLAN, {"X": value, "Y": 8}), "X").state.value for value in (0, None, "n/a")] == [
        "given",
        "missing",
        "not-applicable",
    ]


def test_more_than_all_of_the_plan_earns_no_more_than_the_maximum() -> None:
    assert total_of(scored_alone(PLAN, {"X": "104.5", "Y": 0})) == "10.00"


def test_a_target_of_zero_is_refused_with_the_plan() -> None:
    with pytest.raises(PlanInvalid) as caught:
        small_plan(criterion("X", RATIO.format(target=0), ", maximum: 10"))
    assert any("target" in problem.pointer for problem in caught.value.problems)


def test_a_share_names_what_it_is_a_share_of() -> None:
    with pytest.raises(PlanInvalid):
        small_plan(criterion("X", "{kind: ratio, target: 95}", ", maximum: 10"))
