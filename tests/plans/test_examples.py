"""The plans in `plans/` are sound, say what in them is made up, and do what their comments promise."""

from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from services.scoring.domain.awards import judge_awards
from services.scoring.domain.ranking import rank_cluster
from services.scoring.domain.scores import ReportInput, Score, score_cluster
from shared.plan.calendar import after_working_days, due_day
from shared.plan.document import read_plan
from shared.plan.types import AgencyCode, Plan
from shared.plan.values import Given

PLANS = Path(__file__).resolve().parents[2] / "plans"
NAMES = ("papi", "ha-nam-315", "tinh-950-50", "cum-chi-tieu")


@cache
def plan(name: str) -> Plan:
    return read_plan((PLANS / f"{name}.yaml").read_text(encoding="utf-8"))


def scores_of(rules: Plan, cluster: str, reports: dict[str, dict[str, str]]) -> dict[AgencyCode, Score]:
    """Score a cluster in the plan's first period."""
    members = next(one.members for one in rules.clusters if one.code == cluster)
    inputs = {
        agency: ReportInput(version=1, values={code: Given(Decimal(text)) for code, text in reports[agency].items()}) for agency in members
    }
    return score_cluster(rules, rules.periods[0], inputs)


def test_the_folder_holds_these_plans_and_each_can_be_read() -> None:
    assert {path.stem for path in PLANS.glob("*.yaml")} == set(NAMES)
    assert [plan(name).movement for name in NAMES] == list(NAMES)


@pytest.mark.parametrize("name", NAMES[1:])
def test_a_plan_that_is_made_up_says_so(name: str) -> None:
    assert plan(name).illustrative
    assert plan(name).notice_vi.startswith("Minh họa")
    assert plan(name).notice_en.startswith("Illustrative")


FULL = {"I.1": "100", "I.2": "200", "I.3": "95", "II.1": "80", "II.2": "0", "III.1": "1", "III.2": "4"}
FIRST_BLOCK = {
    "so-a": FULL | {"thuong.co-chinh-phu": "1", "thuong.co-bo": "1", "thuong.sang-kien": "5"},
    "so-b": FULL | {"II.2": "5"},
    "so-c": FULL | {"phat.ky-luat": "3"},
}


def test_the_sheet_of_950_points_and_50_of_bonus_comes_to_1000_at_most() -> None:
    scores = scores_of(plan("tinh-950-50"), "khoi-1", FIRST_BLOCK)
    assert {str(agency): score.total for agency, score in scores.items()} == {
        "so-a": Decimal(1000),
        "so-b": Decimal(930),
        "so-c": Decimal(890),
    }
    assert [score.grade.code if score.grade else None for score in scores.values()] == ["xuat-sac", "xuat-sac", "tot"]


def test_its_flag_goes_to_the_leader_its_certificate_to_another_and_neither_to_the_vetoed() -> None:
    rules = plan("tinh-950-50")
    scores = scores_of(rules, "khoi-1", FIRST_BLOCK)
    flag, certificate = judge_awards(rules, {rules.clusters[0].code: rank_cluster(rules, scores)}, scores)
    assert [one.agency for one in flag.proposals] == ["so-a"]
    assert {one.agency: one.bars[0].kind.value for one in certificate.barred} == {"so-a": "other-award", "so-c": "veto"}
    assert [(one.agency, one.short_by) for one in certificate.cut] == [("so-b", None)]  # 30 % of the one that is left is none


def test_its_due_days_move_off_the_weekend_and_its_public_comment_runs_over_tet() -> None:
    rules = plan("tinh-950-50")
    assert [due_day(rules, period) for period in rules.periods] == [date(2025, 12, 8), date(2026, 12, 7)]
    assert after_working_days(rules, date(2026, 2, 10), 10) == date(2026, 3, 3)


def test_in_the_leader_scaled_plan_who_goes_furthest_beyond_its_own_target_takes_the_maximum() -> None:
    reached = {"giai-ngan": "95", "nha-o-xa-hoi": "50", "bao-cao": "1"}
    revenue = {"xa-1": "132", "xa-2": "96.6", "xa-3": "45", "xa-4": "50", "xa-5": "100"}  # 10 % and 20 % above, at, half of, at target
    scores = scores_of(plan("cum-chi-tieu"), "all", {agency: reached | {"thu-ngan-sach": amount} for agency, amount in revenue.items()})
    points = {str(agency): next(part.points for part in score.parts if part.code == "thu-ngan-sach") for agency, score in scores.items()}
    assert points == {"xa-1": 30, "xa-2": 40, "xa-3": 20, "xa-4": 10, "xa-5": 20}


def test_its_due_day_on_a_made_up_saturday_stays() -> None:
    rules = plan("cum-chi-tieu")
    assert [due_day(rules, period) for period in rules.periods] == [date(2025, 7, 14), date(2026, 1, 10)]
