"""The product's benchmark believes no score that is not the sum of what was reported, and its plan is one that can be published."""

from decimal import Decimal
from pathlib import Path

import pytest

from shared.events.scores import Cause, CauseKind, ScoreComputed, ScoreState
from shared.plan.document import read_plan
from tests.benchmarks.judge import WorkWrong
from tests.benchmarks.product import CLUSTER_AGENCIES, CRITERIA, agency_of, high, number_of, read_score, report_of, values_of, write_plan

AGENCY = 217


def computed(total: Decimal, version: int | None = 3) -> bytes:
    """Write a score of one agency as it is announced."""
    fact = ScoreComputed(
        movement="bench",
        period="now",
        cluster="k2",
        agency=agency_of(AGENCY),
        revision=1,
        cause=Cause(kind=CauseKind.REPORT, agency=None),
        state=ScoreState.PROVISIONAL,
        report_version=version,
        plan_hash="sha256:0",
        total=total,
        points={},
        content_hash="0",
    )
    return fact.model_dump_json().encode()


def test_a_score_that_is_the_sum_of_what_was_reported_is_believed() -> None:
    assert read_score(computed(sum(values_of(AGENCY, 3).values(), Decimal(0)))).agency == agency_of(AGENCY)


def test_a_score_that_is_off_by_a_hundredth_is_not_believed() -> None:
    with pytest.raises(WorkWrong, match="has the total"):
        read_score(computed(sum(values_of(AGENCY, 3).values(), Decimal("0.01"))))


def test_each_version_reports_other_values_so_that_an_old_score_is_not_taken_for_a_new_one() -> None:
    totals = {sum(values_of(AGENCY, version).values()) for version in range(1, 6)}
    assert len(totals) == 5


def test_the_plan_holds_every_agency_in_a_cluster_and_every_criterion_that_is_reported(tmp_path: Path) -> None:
    write_plan(tmp_path / "plan.yaml", 2 * CLUSTER_AGENCIES)
    plan = read_plan((tmp_path / "plan.yaml").read_text(encoding="utf-8"))
    assert [len(cluster.members) for cluster in plan.clusters] == [CLUSTER_AGENCIES, CLUSTER_AGENCIES]
    assert {leaf.code for leaf in plan.leaves} == set(report_of(0, 1).values)
    assert len(plan.leaves) == CRITERIA


def test_an_agency_is_found_by_its_name() -> None:
    assert number_of(agency_of(AGENCY)) == AGENCY


def test_the_high_delay_is_never_above_the_longest() -> None:
    assert high([1.0, 2.0]) == 2.0
    assert high([1.0] * 99 + [50.0]) <= 50.0
    assert high([float(n) for n in range(1, 1001)]) == pytest.approx(990, abs=1)
