"""What holds of every plan and every set of reports, whatever is drawn. `make proof` tries all of it on many more cases."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.scoring.domain.awards import propose_awards
from services.scoring.domain.cluster_facts import facts_of
from services.scoring.domain.inputs import Dates, ScoreInputs, computed_again, inputs_document, inputs_from
from services.scoring.domain.measures import Achievement, measured
from services.scoring.domain.parts import PENALTIES, PartKind, ReportInput, Score
from services.scoring.domain.ranking import Ranking, rank_cluster
from services.scoring.domain.recomputation import ClusterCase, KeptScore, Recomputed, ScoreState, recompute
from services.scoring.domain.score_document import score_bytes
from services.scoring.domain.scores import score_cluster
from services.scoring.domain.standing import Void, VoidKind, version_that_counts
from services.scoring.domain.votes import Ballot, Cast, counted
from shared.plan.types import AgencyCode, ClusterCode, Criterion, Direction, LeaderScaledMeasure, Plan
from tests.oracle.cases import NUMBERS, Case, cases, drawn_again
from tests.oracle.test_oracle import plan_of, report_of

Cluster = dict[AgencyCode, ReportInput | None]
Scores = Mapping[AgencyCode, Score]
QUICK, LONG = 25, 5_000
EACH_CASE = settings(max_examples=QUICK, deadline=None, derandomize=True)


def clusters_in(case: Case) -> Iterator[tuple[Plan, ClusterCode, Cluster]]:
    """Each cluster of a case, with the reports drawn for it and with some more."""
    plan = plan_of(case)
    for clusters in (case.clusters, drawn_again(case, 0), drawn_again(case, 1)):
        for code, units in clusters.items():
            yield plan, ClusterCode(code), {AgencyCode(agency): report_of(sent) for agency, sent in units.items()}


def scores_in(case: Case) -> Iterator[tuple[Plan, Score]]:
    for plan, _, cluster in clusters_in(case):
        yield from ((plan, score) for score in score_cluster(plan, plan.periods[0], cluster).values())


def exact_sum(amounts: Iterator[Decimal]) -> Fraction:
    return sum((Fraction(amount) for amount in amounts), Fraction(0))


@given(case=cases())
@EACH_CASE
def test_no_total_bonus_penalty_or_criterion_is_beyond_its_cap(case: Case) -> None:
    for plan, score in scores_in(case):
        rules = plan.adjustments
        bonus = exact_sum(part.points for part in score.parts if part.kind is PartKind.BONUS or part.code == "bonus-maximum")
        taken = exact_sum(part.points for part in score.parts if part.kind in PENALTIES or part.code == "penalty-maximum")
        assert bonus <= (Fraction(rules.bonus_maximum) if rules.bonus_maximum is not None else bonus)
        assert -taken <= (Fraction(rules.penalty_maximum) if rules.penalty_maximum is not None else -taken)
        maxima = {str(leaf.code): leaf.maximum for leaf in plan.leaves}
        criteria = [part for part in score.parts if part.kind is PartKind.CRITERION]
        assert all(0 <= part.points <= (maxima[part.code] or 0) for part in criteria)
        if score.total is not None:
            assert rules.total_maximum is None or score.total <= rules.total_maximum
            assert rules.total_minimum is None or score.total >= rules.total_minimum


@given(case=cases())
@EACH_CASE
def test_the_parts_of_an_explanation_add_up_to_the_total_exactly(case: Case) -> None:
    for _, score in scores_in(case):
        if score.total is not None:
            assert exact_sum(part.points for part in score.parts) == Fraction(score.total)
        assert (score.total is None) == bool(score.no_total)


@given(case=cases(), seed=st.integers(0, 9))
@EACH_CASE
def test_the_order_in_which_reports_and_values_came_changes_no_byte(case: Case, seed: int) -> None:
    draw = Random(seed)
    for plan, _, cluster in clusters_in(case):
        shuffled = dict(draw.sample(sorted(cluster.items(), key=str), len(cluster)))
        shuffled = {agency: with_values_shuffled(report, draw) for agency, report in shuffled.items()}
        one, other = (score_cluster(plan, plan.periods[0], inputs) for inputs in (cluster, shuffled))
        assert {agency: score_bytes(score) for agency, score in one.items()} == {
            agency: score_bytes(score) for agency, score in other.items()
        }
        assert rank_cluster(plan, one) == rank_cluster(plan, other)


def with_values_shuffled(report: ReportInput | None, draw: Random) -> ReportInput | None:
    return report and replace(report, values=dict(draw.sample(list(report.values.items()), len(report.values))))


@given(case=cases())
@EACH_CASE
def test_a_better_value_never_lowers_the_points_of_its_criterion(case: Case) -> None:
    plan = plan_of(case)
    for leaf in plan.leaves:
        numbers = sorted((Decimal(text) for text in NUMBERS), reverse=leaf.direction is Direction.LOWER)
        points = [points_alone(leaf, number) for number in numbers]
        assert points == sorted(points), (leaf, points)


def points_alone(leaf: Criterion, number: Decimal) -> Decimal:
    """The points of a value beside a leader that stays the same, unless the value itself leads."""
    if not isinstance(leaf.measure, LeaderScaledMeasure):
        return measured(leaf, number, None, None).points
    own, other = (Achievement(value=value, target=leaf.measure.target) for value in (number, leaf.measure.target + 5))
    return measured(leaf, number, own, own if own.leads(other) else other).points


@given(case=cases())
@EACH_CASE
def test_ranks_follow_totals_and_a_step_is_named_only_among_equal_totals(case: Case) -> None:
    for plan, _, cluster in clusters_in(case):
        standings = rank_cluster(plan, score_cluster(plan, plan.periods[0], cluster)).standings
        ranked = [one for one in standings if one.rank is not None and one.total is not None]
        assert [one for one in standings if one.rank is None] == list(standings[len(ranked) :])
        assert {one.agency for one in standings} == set(cluster)
        totals = Counter(one.total for one in ranked)
        sizes = Counter(one.rank for one in ranked)
        for one in ranked:
            behind = [other for other in ranked if (other.total or 0) < (one.total or 0)]
            assert all((other.rank or 0) > (one.rank or 0) for other in behind)
            assert one.rank == 1 + sum(1 for other in ranked if (other.rank or 0) < (one.rank or 0))
            assert len({other.total for other in ranked if other.rank == one.rank}) == 1
            assert (one.decided_by is not None) == (totals[one.total] > 1)
            assert one.step == 0 or (totals[one.total] > sizes[one.rank])


@given(case=cases())
@EACH_CASE
def test_a_quota_is_never_exceeded_and_nobody_is_suggested_twice(case: Case) -> None:
    for clusters in (case.clusters, drawn_again(case, 0), drawn_again(case, 1)):
        plan = plan_of(case)
        scores, rankings = dict[AgencyCode, Score](), dict[ClusterCode, Ranking]()
        for code, units in clusters.items():
            found = score_cluster(plan, plan.periods[0], {AgencyCode(agency): report_of(sent) for agency, sent in units.items()})
            scores |= found
            rankings[ClusterCode(code)] = rank_cluster(plan, found)
        suggested = Counter((one.rule, one.agency) for one in propose_awards(plan, rankings, scores))
        assert all(times == 1 for times in suggested.values())
        for rule in plan.awards:
            own = {agency for code, agency in suggested if code == rule.code}
            assert rule.quota is None or len(own) <= rule.quota
            assert not own & {agency for code, agency in suggested if code in rule.not_beside}


@given(case=cases())
@EACH_CASE
def test_a_score_computed_again_from_its_inputs_has_the_same_bytes(case: Case) -> None:
    for plan, _, cluster in clusters_in(case):
        facts, period = facts_of(plan, cluster), plan.periods[0]
        for agency, score in score_cluster(plan, period, cluster).items():
            inputs = ScoreInputs(
                plan_hash=plan.content_hash,
                period=period.code,
                agency=agency,
                dates=Dates(due=period.due, grace_days=period.grace_days),
                cluster=facts,
                report=cluster[agency],
                appraisal=None,
            )
            assert score_bytes(computed_again(plan, inputs_from(inputs_document(inputs)))) == score_bytes(score)


@given(case=cases(), seed=st.integers(0, 99))
@EACH_CASE
def test_corrections_one_by_one_come_to_what_computing_everyone_comes_to(case: Case, seed: int) -> None:
    """Reports are replaced in any order, marked one at a time; what is then on record is what the last reports give."""
    plan, draw = plan_of(case), Random(seed)
    code = draw.choice(sorted(case.clusters))
    cluster: Cluster = {AgencyCode(agency): None for agency in case.clusters[code]}
    kept, facts, plan_before = dict[AgencyCode, KeptScore](), None, None
    for round_of_reports in (0, 1, 2):
        reports = drawn_again(case, seed + round_of_reports)[code]
        for agency in draw.sample(sorted(reports), len(reports)):
            sent = report_of(reports[agency])
            cluster[AgencyCode(agency)] = sent and replace(sent, version=1 + round_of_reports)
            done = recompute(a_case(plan, cluster, kept, facts, plan_before, frozenset({AgencyCode(agency)})))
            kept, facts, plan_before = kept | on_record(done), done.facts, plan.content_hash
    everyone = recompute(a_case(plan, cluster, {}, None, None, frozenset()))
    assert {agency: one for agency, one in kept.items() if not one.is_void} == on_record(everyone)
    assert recompute(a_case(plan, cluster, kept, facts, plan_before, frozenset(cluster))).moved == ()


def a_case(
    plan: Plan, cluster: Cluster, kept: Mapping[AgencyCode, KeptScore], facts: str | None, before: str | None, marked: frozenset[AgencyCode]
) -> ClusterCase:
    return ClusterCase(
        plan=plan,
        period=plan.periods[0],
        state=ScoreState.PROVISIONAL,
        inputs=cluster,
        kept=kept,
        facts_before=facts,
        plan_before=before,
        marked=marked,
        everyone=False,
    )


def on_record(done: Recomputed) -> dict[AgencyCode, KeptScore]:
    """What is on record once the scores that moved are written."""
    return {
        one.agency: KeptScore(
            revision=1,
            state=ScoreState.PROVISIONAL,
            report_version=one.explained.score.version if one.explained else None,
            plan_hash=one.explained.score.plan_hash if one.explained else "",
            content_hash=one.explained.content_hash if one.explained else None,
            is_void=one.explained is None,
        )
        for one in done.moved
    }


@given(percent=st.integers(1, 100), cast=st.lists(st.sampled_from(Cast), min_size=1, max_size=30))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_a_vote_passes_exactly_when_the_share_of_all_members_is_reached(percent: int, cast: list[Cast]) -> None:
    count = counted([Ballot(member=str(number), cast=one) for number, one in enumerate(cast)], percent)
    assert count.is_reached == (Fraction(cast.count(Cast.IN_FAVOUR), len(cast)) >= Fraction(percent, 100))


VOIDS = st.lists(st.builds(Void, version=st.integers(1, 5), kind=st.sampled_from(VoidKind), revision=st.integers(1, 9)), max_size=4)


@given(versions=st.lists(st.integers(1, 5), unique=True), voids=VOIDS, seed=st.integers(0, 99))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_the_version_that_counts_does_not_depend_on_what_came_first(versions: list[int], voids: list[Void], seed: int) -> None:
    draw = Random(seed)
    counts = version_that_counts(versions, voids, None)
    assert version_that_counts(draw.sample(versions, len(versions)), draw.sample(voids, len(voids)), None) == counts
    gone = {
        version
        for version in versions
        for void in voids
        if version == void.version or (void.kind == "withdrawn" and version < void.version)
    }
    assert counts == max(set(versions) - gone, default=None)


OF_ONE_CASE: tuple[Any, ...] = (
    test_no_total_bonus_penalty_or_criterion_is_beyond_its_cap,
    test_the_parts_of_an_explanation_add_up_to_the_total_exactly,
    test_a_better_value_never_lowers_the_points_of_its_criterion,
    test_ranks_follow_totals_and_a_step_is_named_only_among_equal_totals,
    test_a_quota_is_never_exceeded_and_nobody_is_suggested_twice,
    test_a_score_computed_again_from_its_inputs_has_the_same_bytes,
)
OF_A_CASE_IN_SOME_ORDER: tuple[Any, ...] = (
    test_the_order_in_which_reports_and_values_came_changes_no_byte,
    test_corrections_one_by_one_come_to_what_computing_everyone_comes_to,
)


@pytest.mark.proof
@pytest.mark.timeout(7_200)
@given(case=cases(), seed=st.integers(0, 999))
@settings(max_examples=LONG, deadline=None)
def test_every_property_holds_many_times_over(case: Case, seed: int) -> None:
    for test in OF_ONE_CASE:
        test.hypothesis.inner_test(case)
    for test in OF_A_CASE_IN_SOME_ORDER:
        test.hypothesis.inner_test(case, seed)
