"""What bars a suggestion and what limits it: vetoes, quotas over all clusters, years between awards, one award for one achievement."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.domain.awards import AwardJudgement, judge_awards
from services.scoring.domain.eligibility import BarKind, Past, PastAward
from services.scoring.domain.parts import Score
from services.scoring.domain.ranking import Ranking, rank_cluster
from shared.plan.types import AgencyCode, ClusterCode, PeriodCode, Plan
from tests.services.scoring.domain.sheets import Values, scored
from tests.shared.plan.small_plans import criterion, small_plan

CRITERIA = (criterion("X", missing="block"),)
EVENTS = "adjustments: {penalties: [{code: waste, name_vi: Lãng phí, name_en: Waste, points_each: 1, count_maximum: 9}]}\n"
TWO_CLUSTERS = "clusters: [{code: k, name_vi: k, name_en: k, members: [a, b]}, {code: l, name_vi: l, name_en: l, members: [c, d]}]\n"
VETO = (
    "vetoes: [{code: waste, sentence_vi: Có vụ việc lãng phí, sentence_en: A case of waste, clause: Điều 7, "
    "subject: value, criterion: waste, comparison: at-least, limit: 1}]\n"
)


def rule(code: str, more: str = "", selection: str = "all-qualified", conditions: str = "") -> str:
    titles = f"code: {code}, form_vi: Hình thức {code}, form_en: Form {code}, decided_by_vi: Chủ tịch, decided_by_en: The Chairman"
    return f"{{{titles}, selection: {selection}, conditions: [{conditions}]{more}}}"


def plan_with(*rules: str, more: str = "") -> Plan:
    return small_plan(*CRITERIA, more=f"{EVENTS}{more}awards: [{', '.join(rules)}]\n")


def judged(plan: Plan, reports: dict[str, Values | None], past: tuple[PastAward, ...] = ()) -> dict[str, AwardJudgement]:
    """The judgements by rule, or by rule and cluster where there are several clusters."""
    scores: dict[AgencyCode, Score] = {}
    rankings: dict[ClusterCode, Ranking] = {}
    for cluster in plan.clusters:
        own = {AgencyCode(agency): score for agency, score in scored(plan, {m: reports.get(m) for m in cluster.members}).items()}
        scores |= own
        rankings[cluster.code] = rank_cluster(plan, own)
    found = judge_awards(plan, rankings, scores, past=Past(ends=date(2023, 6, 30), awards=past))
    several = len(plan.clusters) > 1
    return {f"{one.rule}/{one.cluster}" if several else one.rule: one for one in found}


def chosen(one: AwardJudgement) -> list[str]:
    return [str(proposal.agency) for proposal in one.proposals]


def whole(judgements: dict[str, AwardJudgement]) -> list[str]:
    return [agency for one in judgements.values() for agency in chosen(one)]


X: dict[str, Values | None] = {"a": {"X": 90}, "b": {"X": 80}, "c": {"X": 70}, "d": {"X": 60}}


def test_a_veto_takes_no_points_and_no_rank_but_every_award() -> None:
    plan = plan_with(rule("w", selection="{kind: first, count: 2, among: qualified, ties: exclude}"), rule("v"), more=VETO)
    reports = X | {"a": {"X": 90, "waste": 1}}
    judgements = judged(plan, reports)
    assert scored(plan, reports)["a"].total == Decimal(89)  # the event's own penalty, and nothing for the veto
    assert [chosen(one) for one in judgements.values()] == [["b", "c"], ["b", "c", "d"]]
    [barred] = judgements["w"].barred
    assert (barred.agency, barred.rank, barred.total) == ("a", 1, Decimal(89))
    assert [(bar.kind, bar.ground.clause) for bar in barred.bars] == [(BarKind.VETO, "Điều 7")]
    assert barred.bars[0].ground.sentence.vi == "Bị loại, không trừ điểm: Có vụ việc lãng phí (1)."


def test_a_vetoed_leader_keeps_its_place_where_the_first_are_counted_among_the_ranked() -> None:
    plan = plan_with(rule("w", selection="{kind: first, count: 2, among: ranked, ties: exclude}"), more=VETO)
    assert chosen(judged(plan, X | {"a": {"X": 90, "waste": 1}})["w"]) == ["b"]


def test_a_vetoed_unit_learns_what_it_lacks_besides() -> None:
    limit = "{code: t, sentence_vi: Tổng, sentence_en: Total, subject: total, comparison: at-least, limit: 95}"
    [barred, *_] = judged(plan_with(rule("w", conditions=limit), more=VETO), X | {"a": {"X": 90, "waste": 2}})["w"].barred
    assert [ground.sentence.en for ground in barred.failed] == ["Total (88; 7 short)."]


def test_near_misses_say_what_each_lacked_and_by_how_much_the_best_first() -> None:
    conditions = (
        "{code: t, sentence_vi: Tổng điểm từ 85, sentence_en: At least 85, subject: total, comparison: at-least, limit: 85}, "
        "{code: w, sentence_vi: Không lãng phí, sentence_en: No waste, subject: value, criterion: waste, comparison: at-most, limit: 0}"
    )
    judgement = judged(plan_with(rule("w", conditions=conditions)), X | {"b": {"X": "86.5", "waste": 2}})["w"]
    near = [(str(one.agency), [(ground.sentence.vi, ground.short_by) for ground in one.failed]) for one in judgement.unqualified]
    assert near[0] == ("b", [("Tổng điểm từ 85 (84,5; còn thiếu 0,5).", Decimal("0.5")), ("Không lãng phí (2; vượt 2).", Decimal(2))])
    assert [agency for agency, _ in near] == ["b", "c", "d"]


def test_the_first_unit_cut_is_named_with_its_distance_from_the_last_one_within() -> None:
    share = "{kind: share, percent: 50, rounding: down, ties: exclude}"
    judgement = judged(plan_with(rule("w", selection=share)), X | {"d": {"X": 70}})["w"]
    assert [(str(one.agency), one.short_by, one.by_quota) for one in judgement.cut] == [
        ("c", Decimal(10), False),
        ("d", Decimal(10), False),
    ]
    assert judgement.cut[0].sentence.en == (
        "Qualified, but beyond the number (first to be cut): 50 % of 4 qualified units, rounded down, is 2 "
        "(a joint rank across the line is left out whole); 10 behind the last one within."
    )
    assert "đơn vị đầu tiên bị cắt" in judgement.cut[1].sentence.vi  # it shares the rank of the first


QUOTA_2 = rule("w", ", quota: 2")


def test_a_quota_spans_all_clusters_and_the_best_totals_come_first() -> None:
    judgements = judged(plan_with(QUOTA_2, more=TWO_CLUSTERS), {"a": {"X": 90}, "b": {"X": 50}, "c": {"X": 80}, "d": {"X": 70}})
    assert whole(judgements) == ["a", "c"]
    [beyond] = judgements["w/l"].cut
    assert (beyond.agency, beyond.short_by, beyond.by_quota) == ("d", Decimal(10), True)
    assert beyond.sentence.en == (
        "Qualified and chosen in its cluster, but beyond the quota of 2 over all clusters: 10 behind the last one within it."
    )
    assert judgements["w/k"].proposals[0].grounds[-1].sentence.en.startswith("Within the quota of 2")


def test_a_tie_across_clusters_at_the_quota_line_is_left_out_whole() -> None:
    judgements = judged(plan_with(QUOTA_2, more=TWO_CLUSTERS), {"a": {"X": 90}, "b": {"X": 80}, "c": {"X": 80}, "d": {"X": 1}})
    assert whole(judgements) == ["a"]
    assert judgements["w/k"].cut[0].sentence.en.endswith("level at its line, and a tie that nothing sets apart is left out whole.")
    level = judged(plan_with(QUOTA_2, more=TWO_CLUSTERS), {"a": {"X": 80}, "b": {"X": 80}, "c": {"X": 80}, "d": {"X": 1}})
    assert whole(level) == []
    assert [one.sentence.en.rpartition(": ")[2] for one in (*level["w/k"].cut, *level["w/l"].cut)] == [
        *["level at its line, and a tie that nothing sets apart is left out whole."] * 3,
        "its total is below the line.",
    ]


def test_a_tie_at_the_quota_line_inside_one_cluster_is_set_apart_by_its_tie_break_steps() -> None:
    steps = "tie_break: [{by: penalty}]\n"
    reports: dict[str, Values | None] = {"a": {"X": 81, "waste": 1}, "b": {"X": 80}, "c": {"X": 90}, "d": {"X": 1}}
    judgements = judged(plan_with(QUOTA_2, more=TWO_CLUSTERS + steps), reports)
    assert whole(judgements) == ["b", "c"]
    assert judgements["w/k"].cut[0].sentence.vi.endswith("bằng điểm với đơn vị cuối cùng trong chỉ tiêu nhưng xếp hạng sau trong cụm.")
    assert whole(judged(plan_with(QUOTA_2, more=TWO_CLUSTERS), reports)) == ["c"]  # a joint rank is never cut in two


@pytest.mark.parametrize("quota", [4, 5])
def test_a_quota_that_is_not_exceeded_changes_nothing(quota: int) -> None:
    judgements = judged(plan_with(rule("w", f", quota: {quota}"), more=TWO_CLUSTERS), X)
    assert whole(judgements) == ["a", "b", "c", "d"]
    assert all("quota" not in ground.sentence.en for one in judgements["w/k"].proposals for ground in one.grounds)


@given(st.integers(min_value=1, max_value=4), st.lists(st.integers(min_value=0, max_value=3), min_size=4, max_size=4))
def test_a_quota_is_never_exceeded_and_nobody_beyond_it_is_better_than_anybody_within(quota: int, totals: list[int]) -> None:
    reports: dict[str, Values | None] = {agency: {"X": total} for agency, total in zip("abcd", totals, strict=True)}
    judgements = judged(plan_with(rule("w", f", quota: {quota}"), more=TWO_CLUSTERS), reports)
    within = [one.total for each in judgements.values() for one in each.proposals]
    beyond = [one.total for each in judgements.values() for one in each.cut]
    assert len(within) <= quota
    assert not within or not beyond or min(within) >= max(beyond)
    assert len(within) + len(beyond) == 4


def award(agency: str, ended: date, code: str = "w") -> PastAward:
    return PastAward(agency=AgencyCode(agency), rule=code, period=str(ended.year), ended=ended)


@pytest.mark.parametrize(
    ("ended", "barred"),
    [
        (date(2021, 6, 30), False),  # two years to the day
        (date(2021, 7, 1), True),
        (date(2022, 12, 31), True),
        (date(2023, 6, 30), False),  # the period itself
        (date(2024, 1, 1), False),  # a later period bars no earlier one
    ],
)
def test_an_award_bars_the_next_one_until_the_years_have_passed(ended: date, barred: bool) -> None:
    judgement = judged(plan_with(rule("w", ", again_after_years: 2")), X, (award("a", ended),))["w"]
    assert ("a" not in chosen(judgement)) is barred
    assert [bar.kind for one in judgement.barred for bar in one.bars] == [BarKind.AWARDED_LATELY] * barred


def test_the_sentence_says_from_when_an_award_is_possible_again_also_from_a_leap_day() -> None:
    plan = plan_with(rule("w", ", again_after_years: 5"))
    [barred] = judged(plan, X, (award("a", date(2020, 2, 29)),))["w"].barred
    assert barred.bars[0].ground.sentence.en.endswith("for periods that end on 2025-03-01 or later.")
    assert "01/03/2025" in barred.bars[0].ground.sentence.vi


def test_only_an_award_under_the_same_rule_counts_and_only_where_the_plan_asks() -> None:
    lately = award("a", date(2023, 1, 1))
    assert chosen(judged(plan_with(rule("w", ", again_after_years: 2")), X, (award("a", date(2023, 1, 1), "v"),))["w"])[0] == "a"
    assert chosen(judged(plan_with(rule("w")), X, (lately,))["w"])[0] == "a"


def test_a_place_that_a_barred_unit_leaves_goes_to_the_next() -> None:
    first = "{kind: first, count: 1, among: qualified, ties: exclude}"
    assert chosen(judged(plan_with(rule("w", ", again_after_years: 2", first)), X, (award("a", date(2023, 1, 1)),))["w"]) == ["b"]


def test_no_unit_is_suggested_for_two_awards_that_stand_for_one_achievement_whatever_their_order_in_the_plan() -> None:
    best = rule("best", selection="{kind: first, count: 1, among: qualified, ties: exclude}")
    lesser = rule("lesser", ", not_beside: [best]", "{kind: first, count: 2, among: qualified, ties: exclude}")
    for rules in ((best, lesser), (lesser, best)):
        judgements = judged(plan_with(*rules), X)
        assert list(judgements) == ["best", "lesser"] if rules[0] is best else ["lesser", "best"]
        assert (chosen(judgements["best"]), chosen(judgements["lesser"])) == (["a"], ["b", "c"])
        [barred] = judgements["lesser"].barred
        assert (barred.agency, barred.bars[0].kind) == ("a", BarKind.OTHER_AWARD)
        assert "Form best" in barred.bars[0].ground.sentence.en


def test_rules_that_give_way_in_a_row_are_judged_from_the_first_to_the_last() -> None:
    first = "{kind: first, count: 1, among: qualified, ties: exclude}"
    rules = (rule("z", ", not_beside: [y, x]", first), rule("y", ", not_beside: [x]", first), rule("x", selection=first))
    assert {code: chosen(one) for code, one in judged(plan_with(*rules), X).items()} == {"x": ["a"], "y": ["b"], "z": ["c"]}


def test_who_is_beyond_the_quota_of_the_better_award_may_still_have_the_lesser() -> None:
    best, lesser = rule("best", ", quota: 1"), rule("lesser", ", not_beside: [best]")
    judgements = judged(plan_with(best, lesser), X)
    assert (chosen(judgements["best"]), chosen(judgements["lesser"])) == (["a"], ["b", "c", "d"])


def test_a_cluster_of_one_is_suggested_like_any_other_and_the_council_is_told() -> None:
    plan = plan_with(rule("w", selection="{kind: first, count: 1, among: qualified, ties: exclude}"))
    [alone] = judged(plan, {"a": {"X": 1}})["w"].proposals
    assert alone.grounds[-1].sentence.en.startswith("The only unit that is ranked")
    [first] = judged(plan, X)["w"].proposals
    assert all("only unit" not in ground.sentence.en for ground in first.grounds)


@pytest.mark.parametrize(("rounding", "number"), [("down", 0), ("half-up", 0), ("up", 1)])
def test_a_share_of_a_cluster_of_one_is_none_or_one_as_it_is_rounded(rounding: str, number: int) -> None:
    share = f"{{kind: share, percent: 20, rounding: {rounding}, ties: exclude}}"
    judgement = judged(plan_with(rule("w", selection=share)), {"a": {"X": 1}})["w"]
    assert len(judgement.proposals) == number
    assert number or "nobody is within" in judgement.cut[0].sentence.en


def test_every_ranked_unit_is_in_exactly_one_list() -> None:
    limit = "{code: t, sentence_vi: Tổng, sentence_en: Total, subject: total, comparison: at-least, limit: 65}"
    first = "{kind: first, count: 1, among: qualified, ties: exclude}"
    judgement = judged(plan_with(rule("w", selection=first, conditions=limit), more=VETO), X | {"b": {"X": 80, "waste": 1}})["w"]
    lists = (judgement.proposals, judgement.cut, judgement.barred, judgement.unqualified)
    assert [[str(one.agency) for one in each] for each in lists] == [["a"], ["c"], ["b"], ["d"]]


OVERALL = rule("m", ", covers: movement", "{kind: first, count: 1, among: qualified, ties: exclude}")


def over_two_years(plan: Plan, first: dict[str, Values | None], second: dict[str, Values | None]) -> AwardJudgement:
    scores = {AgencyCode(agency): score for agency, score in scored(plan, second).items()}
    before = {AgencyCode(agency): score for agency, score in scored(plan, first).items()}
    rankings = {plan.clusters[0].code: rank_cluster(plan, scores)}
    [judgement] = judge_awards(plan, rankings, scores, earlier={PeriodCode("Y0"): before})
    return judgement


def test_an_award_over_the_movement_adds_up_the_totals_of_all_periods() -> None:
    judgement = over_two_years(plan_with(OVERALL), {"a": {"X": 10}, "b": {"X": 50}}, {"a": {"X": 30}, "b": {"X": 20}})
    [best] = judgement.proposals
    assert (best.agency, best.rank, best.total) == ("b", 1, Decimal(70))
    [behind] = judgement.cut
    assert (behind.agency, behind.short_by) == ("a", Decimal(30))


def test_a_condition_of_an_award_over_the_movement_holds_in_every_period_and_names_the_one_where_it_does_not() -> None:
    limit = "{code: t, sentence_vi: Tổng, sentence_en: Total, subject: total, comparison: at-least, limit: 15}"
    plan = plan_with(rule("m", ", covers: movement", conditions=limit))
    judgement = over_two_years(plan, {"a": {"X": 10}, "b": {"X": 50}}, {"a": {"X": 90}, "b": {"X": 20}})
    assert chosen(judgement) == ["b"]
    [failed] = judgement.unqualified[0].failed
    assert failed.sentence.en == "Total, period Y0 (10; 5 short)."
    assert [ground.sentence.en for ground in judgement.proposals[0].grounds][:2] == ["Total, period Y0 (50).", "Total, period H1 (20)."]


def test_a_unit_without_a_total_in_one_period_is_not_suggested_for_the_movement_and_a_veto_in_any_bars_it() -> None:
    judgement = over_two_years(
        plan_with(rule("m", ", covers: movement"), more=VETO),
        {"a": None, "b": {"X": 1, "waste": 1}, "c": {"X": 1}},
        {"a": {"X": 9}, "b": {"X": 9}, "c": {"X": 9}},
    )
    assert chosen(judgement) == ["c"]
    assert judgement.unqualified[0].failed[0].sentence.en == "No total in the period Y0."
    assert judgement.barred[0].agency == "b"


def test_equal_sums_over_the_movement_are_a_joint_rank() -> None:
    judgement = over_two_years(plan_with(OVERALL), {"a": {"X": 10}, "b": {"X": 20}}, {"a": {"X": 30}, "b": {"X": 20}})
    assert [(one.agency, one.rank) for one in judgement.cut] == [("a", 1), ("b", 1)]


def test_an_award_over_the_movement_waits_until_the_other_periods_are_final() -> None:
    assert judged(plan_with(OVERALL), X) == {}
