"""The very words and figures that are hashed, announced or shown to people: nothing in them may change unseen."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from services.scoring.domain.acts import Act, canonical, first_broken, hash_of, linked
from services.scoring.domain.appraisal_sentences import sentence_of_difference, shown
from services.scoring.domain.awards import judge_awards
from services.scoring.domain.cluster_facts import ClusterFacts
from services.scoring.domain.fields import last_period, reach_of
from services.scoring.domain.heard import ClusterKey, ClusterTold, Heard, PlanPublished, Submission, Told, Voiding, mark_for
from services.scoring.domain.inputs import Dates, cluster_document, cluster_from, period_with
from services.scoring.domain.marks import Cause, CauseKind, Mark, NewMark, cause_for, causes_for
from services.scoring.domain.measures import Achievement
from services.scoring.domain.parts import ReportInput
from services.scoring.domain.period import Closed, Opened, PublishedPlan, as_told, period_as_extended, plan_in_force
from services.scoring.domain.period import Dates as PeriodDates
from services.scoring.domain.ranking import rank_cluster
from services.scoring.domain.recomputation import facts_text
from services.scoring.domain.standing import NamedVersion, Void, VoidKind
from services.scoring.domain.tie_breaks import earliness
from shared.plan.types import AgencyCode, ClusterCode, CriterionCode, DueMoves, Plan
from shared.plan.values import MISSING, NOT_APPLICABLE, Given
from tests.services.scoring.domain.sheets import report, scored
from tests.shared.plan.small_plans import criterion, small_plan

HANOI = timezone(timedelta(hours=7))
NOON = datetime(2023, 7, 5, 5, tzinfo=UTC)
ACT = Act(
    kind="award-decided",
    movement="m",
    subject="đề xuất",
    actor="council-1",
    at=datetime(2023, 8, 25, 10, tzinfo=HANOI),
    facts={"outcome": "granted", "a": "b"},
)
WRITTEN = (
    '{"actor":"council-1","at":"2023-08-25T03:00:00Z","facts":{"a":"b","outcome":"granted"},'
    '"kind":"award-decided","movement":"m","subject":"đề xuất"}'
)


def test_an_act_is_written_in_one_way_whatever_the_time_zone_it_was_told_in() -> None:
    assert canonical(ACT) == WRITTEN


def test_a_link_hashes_the_one_before_its_place_and_the_act_a_line_each() -> None:
    first = linked(ACT, None)
    second = linked(ACT, first)
    assert (first.sequence, first.previous_hash, first.hash) == (1, None, hashlib.sha256(f"\n1\n{WRITTEN}".encode()).hexdigest())
    assert (second.sequence, second.previous_hash) == (2, first.hash)
    assert second.hash == hash_of(ACT, 2, first.hash) == hashlib.sha256(f"{first.hash}\n2\n{WRITTEN}".encode()).hexdigest()


def test_a_chain_that_does_not_begin_at_one_is_broken_at_its_first_place() -> None:
    second = linked(ACT, linked(ACT, None))
    assert first_broken([second]) == 1


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        (Given(Decimal("1.5")), "1,5", "1.5"),
        (MISSING, "“chưa có số liệu”", "“missing”"),
        (NOT_APPLICABLE, "“không áp dụng”", "“not applicable”"),
    ],
)
def test_what_was_reported_is_shown_as_the_four_things_that_it_can_be(value: Given, vi: str, en: str) -> None:
    assert (shown(value).vi, shown(value).en) == (vi, en)


@pytest.mark.parametrize(
    ("own", "vi", "en"),
    [
        ("3", " Đơn vị tự chấm 3 điểm, cao hơn 1 điểm.", " The unit's own score was 3 points, 1 point more."),
        ("1.5", " Đơn vị tự chấm 1,5 điểm, thấp hơn 0,5 điểm.", " The unit's own score was 1.5 points, 0.5 points less."),
        ("2", "", ""),
    ],
)
def test_the_distance_of_the_units_own_score_is_said_in_both_languages(own: str, vi: str, en: str) -> None:
    said = sentence_of_difference(Decimal(own), Decimal(2))
    assert (said.vi, said.en) == (vi, en)


FACTS = ClusterFacts(
    not_measured=frozenset({CriterionCode("z"), CriterionCode("y")}),
    leaders={CriterionCode(code): Achievement(value=Decimal("15.0"), target=Decimal(10)) for code in ("b", "a")},
)


def test_what_the_cluster_tells_is_written_in_one_way() -> None:
    assert facts_text(FACTS) == '{"leaders": {"a": ["15", "10"], "b": ["15", "10"]}, "not_measured": ["y", "z"]}'


def test_what_the_cluster_tells_is_read_back_as_it_was() -> None:
    document = cluster_document(FACTS)
    assert document == {"not_measured": ["y", "z"], "leaders": {"a": ["15", "10"], "b": ["15", "10"]}}
    assert cluster_from(document) == FACTS


def test_the_day_that_inputs_name_takes_the_place_of_the_plans_and_moves_no_further() -> None:
    planned = replace(small_plan(criterion("X")).periods[0], due_moves=DueMoves.NEXT_WORKING_DAY)
    kept = period_with(planned, Dates(due=date(2023, 7, 15), grace_days=5))
    assert (kept.due, kept.grace_days, kept.due_moves, kept.code) == (date(2023, 7, 15), 5, DueMoves.STAYS, planned.code)


def submission() -> Submission:
    return Submission(
        movement="m",
        period="p",
        agency="a",
        version=1,
        revision=9,
        submitted_at=NOON,
        source="s",
        receipt="r",
        digest="d",
        values={},
        self_scores={},
    )


def voiding(kind: VoidKind) -> Voiding:
    return Voiding(movement="m", period="p", agency="a", void=Void(version=1, kind=kind, revision=9), reason="Nhầm.", voided_at=NOON)


KEY = ClusterKey(movement="m", period="p", cluster="k")
OPENED = Opened(revision=1, plan_hash="h", dates=PeriodDates(due_at=None, grace_ends_at=None, closes_at=None))


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        (submission(), CauseKind.REPORT),
        (voiding(VoidKind.RETURNED), CauseKind.RETURN),
        (voiding(VoidKind.WITHDRAWN), CauseKind.WITHDRAWAL),
    ],
)
def test_what_is_heard_of_a_report_marks_its_agency_with_the_cause(told: Told, kind: CauseKind) -> None:
    mark = mark_for(Heard(source="s", id="1", traceparent="t", told=told))
    assert mark == NewMark(movement="m", period="p", agency="a", cause=Cause(kind=kind, traceparent="t"))


def test_what_is_heard_of_a_period_marks_the_whole_cluster() -> None:
    mark = mark_for(Heard(source="s", id="1", traceparent="t", told=ClusterTold(key=KEY, fact=OPENED)))
    assert mark == NewMark(movement="m", period="p", cluster="k", cause=Cause(kind=CauseKind.PERIOD, traceparent="t"))
    assert KEY.text == "m/p/k"


def test_a_plan_and_what_does_not_concern_scoring_mark_nothing() -> None:
    plan = PlanPublished(movement="m", plan_hash="h", plan_version=1, revision=1, document="{}")
    assert [mark_for(Heard(source="s", id="1", traceparent="t", told=told)) for told in (plan, None)] == [None, None]


def marked(id_: int, agency: str | None, kind: CauseKind = CauseKind.REPORT) -> Mark:
    return Mark(id=id_, agency=agency, cause=Cause(kind=kind, traceparent=f"trace-{id_}"))


def test_the_latest_mark_tells_the_cause_whatever_its_place_in_the_list() -> None:
    marks = [marked(5, "a", CauseKind.RETURN), marked(2, "a"), marked(9, None, CauseKind.PLAN), marked(7, None, CauseKind.PERIOD)]
    assert cause_for("a", marks) == Cause(kind=CauseKind.RETURN, traceparent="trace-5")
    assert cause_for("b", marks) == Cause(kind=CauseKind.PLAN, traceparent="trace-9")


def test_another_agencys_mark_tells_its_trace_as_well() -> None:
    assert cause_for("b", [marked(5, "c"), marked(2, "a")]) == Cause(kind=CauseKind.CLUSTER, agency="c", traceparent="trace-5")


def test_the_causes_of_many_agencies_are_those_of_each() -> None:
    marks = [marked(4, "a"), marked(1, None, CauseKind.PLAN), marked(3, "b", CauseKind.RETURN), marked(2, "a", CauseKind.WITHDRAWAL)]
    assert causes_for(["a", "b", "c"], marks) == {agency: cause_for(agency, marks) for agency in ("a", "b", "c")}


def test_a_closing_names_a_version_or_none_under_its_own_revision() -> None:
    closed = Closed(revision=7, named={"a": 3, "b": None})
    assert [closed.of(agency) for agency in "abc"] == [NamedVersion(version=version, closed_revision=7) for version in (3, None, None)]


def test_a_period_that_was_only_opened_is_neither_closed_nor_reopened() -> None:
    told = as_told([OPENED])
    assert told is not None
    assert (told.plan_hash, told.closed, told.reopened) == ("h", None, False)


def test_the_plan_of_a_closed_period_is_the_newest_before_the_close() -> None:
    told = as_told([OPENED, Closed(revision=5, named={})])
    assert told is not None
    plans = [PublishedPlan(plan_hash="h", revision=0), PublishedPlan(plan_hash="late", revision=5)]
    assert plan_in_force(plans, told) == "h"
    assert plan_in_force([PublishedPlan(plan_hash="h", revision=6)], told) == "h"


def test_a_period_without_a_due_instant_has_neither_due_day_nor_grace() -> None:
    period = period_as_extended(small_plan(criterion("X")).periods[0], OPENED.dates)
    assert (period.due, period.grace_days) == (None, 0)


def test_every_microsecond_sooner_is_better_and_an_unknown_instant_is_last() -> None:
    plan = small_plan(criterion("X"))
    sent = {agency: report({"X": 1}, at) for agency, at in (("a", NOON), ("b", NOON + timedelta(microseconds=1)), ("c", None))}
    scores = scored(plan, sent)
    assert earliness(scores["a"]) - earliness(scores["b"]) == 1
    assert earliness(scores["c"]) < earliness(scores["b"])


TIES = "tie_break: [{by: points, criterion: X}, {by: penalty}, {by: submitted}]\n"
PENALTY = "adjustments: {penalties: [{code: p, name_vi: Trừ, name_en: Minus, points_each: 1}]}\n"


@pytest.mark.parametrize(
    ("reports", "vi", "en"),
    [
        ({"a": {"X": 2, "Y": 1}, "b": {"X": 1, "Y": 2}}, "điểm “Tiêu chí X” cao hơn", "more points for “Criterion X”"),
        ({"a": {"X": 1, "Y": 1}, "b": {"X": 1, "Y": 2, "p": 1}}, "ít điểm trừ hơn", "fewer points taken off"),
        ({"a": {"X": 1, "Y": 1}, "b": {"X": 1, "Y": 1}}, "nộp báo cáo sớm hơn", "the earlier report"),
    ],
)
def test_the_step_that_decided_is_named_in_both_languages(reports: Mapping[str, Mapping[str, str | int | None]], vi: str, en: str) -> None:
    plan = small_plan(criterion("X"), criterion("Y"), more=PENALTY + TIES)
    sent: dict[str, ReportInput] = {
        agency: report(values, NOON + timedelta(hours=place)) for place, (agency, values) in enumerate(reports.items())
    }
    first, second = rank_cluster(plan, {AgencyCode(agency): score for agency, score in scored(plan, sent).items()}).standings
    assert (first.agency, first.rank, second.rank, first.step) == ("a", 1, 2, second.step)
    assert first.decided_by is not None
    assert first.decided_by.vi == f"Bằng tổng điểm với 1 đơn vị khác; phân định ở tiêu chí phụ thứ {first.step}: {vi}."
    assert first.decided_by.en == f"Level on the total with 1 other(s); decided by tie-break step {first.step}: {en}."


RULE = (
    "{{code: {code}, form_vi: Khen, form_en: Merit, decided_by_vi: Chủ tịch, decided_by_en: Chairman, clause: Điều 9, "
    "selection: all-qualified{more}}}"
)
ENOUGH = ", conditions: [{code: enough, sentence_vi: Đủ, sentence_en: Enough, subject: total, comparison: at-least, limit: 5}]"
NEVER = (
    "vetoes: [{code: v, sentence_vi: Nhiều, sentence_en: Many, clause: Điều 7, "
    "subject: points, criterion: Y, comparison: at-least, limit: 2}]\n"
)


def awarding(*rules: str, periods: str = "") -> Plan:
    more = NEVER + f"awards: [{', '.join(rules)}]\n"
    return small_plan(criterion("X"), criterion("Y"), more=more, **({"periods": periods} if periods else {}))


def test_who_is_not_suggested_is_told_its_rank_its_total_and_why() -> None:
    plan = awarding(RULE.format(code="one", more=ENOUGH))
    reports: Mapping[str, Mapping[str, str | int | None] | None] = {
        "a": {"X": 9, "Y": 2},
        "b": {"X": 6},
        "c": {"X": 3, "Y": 1},
        "d": {"X": 0},
    }
    scores = {AgencyCode(agency): score for agency, score in scored(plan, reports).items()}
    (found,) = judge_awards(plan, {ClusterCode("all"): rank_cluster(plan, scores)}, scores)
    assert [(one.agency, one.rank, one.total) for one in found.proposals] == [("b", 2, Decimal(6))]
    assert [(one.agency, one.rank, one.total) for one in found.barred] == [("a", 1, Decimal(11))]
    assert [(one.agency, one.rank, one.total) for one in found.unqualified] == [("c", 3, Decimal(4)), ("d", 4, Decimal(0))]
    (bar,) = found.barred[0].bars
    assert (bar.ground.clause, bar.ground.sentence.vi) == ("Điều 7", "Bị loại, không trừ điểm: Nhiều (2).")
    assert bar.ground.sentence.en == "Vetoed, without loss of points: Many (2)."
    (failed,) = found.unqualified[0].failed
    assert (failed.sentence.vi, failed.sentence.en) == ("Đủ (4; còn thiếu 1).", "Enough (4; 1 short).")


TWO_PERIODS = """
periods:
  - {code: H1, from: 2023-01-01, to: 2023-06-30}
  - {code: H2, from: 2023-07-01, to: 2023-12-31}
  - {code: Y, from: 2023-01-01, to: 2023-12-31}
"""


def test_of_two_periods_that_end_on_one_day_the_longer_is_the_last() -> None:
    assert last_period(awarding(RULE.format(code="one", more=""), periods=TWO_PERIODS)).code == "Y"


@pytest.mark.parametrize(
    ("more", "period", "clusters", "periods"),
    [
        ("", "Y", False, ()),
        (", quota: 1", "H1", True, ()),
        (", covers: movement", "Y", False, ("H1", "H2")),
        (", covers: movement", "H2", False, ()),
        (", covers: movement, quota: 2", "Y", True, ("H1", "H2")),
    ],
)
def test_a_rule_reaches_beyond_its_cluster_by_a_quota_and_beyond_its_period_by_covering_the_movement(
    more: str, period: str, clusters: bool, periods: tuple[str, ...]
) -> None:
    reach = reach_of(awarding(RULE.format(code="one", more=more), periods=TWO_PERIODS), period)
    assert (reach.clusters, reach.periods) == (clusters, periods)
