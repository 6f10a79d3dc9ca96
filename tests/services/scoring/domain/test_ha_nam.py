"""The illustrative Ha Nam plan, worked through by hand for a few units."""

import csv
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from services.scoring.domain.awards import judge_awards
from services.scoring.domain.eligibility import BarKind
from services.scoring.domain.ranking import rank_cluster
from services.scoring.domain.scores import score_cluster
from shared.plan.document import read_plan
from shared.plan.types import AgencyCode
from tests.services.scoring.domain.sheets import Values, points_of, report

ROOT = Path(__file__).parents[4]
PLAN = read_plan((ROOT / "plans/ha-nam-315.yaml").read_text(encoding="utf-8"))
DISTRICTS = PLAN.clusters[0]
ON_TIME = datetime(2023, 7, 1, tzinfo=UTC)

FULL: Values = {
    "tien-do.dung-han": 100,
    "tien-do.ngay-cham": 0,
    "giai-ngan": 95,
    "an-toan.tai-nan": 0,
    "an-toan.vi-pham": 0,
    "tiet-kiem.chi": 10,
    "tiet-kiem.tai-san": 98,
    "tiet-kiem.dat-dai": 4,
    "tiet-kiem.thoi-gio": 1,
    "chong-lang-phi.sang-kien": 3,
    "chong-lang-phi.xu-ly": 100,
    "trach-nhiem.cam-ket": 1,
    "trach-nhiem.cong-khai": 1,
}


def totals_of(reports: dict[str, Values], submitted_at: datetime = ON_TIME) -> dict[str, Decimal | None]:
    inputs = {AgencyCode(f"ha-nam.{name}"): report(values, submitted_at) for name, values in reports.items()}
    return {str(agency): score.total for agency, score in score_cluster(PLAN, PLAN.periods[0], inputs).items()}


def test_the_plan_says_that_it_is_illustrative() -> None:
    assert PLAN.illustrative
    assert "Minh họa" in PLAN.notice_vi
    assert "Illustrative" in PLAN.notice_en


def test_the_criteria_add_up_to_a_hundred_points() -> None:
    assert sum(leaf.maximum or 0 for leaf in PLAN.leaves) == 100


def test_the_districts_of_the_plan_are_those_of_the_data() -> None:
    with (ROOT / "deploy/local/data/ha-nam/units.csv").open(encoding="utf-8") as file:
        known = {row["gso_code"]: row["name"] for row in csv.DictReader(file) if row["parent_code"] == "35"}
    agencies = {agency.code: agency for agency in PLAN.agencies}
    assert {agencies[code].gso_code: agencies[code].name_vi for code in DISTRICTS.members} == known


def test_full_marks_are_a_hundred_and_a_flag_goes_beyond_with_the_best_grade() -> None:
    inputs = {AgencyCode("ha-nam.phu-ly"): report({**FULL, "thuong.co-tinh": 1}, ON_TIME)}
    (score,) = score_cluster(PLAN, PLAN.periods[0], inputs).values()
    assert (score.total, score.grade.code if score.grade else None) == (Decimal("110.00"), "xuat-sac")


def test_disbursement_above_the_plan_earns_no_more_and_below_it_in_proportion() -> None:
    totals = totals_of({"phu-ly": {**FULL, "giai-ngan": 120}, "duy-tien": {**FULL, "giai-ngan": "47.5"}})
    assert totals == {"ha-nam.phu-ly": Decimal("100.00"), "ha-nam.duy-tien": Decimal("90.00")}


def test_a_unit_that_builds_nothing_is_judged_on_the_rest() -> None:
    building = ("tien-do.dung-han", "tien-do.ngay-cham", "giai-ngan", "an-toan.tai-nan", "an-toan.vi-pham")
    assert totals_of({"phu-ly": {**FULL, **dict.fromkeys(building, "n/a")}}) == {"ha-nam.phu-ly": Decimal("100.00")}


def test_a_report_three_days_after_the_grace_loses_three_points() -> None:
    assert totals_of({"phu-ly": FULL}, datetime(2023, 7, 15, 1, tzinfo=UTC)) == {"ha-nam.phu-ly": Decimal("97.00")}


def test_two_qualified_units_are_suggested_the_third_is_cut_and_a_vetoed_leader_is_told_why() -> None:
    reports = {
        "phu-ly": {**FULL, "thuong.co-chinh-phu": 1, "phat.lang-phi": 1},
        "duy-tien": {**FULL, "tien-do.ngay-cham": 15},
        "kim-bang": {**FULL, "tien-do.ngay-cham": 30},
        "thanh-liem": {**FULL, "giai-ngan": "57"},
        "binh-luc": {**FULL, "giai-ngan": None},
    }
    inputs = {AgencyCode(f"ha-nam.{name}"): report(values, ON_TIME) for name, values in reports.items()}
    scores = score_cluster(PLAN, PLAN.periods[0], inputs | {AgencyCode("ha-nam.ly-nhan"): None})
    judgement = judge_awards(PLAN, {DISTRICTS.code: rank_cluster(PLAN, scores)}, scores)[0]
    assert points_of(scores[AgencyCode("ha-nam.phu-ly")])["phat.lang-phi"] == "-5"
    assert [(one.agency, one.rank) for one in judgement.proposals] == [("ha-nam.duy-tien", 2), ("ha-nam.kim-bang", 3)]
    assert [one.agency for one in judgement.cut] == ["ha-nam.thanh-liem"]
    assert judgement.unqualified == ()
    [leader] = judgement.barred
    assert (leader.agency, leader.rank, leader.failed, [bar.kind for bar in leader.bars]) == ("ha-nam.phu-ly", 1, (), [BarKind.VETO])
