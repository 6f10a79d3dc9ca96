"""How fast the rules are: a plan of 30 criteria of all six measures, in one process, beside the bare decimal sums of the same values.

Nothing is read, stored or sent here. Processor time, the best of several rounds: what else the machine does only ever adds to it.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from itertools import cycle, islice

from services.scoring.domain.cluster_facts import Inputs
from services.scoring.domain.parts import ReportInput
from services.scoring.domain.ranking import rank_cluster
from services.scoring.domain.recomputation import ClusterCase, ScoreState, recompute
from services.scoring.domain.score_document import score_bytes
from services.scoring.domain.scores import score_cluster
from shared.garbage import collect_seldom
from shared.plan.document import read_plan
from shared.plan.types import AgencyCode, Plan
from shared.plan.values import Given
from tests.benchmarks.printed import as_json, keep

CRITERIA = 30
UNITS = 1_000
ROUNDS = 7
SEED = 1
MEASURES = (
    "{kind: points, cap: 10}",
    "{kind: ratio, target: 95, denominator_vi: kế hoạch giao, denominator_en: the assigned plan}",
    "{kind: bands, bands: [{bound: 90, points: 10}, {bound: 70, points: 7}, {bound: 50, points: 4}], otherwise: 0}",
    "boolean",
    "{kind: count, points_each: 2}",
    "{kind: leader-scaled, target: 50}",
)
VALUES_MAX = (1_000, 12_000, 10_000, 1, 8, 9_000)
PLACES = (2, 2, 2, 0, 0, 2)
PLAN = """
movement: benchmark
version: 1
title_vi: Đo tốc độ
title_en: Measuring speed
effective_from: 2023-01-01
total_places: 2
criteria:
{criteria}
adjustments:
  bonuses: [{{code: flag, name_vi: Cờ thi đua, name_en: Emulation flag, points_each: 10}}]
  penalties: [{{code: breach, name_vi: Vi phạm, name_en: Breach, points_each: 5, count_maximum: 3}}]
  bonus_maximum: 15
  penalty_maximum: 20
grades:
  - {{code: excellent, name_vi: Xuất sắc, name_en: Excellent, at_least: 95}}
  - {{code: good, name_vi: Tốt, name_en: Good, at_least: 0}}
tie_break: [{{by: penalty}}]
periods:
  - {{code: "2023", from: 2023-01-01, to: 2023-12-31}}
agencies:
{agencies}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """Seconds for a thousand reports; the ratios are to the bare sums of their values."""

    sums_seconds: float
    scores_seconds: float
    explained_seconds: float
    recomputed_seconds: float
    ranked_seconds: float

    @property
    def scored_ratio(self) -> float:
        """How many times the bare sums a report costs without sentences."""
        return self.scores_seconds / self.sums_seconds

    @property
    def explained_ratio(self) -> float:
        """How many times the bare sums a report costs with every sentence in both languages, as bytes."""
        return self.explained_seconds / self.sums_seconds


def plan_of_many() -> Plan:
    """A plan of 30 criteria, five of each measure."""
    kinds = islice(cycle(MEASURES), CRITERIA)
    criteria = "".join(
        f"  - {{code: c{n}, name_vi: Tiêu chí {n}, name_en: Criterion {n}, maximum: 10, measure: {measure}, clause: Mục {n}, unit_vi: '%', "
        "unit_en: '%', on_missing: zero, on_not_applicable: exclude}\n"
        for n, measure in enumerate(kinds)
    )
    agencies = "".join(f"  - {{code: a{n:04}, name_vi: Đơn vị {n}, name_en: Unit {n}}}\n" for n in range(UNITS))
    return read_plan(PLAN.format(criteria=criteria, agencies=agencies))


def inputs_for(plan: Plan) -> Inputs:
    """A report of every unit, with all values and some events."""
    draw = random.Random(SEED)
    drawn = islice(cycle(zip(VALUES_MAX, PLACES, strict=True)), CRITERIA)
    bounds = list(zip((leaf.code for leaf in plan.leaves), drawn, strict=True))
    return {
        agency.code: ReportInput(
            version=1,
            values={code: Given(Decimal(draw.randint(0, most)).scaleb(-places)) for code, (most, places) in bounds}
            | {"flag": Given(Decimal(draw.randint(0, 1))), "breach": Given(Decimal(draw.randint(0, 1)))},
        )
        for agency in plan.agencies
    }


def best_seconds(work: Callable[[], object]) -> float:
    """The shortest of several rounds."""

    def timed() -> float:
        began = time.process_time()
        work()
        return time.process_time() - began

    return min(timed() for _ in range(ROUNDS))


def measure_speed() -> Speed:
    """Measure all."""
    plan = plan_of_many()
    inputs = inputs_for(plan)
    collect_seldom()  # as every service does
    numbers = [[value.number for value in report.values.values() if isinstance(value, Given)] for report in inputs.values() if report]
    scores = score_cluster(plan, plan.periods[0], inputs)
    return Speed(
        sums_seconds=best_seconds(lambda: [sum(one, Decimal(0)) for one in numbers]),
        scores_seconds=best_seconds(lambda: score_cluster(plan, plan.periods[0], inputs)),
        explained_seconds=best_seconds(lambda: [score_bytes(one) for one in score_cluster(plan, plan.periods[0], inputs).values()]),
        recomputed_seconds=best_seconds(lambda: recompute(one_changed(plan, inputs))),
        ranked_seconds=best_seconds(lambda: rank_cluster(plan, scores)),
    )


def say_speed(speed: Speed) -> None:
    """Print how fast the rules are."""
    print(f"\nThe rules alone, {CRITERIA} criteria of all six measures, {UNITS:,} units, one process; processor time")
    sums, scores, explained = (UNITS / seconds for seconds in (speed.sums_seconds, speed.scores_seconds, speed.explained_seconds))
    print(f"  bare decimal sums of the same values: {sums:,.0f} reports/s")
    print(f"  points without sentences: {scores:,.0f} reports/s, {speed.scored_ratio:.0f} times the bare sums")
    print(f"  with every sentence in both languages, as bytes: {explained:,.0f} reports/s, {speed.explained_ratio:.0f} times the bare sums")
    print(f"  a cluster of {UNITS:,} units: scored again {speed.scores_seconds * 1_000:,.0f} ms, explained again as well", end=" ")
    print(f"{speed.recomputed_seconds * 1_000:,.0f} ms, ranked {speed.ranked_seconds * 1_000:,.0f} ms")
    keep("scoring.json", as_json(speed))


def one_changed(plan: Plan, inputs: Inputs) -> ClusterCase:
    """A cluster in which one report came that does not change what the whole cluster tells, and nothing is on record."""
    return ClusterCase(
        plan=plan,
        period=plan.periods[0],
        state=ScoreState.PROVISIONAL,
        inputs=inputs,
        kept={},
        facts_before=None,
        plan_before=plan.content_hash,
        marked=frozenset({AgencyCode("a0000")}),
        everyone=False,
    )
