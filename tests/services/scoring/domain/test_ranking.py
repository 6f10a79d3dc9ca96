"""Ranks follow the totals, then the declared steps; what no step decides is a joint rank; no total, no rank."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from services.scoring.domain.ranking import Ranking, rank_cluster
from shared.plan.types import AgencyCode, Plan
from tests.services.scoring.domain.sheets import Values, report, scored
from tests.shared.plan.small_plans import criterion, small_plan

LATE = "adjustments: {late: {points_per_day: 1, maximum: 5}}\n"
STEPS = "tie_break: [{by: points, criterion: X}, {by: penalty}, {by: submitted}]\n"
TWO = (criterion("X", missing="block"), criterion("Y"))
PLAIN = small_plan(*TWO)
STEPPED = small_plan(*TWO, more=LATE + STEPS)
ON_TIME = datetime(2023, 7, 1, tzinfo=UTC)
EARLIER = datetime(2023, 6, 30, tzinfo=UTC)
LATER = datetime(2023, 7, 14, tzinfo=UTC)  # two days after the grace


def ranks_of(ranking: Ranking) -> list[tuple[str, int | None]]:
    return [(str(one.agency), one.rank) for one in ranking.standings]


def ranked(plan: Plan, reports: dict[str, object]) -> Ranking:
    scores = scored(plan, reports)  # type: ignore[arg-type]
    return rank_cluster(plan, {AgencyCode(agency): score for agency, score in scores.items()})


def test_the_highest_total_is_first() -> None:
    ranking = ranked(PLAIN, {"a": {"X": 1}, "b": {"X": 3}, "c": {"X": 2}})
    assert ranks_of(ranking) == [("b", 1), ("c", 2), ("a", 3)]
    assert [one.decided_by for one in ranking.standings] == [None, None, None]


def test_without_steps_equal_totals_share_a_rank_and_leave_the_next_empty() -> None:
    ranking = ranked(PLAIN, {"d": {"X": 1}, "c": {"X": 2}, "b": {"X": 2}, "a": {"X": 3}})
    assert ranks_of(ranking) == [("a", 1), ("b", 2), ("c", 2), ("d", 4)]
    assert [one.decided_by.en for one in ranking.standings if one.decided_by] == [
        "A joint rank: no tie-break step sets these 2 units apart."
    ] * 2


def test_totals_that_are_equal_once_rounded_are_a_tie() -> None:
    assert ranks_of(ranked(PLAIN, {"a": {"X": "1.001"}, "b": {"X": "1.004"}})) == [("a", 1), ("b", 1)]


def test_a_unit_without_total_has_no_rank_and_the_reason_beside_it() -> None:
    ranking = ranked(PLAIN, {"a": {"Y": 9}, "b": {"X": 1}, "c": None})
    assert ranks_of(ranking) == [("b", 1), ("a", None), ("c", None)]
    assert [one.why_unranked[0].code for one in ranking.standings[1:]] == ["value-missing", "no-report"]


def test_the_first_step_that_differs_decides_and_is_named() -> None:
    ranking = ranked(STEPPED, {"a": {"X": 1, "Y": 2}, "b": {"X": 2, "Y": 1}})
    assert ranks_of(ranking) == [("b", 1), ("a", 2)]
    assert [one.step for one in ranking.standings] == [1, 1]
    assert "Criterion X" in str(ranking.standings[0].decided_by)
    assert "Tiêu chí X" in str(ranking.standings[0].decided_by)


def test_each_unit_is_told_the_step_that_set_it_apart() -> None:
    reports = {
        "a": report({"X": 1, "Y": 3}, ON_TIME),
        "b": report({"X": 2, "Y": 4}, LATER),
        "c": report({"X": 2, "Y": 2}, ON_TIME),
        "d": report({"X": 2, "Y": 2}, EARLIER),
    }
    ranking = ranked(STEPPED, dict(reports))
    assert ranks_of(ranking) == [("d", 1), ("c", 2), ("b", 3), ("a", 4)]
    assert [one.step for one in ranking.standings] == [3, 3, 2, 1]


def test_an_unknown_instant_of_submission_comes_after_a_known_one() -> None:
    reports = {"a": report({"X": 1}), "b": report({"X": 1}, ON_TIME)}
    assert ranks_of(ranked(STEPPED, dict(reports))) == [("b", 1), ("a", 2)]


def test_what_no_step_decides_is_a_joint_rank() -> None:
    reports = {"a": report({"X": 1}, ON_TIME), "b": report({"X": 1}, ON_TIME)}
    ranking = ranked(STEPPED, dict(reports))
    assert ranks_of(ranking) == [("a", 1), ("b", 1)]
    assert [one.step for one in ranking.standings] == [0, 0]


def test_a_cluster_of_one_and_of_none_can_be_ranked() -> None:
    assert ranks_of(ranked(PLAIN, {"a": {"X": 0}})) == [("a", 1)]
    assert ranks_of(ranked(PLAIN, {})) == []


def test_a_total_of_zero_is_ranked() -> None:
    assert ranks_of(ranked(PLAIN, {"a": {"X": 0}, "b": None})) == [("a", 1), ("b", None)]


FEW = st.integers(min_value=0, max_value=2)
SHEETS = st.dictionaries(st.sampled_from("abcd"), st.one_of(st.none(), st.fixed_dictionaries({"X": st.one_of(st.none(), FEW), "Y": FEW})))


@given(SHEETS, st.randoms(), st.sampled_from([PLAIN, STEPPED]))
def test_ranks_agree_with_totals_and_do_not_depend_on_order(reports: dict[str, Values | None], random: object, plan: Plan) -> None:
    ranking = ranked(plan, dict(reports))
    shuffled = list(reports.items())
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert ranked(plan, dict(shuffled)) == ranking
    placed = [one for one in ranking.standings if one.rank is not None]
    for index, one in enumerate(placed):
        assert one.rank == 1 + sum(1 for other in placed[:index] if other.rank != one.rank)
        better = [other for other in placed if (other.total or 0) > (one.total or 0)]
        assert all((other.rank or 0) < (one.rank or 0) for other in better)
    assert len(ranking.standings) == len(reports)
