"""What the plan suggests: grounds for each suggestion, the cut and the failed conditions named, ties at the line as declared."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.domain.awards import AwardJudgement, judge_awards, propose_awards
from services.scoring.domain.ranking import rank_cluster
from shared.plan.types import AgencyCode, Plan
from tests.services.scoring.domain.sheets import Values, scored
from tests.shared.plan.small_plans import criterion, small_plan

CRITERIA = (criterion("X", missing="block"), criterion("law", "boolean", ", maximum: 10"))
EVENTS = "adjustments: {penalties: [{code: waste, name_vi: Lãng phí, name_en: Waste, points_each: 1, count_maximum: 9}]}\n"
TITLES = "code: w, form_vi: Bằng khen, form_en: Certificate, decided_by_vi: Chủ tịch, decided_by_en: The Chairman, clause: Điều 9"


def awarding(selection: str, conditions: str = "") -> Plan:
    return small_plan(*CRITERIA, more=f"{EVENTS}awards: [{{{TITLES}, selection: {selection}, conditions: [{conditions}]}}]\n")


def condition(code: str, subject: str, comparison: str, limit: str) -> str:
    return (
        f"{{code: {code}, sentence_vi: Điều kiện {code}, sentence_en: Condition {code}, clause: Điều 1, "
        f"subject: {subject}, comparison: {comparison}, limit: {limit}}}"
    )


def judged(plan: Plan, reports: dict[str, Values | None]) -> AwardJudgement:
    scores = {AgencyCode(agency): score for agency, score in scored(plan, reports).items()}
    rankings = {plan.clusters[0].code: rank_cluster(plan, scores)}
    (judgement,) = judge_awards(plan, rankings, scores)
    assert propose_awards(plan, rankings, scores) == judgement.proposals
    return judgement


def chosen(judgement: AwardJudgement) -> list[str]:
    return [str(proposal.agency) for proposal in judgement.proposals]


def cut(judgement: AwardJudgement) -> list[str]:
    return [str(one.agency) for one in judgement.cut]


FOUR: dict[str, Values | None] = {"a": {"X": 90, "law": 1}, "b": {"X": 80, "law": 1}, "c": {"X": 80, "law": 0}, "d": {"X": 10, "law": 1}}
TOTAL_80 = condition("total", "total", "at-least", "80")
LAW = condition("law", "points, criterion: law", "at-least", "10")


def test_a_threshold_takes_everyone_who_reaches_it() -> None:
    judgement = judged(awarding("all-qualified", TOTAL_80), FOUR)
    assert chosen(judgement) == ["a", "b", "c"]
    assert [str(one.agency) for one in judgement.unqualified] == ["d"]


def test_a_suggestion_carries_rank_total_and_grounds_in_both_languages() -> None:
    (first, *_) = judged(awarding("all-qualified", TOTAL_80), FOUR).proposals
    assert (first.rule, first.rank, first.total) == ("w", 1, Decimal("100.00"))
    assert [ground.clause for ground in first.grounds] == ["Điều 1", "Điều 9"]
    assert first.grounds[0].sentence.vi == "Điều kiện total (100)."
    assert first.grounds[0].sentence.en == "Condition total (100)."


def test_every_failed_condition_is_named_not_only_the_first() -> None:
    judgement = judged(awarding("all-qualified", TOTAL_80 + ", " + LAW), FOUR | {"c": {"X": 1, "law": 0}})
    failed = {str(one.agency): [ground.sentence.en for ground in one.failed] for one in judgement.unqualified}
    assert failed == {"c": ["Condition total (1; 79 short).", "Condition law (0; 10 short)."], "d": ["Condition total (20; 60 short)."]}


@pytest.mark.parametrize(("limit", "ok"), [("100", True), ("100.01", False)])
def test_a_limit_itself_is_enough(limit: str, ok: bool) -> None:
    judgement = judged(awarding("all-qualified", condition("t", "total", "at-least", limit)), FOUR)
    assert ("a" in chosen(judgement)) is ok


def test_an_event_that_was_not_reported_counts_as_none_and_one_that_was_excludes() -> None:
    plan = awarding("all-qualified", condition("veto", "value, criterion: waste", "at-most", "0"))
    judgement = judged(plan, {"a": {"X": 90, "waste": 1}, "b": {"X": 80}, "c": {"X": 70, "waste": 0}})
    assert chosen(judgement) == ["b", "c"]


def test_a_missing_value_meets_no_condition() -> None:
    plan = awarding("all-qualified", condition("law", "value, criterion: law", "at-most", "1"))
    judgement = judged(plan, {"a": {"X": 1}, "b": {"X": 1, "law": 0}})
    assert chosen(judgement) == ["b"]


def test_points_taken_off_can_be_a_condition() -> None:
    plan = awarding("all-qualified", condition("clean", "penalty", "at-most", "2"))
    assert chosen(judged(plan, {"a": {"X": 9, "waste": 3}, "b": {"X": 5, "waste": 2}})) == ["b"]


def test_the_first_n_among_the_qualified_reaches_past_one_who_is_not() -> None:
    rule = "{kind: first, count: 2, among: qualified, ties: include}"
    judgement = judged(awarding(rule, LAW), FOUR | {"a": {"X": 99, "law": 0}})
    assert chosen(judgement) == ["b", "d"]


def test_the_first_n_among_the_ranked_does_not_reach_past_one_who_is_not_qualified() -> None:
    rule = "{kind: first, count: 2, among: ranked, ties: include}"
    judgement = judged(awarding(rule, LAW), FOUR | {"a": {"X": 99, "law": 0}})
    assert chosen(judgement) == ["b"]
    assert cut(judgement) == ["d"]


@pytest.mark.parametrize(("ties", "expected"), [("include", ["a", "b", "c"]), ("exclude", ["a"])])
def test_a_joint_rank_across_the_line_is_taken_or_left_out_whole(ties: str, expected: list[str]) -> None:
    tied: dict[str, Values | None] = {"a": {"X": 90}, "b": {"X": 80}, "c": {"X": 80}, "d": {"X": 10}}
    judgement = judged(awarding(f"{{kind: first, count: 2, among: qualified, ties: {ties}}}"), tied)
    assert chosen(judgement) == expected
    assert cut(judgement) == [agency for agency in "abcd" if agency not in expected]
    assert "first 2" in judgement.cut[0].sentence.en


def test_a_joint_rank_inside_the_line_is_no_tie_at_the_line() -> None:
    tied: dict[str, Values | None] = {"a": {"X": 80}, "b": {"X": 80}, "c": {"X": 10}}
    assert chosen(judged(awarding("{kind: first, count: 2, among: qualified, ties: exclude}"), tied)) == ["a", "b"]


@pytest.mark.parametrize(
    ("percent", "rounding", "count"),
    [
        ("50", "down", 1),
        ("50", "up", 2),
        ("50", "half-up", 2),
        ("49.9", "half-up", 1),
        ("33.3", "up", 1),
        ("33.4", "up", 2),
        ("100", "down", 3),
        ("1", "down", 0),
    ],
)
def test_a_share_of_three_qualified_is_rounded_as_declared(percent: str, rounding: str, count: int) -> None:
    rule = f"{{kind: share, percent: {percent}, rounding: {rounding}, ties: exclude}}"
    three: dict[str, Values | None] = {"a": {"X": 3}, "b": {"X": 2}, "c": {"X": 1}}
    judgement = judged(awarding(rule), three)
    assert chosen(judgement) == list("abc")[:count]
    if count < 3:
        assert f"is {count}" in judgement.cut[0].sentence.en


def test_a_unit_without_rank_is_neither_suggested_nor_cut() -> None:
    judgement = judged(awarding("{kind: first, count: 1, among: qualified, ties: include}"), {"a": {"law": 1}, "b": {"X": 1}, "c": None})
    assert chosen(judgement) == ["b"]
    assert cut(judgement) == []
    assert judgement.unqualified == ()


def test_a_rule_for_one_cluster_leaves_the_others_alone() -> None:
    clusters = "clusters: [{code: k, name_vi: k, name_en: k, members: [a, b]}, {code: l, name_vi: l, name_en: l, members: [c, d]}]\n"
    rule = f"awards: [{{{TITLES}, selection: all-qualified, clusters: [l]}}]\n"
    plan = small_plan(criterion("X"), more=clusters + rule)
    scores = {AgencyCode(agency): score for agency, score in scored(plan, {"a": {"X": 1}, "b": {"X": 1}}).items()}
    scores |= {AgencyCode(agency): score for agency, score in scored(plan, {"c": {"X": 1}, "d": {"X": 1}}).items()}
    rankings = {one.code: rank_cluster(plan, {member: scores[member] for member in one.members}) for one in plan.clusters}
    assert [proposal.agency for proposal in propose_awards(plan, rankings, scores)] == ["c", "d"]


QUOTAS = st.tuples(st.integers(min_value=1, max_value=5), st.sampled_from(["qualified", "ranked"]))
TOTALS = st.dictionaries(st.sampled_from("abcd"), st.integers(min_value=0, max_value=3))


@given(QUOTAS, TOTALS)
def test_a_quota_that_leaves_out_ties_is_never_exceeded(quota: tuple[int, str], totals: dict[str, int]) -> None:
    rule = f"{{kind: first, count: {quota[0]}, among: {quota[1]}, ties: exclude}}"
    judgement = judged(awarding(rule), {agency: {"X": total} for agency, total in totals.items()})
    assert len(judgement.proposals) <= quota[0]
    assert {*chosen(judgement), *cut(judgement)} == set(totals)
    assert all(one.rank < other.rank for one in judgement.proposals for other in judgement.cut)
