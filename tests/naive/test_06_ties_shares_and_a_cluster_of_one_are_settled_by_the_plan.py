"""A naive program lets the sort order decide at the quota line, rounds a share by accident, and lets people vote on themselves."""

from decimal import Decimal

import pytest

from services.scoring.domain.selection import share_of
from services.scoring.domain.votes import Ballot, Cast, counted, faults_in_ballots
from shared.plan.types import ShareOf, ShareRounding, TiesAtLine
from tests.services.scoring.domain.sheets import Values
from tests.services.scoring.domain.test_award_rules import X, chosen, judged, plan_with, rule

X_PERCENT = Decimal(20)


@pytest.mark.parametrize(("ties", "suggested"), [("include", ["a", "b", "c"]), ("exclude", ["a"])])
def test_a_tie_across_the_line_is_taken_whole_or_left_out_whole(ties: str, suggested: list[str]) -> None:
    plan = plan_with(rule("one", selection=f"{{kind: first, count: 2, among: qualified, ties: {ties}}}"))
    reports: dict[str, Values | None] = {**X, "c": {"X": 80}}
    assert chosen(judged(plan, reports)["one"]) == suggested


@pytest.mark.parametrize(("rounding", "count"), [(ShareRounding.DOWN, 1), (ShareRounding.HALF_UP, 1), (ShareRounding.UP, 2)])
def test_a_share_is_rounded_as_the_plan_says(rounding: ShareRounding, count: int) -> None:
    assert share_of(ShareOf(percent=X_PERCENT, rounding=rounding, ties=TiesAtLine.EXCLUDE), 7) == count


def test_the_only_unit_of_a_cluster_is_ranked_and_the_suggestion_says_that_it_stood_alone() -> None:
    found = judged(plan_with(rule("one")), {"a": {"X": 50}})["one"]
    assert chosen(found) == ["a"]
    assert "none to compare" in found.proposals[0].grounds[-1].sentence.en


def test_eighty_per_cent_of_seven_are_six_of_all_members_also_the_absent() -> None:
    ballots = [Ballot(member=str(number), cast=Cast.IN_FAVOUR if number < 5 else Cast.ABSENT) for number in range(7)]
    assert (counted(ballots, 80).needed, counted(ballots, 80).is_reached) == (6, False)


def test_nobody_votes_on_its_own_unit() -> None:
    own = Ballot(member="m1", cast=Cast.IN_FAVOUR, unit="a")
    assert [fault.code for fault in faults_in_ballots([own], "a", written_allowed=True)] == ["vote-on-own-unit"]
