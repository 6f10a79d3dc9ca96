"""A naive program computes in floats, rounds as it goes along, rounds half to even, and cannot say where a point came from."""

from decimal import ROUND_HALF_EVEN, Decimal, localcontext

from services.scoring.domain.parts import PartKind
from services.scoring.domain.score_document import score_bytes
from tests.services.scoring.domain.sheets import part_of, scored_alone, total_of
from tests.shared.plan.small_plans import criterion, small_plan

PLAN = small_plan(criterion("X"), criterion("Y"), criterion("Z"))
THIRDS = "{kind: ratio, target: 3, denominator_vi: kế hoạch, denominator_en: the plan}"


def test_tenths_add_up_as_on_paper() -> None:
    score = scored_alone(PLAN, {"X": "0.1", "Y": "0.2", "Z": "46.4428"})
    assert sum(part.points for part in score.parts if part.kind is PartKind.CRITERION) == Decimal("46.7428")


def test_a_half_goes_up_and_only_the_total_is_rounded() -> None:
    assert total_of(scored_alone(PLAN, {"X": "0.004", "Y": "0.004", "Z": "0.117"})) == "0.13"
    assert total_of(scored_alone(PLAN, {"X": "0.125", "Y": 0, "Z": 0})) == "0.13"


def test_the_rounding_is_a_line_of_its_own_and_every_line_shows_its_figures() -> None:
    plan = small_plan(criterion("X", THIRDS, ", maximum: 10"))
    score = scored_alone(plan, {"X": 1})
    assert dict(part_of(score, "X").trace) == {"maximum": Decimal(10), "target": Decimal(3)}
    assert part_of(score, "rounding").points == Decimal("3.33") - part_of(score, "X").points


def test_nothing_around_the_calculation_changes_it() -> None:
    expected = score_bytes(scored_alone(PLAN, {"X": "0.125", "Y": "1.005", "Z": 0}))
    with localcontext() as context:
        context.prec, context.rounding = 3, ROUND_HALF_EVEN
        assert score_bytes(scored_alone(PLAN, {"X": "0.125", "Y": "1.005", "Z": 0})) == expected
