"""Ten years of published figures: every province's total and rank against sums made here, in fractions, without the scoring code."""

import csv
from fractions import Fraction
from functools import cache
from math import floor
from pathlib import Path

import pytest

from services.scoring.domain.awards import propose_awards
from services.scoring.domain.ranking import Standing, rank_cluster
from services.scoring.domain.scores import Score, State, score_cluster
from shared.plan.document import read_plan
from shared.plan.types import AgencyCode, Plan
from tests.services.scoring.domain.sheets import report

ROOT = Path(__file__).parents[4]
DATA = ROOT / "deploy/local/data/papi"
YEARS = [str(year) for year in range(2011, 2021)]
PROVINCES = [f"P{number:02}" for number in range(1, 64)]
Rows = dict[str, dict[str, str]]


@cache
def plan() -> Plan:
    return read_plan((ROOT / "plans/papi.yaml").read_text(encoding="utf-8"))


@cache
def rows_of(year: str) -> Rows:
    with (DATA / f"{year}.csv").open(encoding="utf-8") as file:
        return {row.pop("Province"): row for row in csv.DictReader(file)}


@cache
def scores_of(year: str) -> dict[AgencyCode, Score]:
    period = next(period for period in plan().periods if period.code == year)
    inputs = {AgencyCode(code): report({name: cell or None for name, cell in row.items()}) for code, row in rows_of(year).items()}
    return score_cluster(plan(), period, inputs)


@cache
def standings_of(year: str) -> dict[str, Standing]:
    return {str(one.agency): one for one in rank_cluster(plan(), scores_of(year)).standings}


@cache
def expected_of(year: str) -> dict[str, int | None]:
    """Each province's total in ten-thousandths, or none where a column that anybody filled is blank."""
    rows = rows_of(year)
    measured = [name for name in rows["P01"] if any(row[name] for row in rows.values())]
    return {code: half_up([row[name] for name in measured]) for code, row in rows.items()}


def half_up(cells: list[str]) -> int | None:
    return None if "" in cells else floor(sum(map(Fraction, cells)) * 10_000 + Fraction(1, 2))


def test_the_plan_has_all_provinces_and_sub_criteria_of_the_data() -> None:
    with (DATA / "provinces.csv").open(encoding="utf-8") as file:
        names = {row["Variable_Code"]: row["Variable_Name"] for row in csv.DictReader(file)}
    with (DATA / "subcriteria.csv").open(encoding="utf-8") as file:
        criteria = {row["Variable_Code"]: row["Variable_Name"] for row in csv.DictReader(file)}
    assert {agency.code: agency.name_en for agency in plan().agencies} == names
    assert {leaf.code: leaf.name_en for leaf in plan().leaves} == criteria
    assert (len(names), len(criteria), len(plan().criteria)) == (63, 29, 8)


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("province", PROVINCES)
def test_the_total_of_a_province_is_the_plain_sum_of_its_published_figures(year: str, province: str) -> None:
    expected, total = expected_of(year)[province], standings_of(year)[province].total
    if expected is None:
        assert total is None
    else:
        assert format(total or 0, "f") == f"{expected // 10_000}.{expected % 10_000:04}"


@pytest.mark.parametrize("year", YEARS)
def test_the_rank_of_a_province_is_one_more_than_the_provinces_above_it(year: str) -> None:
    totals = expected_of(year)
    known = [total for total in totals.values() if total is not None]
    expected = {code: None if total is None else 1 + sum(1 for other in known if other > total) for code, total in totals.items()}
    assert {code: standing.rank for code, standing in standings_of(year).items()} == expected


@pytest.mark.parametrize(
    ("year", "province", "total"), [("2019", "P53", "46.7428"), ("2020", "P14", "48.8114"), ("2019", "P23", "45.4560")]
)
def test_the_published_totals_are_met(year: str, province: str, total: str) -> None:
    assert format(standings_of(year)[province].total or 0, "f") == total


@pytest.mark.parametrize(
    ("year", "province", "blank"),
    [("2014", "P15", 22), ("2014", "P56", 22), ("2018", "P14", 8), ("2018", "P56", 8)],
)
def test_a_province_with_a_blank_in_what_was_measured_has_no_rank_and_the_reason(year: str, province: str, blank: int) -> None:
    standing = standings_of(year)[province]
    assert (standing.total, standing.rank) == (None, None)
    assert [(reason.code, len(reason.criteria)) for reason in standing.why_unranked] == [("value-missing", blank)]
    assert standing.why_unranked[0].sentence.vi.startswith(f"Thiếu số liệu của {blank}/")


@pytest.mark.parametrize(("year", "unmeasured"), [("2011", 7), ("2017", 7), ("2018", 1), ("2019", 0), ("2020", 0)])
def test_a_column_that_nobody_has_was_not_measured(year: str, unmeasured: int) -> None:
    score = scores_of(year)[AgencyCode("P01")]
    assert sum(1 for part in score.parts if part.state is State.NOT_MEASURED) == unmeasured


def test_a_value_past_the_nominal_range_is_not_cut() -> None:
    assert max(part.points for score in scores_of("2018").values() for part in score.parts if part.code == "SC82") > Fraction("3.4")


@pytest.mark.parametrize("year", YEARS)
def test_the_first_five_are_suggested(year: str) -> None:
    cluster = plan().clusters[0].code
    proposals = propose_awards(plan(), {cluster: rank_cluster(plan(), scores_of(year))}, scores_of(year))
    assert [proposal.rank for proposal in proposals] == [1, 2, 3, 4, 5]
