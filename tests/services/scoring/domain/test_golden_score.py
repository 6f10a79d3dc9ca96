"""One score with every kind of line in it, held against a file that people have read: neither a byte nor a word changes unseen."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from services.scoring.domain.appraisal import Appraisal, Finding, as_appraised
from services.scoring.domain.cluster_facts import facts_of
from services.scoring.domain.explanation import sentence_for
from services.scoring.domain.inputs import Dates, ScoreInputs, computed_again, inputs_document, inputs_from
from services.scoring.domain.parts import ReportInput, Score
from services.scoring.domain.score_document import score_bytes, score_document
from services.scoring.domain.scores import score_cluster
from services.scoring.domain.tie_breaks import penalty_of
from shared.plan.types import AgencyCode
from shared.plan.values import MISSING, NOT_APPLICABLE, Given
from tests.shared.plan.small_plans import criterion, small_plan

GOLDEN = Path(__file__).parent / "golden_score.json"
RATIO = "{kind: ratio, target: 3, denominator_vi: kế hoạch giao, denominator_en: the assigned plan}"
MORE = """
adjustments:
  bonuses: [{code: flag, name_vi: Cờ thi đua, name_en: Emulation flag, points_each: 10, count_maximum: 2, clause: Điều 5}]
  penalties: [{code: breach, name_vi: Vi phạm, name_en: Breach, points_each: 2, count_maximum: 9}]
  late: {points_per_day: 1, maximum: 5}
  bonus_maximum: 15
  penalty_maximum: 4
  total_maximum: 40
grades: [{code: good, name_vi: Tốt, name_en: Good, at_least: 20}]
"""
PLAN = small_plan(
    criterion("ratio", RATIO, ", maximum: 10, clause: Mục 1"),
    criterion("left-out", "{kind: points, cap: 10}", ", maximum: 10", not_applicable="exclude"),
    criterion("by-hand", "{kind: points, cap: 10}", ", maximum: 10"),
    criterion("found", "{kind: points, cap: 10}", ", maximum: 10"),
    criterion("nobody", "{kind: points, cap: 10}", ", maximum: 10, when_nobody: not-measured"),
    criterion("led", "{kind: leader-scaled, target: 10}", ", maximum: 10"),
    more=MORE,
)
A, B = AgencyCode("a"), AgencyCode("b")
SENT = ReportInput(
    version=3,
    values={
        "ratio": Given(Decimal("1.25")),
        "left-out": NOT_APPLICABLE,
        "by-hand": Given(Decimal(7)),
        "found": MISSING,
        "led": Given(Decimal(15)),
        "flag": Given(Decimal(2)),
        "breach": Given(Decimal(1)),
    },
    submitted_at=datetime(2023, 7, 15, 3, tzinfo=UTC),
    self_scores={"ratio": Decimal(5), "by-hand": Decimal(6)},
)
OTHER = ReportInput(version=1, values={"led": Given(Decimal(20))})
FOUND = Appraisal(
    revision=9,
    report_version=3,
    findings={
        "by-hand": Finding(points=Decimal("6.5"), reason="Thiếu căn cứ"),
        "found": Finding(value=Given(Decimal(4)), reason="Theo hồ sơ"),
        "ratio": Finding(),
    },
)
CLUSTER = {A: as_appraised(SENT, FOUND), B: OTHER}


def whole() -> Score:
    return score_cluster(PLAN, PLAN.periods[0], CLUSTER)[A]


def test_a_score_with_every_kind_of_line_is_what_the_golden_file_says() -> None:
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert score_document(whole()) == golden | {"plan_hash": PLAN.content_hash}
    assert {part["kind"] for part in golden["parts"]} == {"criterion", "redistribution", "bonus", "penalty", "late", "limit", "rounding"}


def test_the_bytes_are_those_of_the_document_with_sorted_keys_and_no_spaces() -> None:
    canonical = json.dumps(score_document(whole()), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert score_bytes(whole()).decode() == canonical
    assert canonical.startswith('{"agency":"a","')


def test_why_there_is_no_total_is_told_with_its_code_and_criteria() -> None:
    plan = small_plan(criterion("X", missing="block"), criterion("Y", not_applicable="block"))
    score = score_cluster(plan, plan.periods[0], {A: ReportInput(version=1, values={"X": MISSING, "Y": NOT_APPLICABLE})})[A]
    document = score_document(score)
    assert (document["total"], document["grade"]) == (None, None)
    assert document["no_total"] == [
        {
            "code": "value-missing",
            "criteria": ["X"],
            "sentence_vi": "Thiếu số liệu của 1/2 tiêu chí được đo (X), nên không có tổng điểm và không được xếp hạng.",
            "sentence_en": "The value is missing for 1 of 2 criteria measured (X), so there is no total and no rank.",
        },
        {
            "code": "value-not-applicable",
            "criteria": ["Y"],
            "sentence_vi": "Đơn vị báo không áp dụng tiêu chí bắt buộc (Y), nên không có tổng điểm và không được xếp hạng.",
            "sentence_en": "The unit reports as not applicable what the plan requires (Y), so there is no total and no rank.",
        },
    ]


def test_the_inputs_of_a_score_are_written_and_read_back_to_the_same_bytes() -> None:
    inputs = ScoreInputs(
        plan_hash=PLAN.content_hash,
        period="H1",
        agency="a",
        dates=Dates(due=PLAN.periods[0].due, grace_days=2),
        cluster=facts_of(PLAN, CLUSTER),
        report=SENT,
        appraisal=FOUND,
    )
    document = inputs_document(inputs)
    assert document["report"]["submitted_at"] == "2023-07-15T03:00:00+00:00"  # type: ignore[index]  # the type says object
    assert inputs_from(document) == inputs
    assert score_bytes(computed_again(PLAN, inputs_from(document))) == score_bytes(whole())


LATE_SAID = {
    None: (
        "Không biết thời điểm nộp báo cáo, nên không xét nộp chậm.",
        "The instant of submission is not known, so lateness is not judged.",
    ),
    datetime(2023, 7, 12, 16, tzinfo=UTC): (
        "Báo cáo nộp đúng hạn, không bị trừ điểm.",
        "The report was on time; nothing is taken off.",
    ),
    datetime(2023, 7, 12, 17, tzinfo=UTC): (
        "Báo cáo nộp chậm 1 ngày sau 2 ngày ân hạn, mỗi ngày 1 điểm, tối đa 5: trừ 1 điểm.",
        "The report was 1 day(s) late after 2 of grace, 1 point a day, at most 5: 1 point taken off.",
    ),
}


@pytest.mark.parametrize("submitted_at", LATE_SAID)
def test_lateness_is_said_whether_it_was_judged_or_not(submitted_at: datetime | None) -> None:
    score = score_cluster(PLAN, PLAN.periods[0], {A: replace(SENT, submitted_at=submitted_at)})[A]
    part = next(part for part in score.parts if part.code == "late")
    assert (sentence_for(part).vi, sentence_for(part).en) == LATE_SAID[submitted_at]


def test_the_penalty_that_ties_and_conditions_look_at_is_what_was_taken_off_within_its_maximum() -> None:
    assert penalty_of(whole()) == Decimal(4)
