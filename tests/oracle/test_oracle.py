"""What the product computes is what a second, independent calculation comes to: totals, points, grades, ranks, steps, suggestions."""

import csv
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import assume, given, settings

from services.scoring.domain.awards import propose_awards
from services.scoring.domain.parts import PartKind, ReportInput, Score
from services.scoring.domain.ranking import rank_cluster
from services.scoring.domain.scores import score_cluster
from shared.plan.document import PlanInvalid, plan_from_document, read_plan
from shared.plan.types import AgencyCode, ClusterCode, Plan
from shared.plan.values import MISSING, NOT_APPLICABLE, Given, IndicatorValue
from tests.oracle.cases import Case, cases, drawn_again
from tests.oracle.reckoning import Reckoned, Sent, half_away, places, reckon
from tests.oracle.suggesting import suggestions

ROOT = Path(__file__).parents[2]
QUICK, LONG, REPORTS_AGAIN = 150, 10_000, 14
UNREACHABLE = {"condition-unreachable", "quota-unreachable"}


def value_of(text: str | None) -> IndicatorValue:
    """As the product reads it."""
    return MISSING if text is None else NOT_APPLICABLE if text == "n/a" else Given(Decimal(text))


def report_of(sent: Sent | None) -> ReportInput | None:
    if sent is None:
        return None
    return ReportInput(version=1, values={code: value_of(text) for code, text in sent.values.items()}, submitted_at=sent.submitted_at)


def told(score: Score) -> tuple[object, ...]:
    """What is compared of a score: the total, the grade, and the points of each criterion."""
    points = {part.code: Fraction(part.points) for part in score.parts if part.kind is PartKind.CRITERION}
    return None if score.total is None else Fraction(score.total), score.grade.code if score.grade else None, points


def reckoned(unit: Reckoned) -> tuple[object, ...]:
    """The points of a criterion are shown at 30 decimals."""
    return unit.total, unit.grade, {code: half_away(points, 30) for code, points in unit.points.items()}


def agree(plan: Plan, raw: dict[str, Any], clusters: dict[str, dict[str, Sent | None]]) -> None:
    """Compute both ways and compare all."""
    period = raw["periods"][0]
    rankings, scores, second = {}, dict[AgencyCode, Score](), dict[str, dict[str, Reckoned]]()
    for code, cluster in clusters.items():
        ours = score_cluster(plan, plan.periods[0], {AgencyCode(agency): report_of(sent) for agency, sent in cluster.items()})
        theirs = {agency: reckon(raw, period, agency, cluster) for agency in cluster}
        assert {str(agency): told(score) for agency, score in ours.items()} == {agency: reckoned(unit) for agency, unit in theirs.items()}
        ranking = rank_cluster(plan, ours)
        ranks = {str(one.agency): (one.rank, one.step) for one in ranking.standings if one.rank is not None}
        assert ranks == places(raw, theirs)
        rankings[ClusterCode(code)], second[code] = ranking, theirs
        scores |= ours
    suggested = {(one.rule, str(one.agency)) for one in propose_awards(plan, rankings, scores)}
    assert suggested == suggestions(raw, second)


def plan_of(case: Case) -> Plan:
    """The plan as the product reads it; one with a condition or a quota that nobody can reach is refused, and is no case."""
    try:
        return plan_from_document(case.plan)
    except PlanInvalid as invalid:
        assume({problem.code for problem in invalid.problems} - UNREACHABLE)
        raise


def both_agree(case: Case) -> None:
    """On the reports that were drawn with the plan, and on some more."""
    plan = plan_of(case)
    agree(plan, case.plan, {code: dict(units) for code, units in case.clusters.items()})
    for seed in range(REPORTS_AGAIN):
        agree(plan, case.plan, drawn_again(case, seed))


@given(case=cases())
@settings(max_examples=QUICK, deadline=None, derandomize=True)
def test_a_second_calculation_comes_to_the_same(case: Case) -> None:
    both_agree(case)


@pytest.mark.proof
@pytest.mark.timeout(3_600)
@given(case=cases())
@settings(max_examples=LONG, deadline=None)
def test_a_second_calculation_comes_to_the_same_many_times_over(case: Case) -> None:
    both_agree(case)


@pytest.mark.parametrize("year", range(2011, 2021))
def test_published_figures_come_to_the_same(year: int) -> None:
    """The second calculation reads the plan's YAML by itself, every scalar as the text that stands there."""
    text = (ROOT / "plans/papi.yaml").read_text(encoding="utf-8")
    raw = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - it makes nothing but texts, lists and tables
    raw["criteria"] = [{**one, "members": [raw["every_criterion"] | leaf for leaf in one["members"]]} for one in raw["criteria"]]
    with (ROOT / f"deploy/local/data/papi/{year}.csv").open(encoding="utf-8") as file:
        rows = {row.pop("Province"): Sent(values={code: value or None for code, value in row.items()}) for row in csv.DictReader(file)}
    agree(read_plan(text), raw, {"all": dict(rows)})
