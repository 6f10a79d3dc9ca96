"""The appraisal counts, the self-score never does, and both stay beside the points with the differences in words."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from services.scoring.domain.appraisal import Appraisal, Finding, appraisal_that_counts, as_appraised, faults_in
from services.scoring.domain.cluster_facts import facts_of
from services.scoring.domain.exact import total_of
from services.scoring.domain.inputs import Dates, ScoreInputs, computed_again, inputs_document, inputs_from
from services.scoring.domain.parts import Part, ReportInput, Score, State
from services.scoring.domain.score_document import score_bytes, score_document
from services.scoring.domain.scores import score_cluster
from shared.plan.types import AgencyCode
from shared.plan.types import Appraisal as AppraisalRule
from shared.plan.values import MISSING, NOT_APPLICABLE, Given, IndicatorValue
from tests.services.scoring.trial import IN_TIME, plan

PLAN = plan()
PERIOD = PLAN.periods[0]
REPORT = ReportInput(
    version=2,
    values={"works": Given(Decimal(30)), "thrift": Given(Decimal("20.125"))},
    submitted_at=IN_TIME,
    self_scores={"works": Decimal(50), "thrift": Decimal("20.125")},
)


def given(text: str) -> Given:
    return Given(Decimal(text))


def appraisal(revision: int = 7, report_version: int = 2, **findings: Finding) -> Appraisal:
    return Appraisal(revision=revision, report_version=report_version, findings=findings)


def scored(made: Appraisal | None, report: ReportInput = REPORT) -> Score:
    inputs = {AgencyCode("a"): as_appraised(report, made)}
    return score_cluster(PLAN, PERIOD, inputs)[AgencyCode("a")]


def part_of(score: Score, code: str) -> Part:
    return next(part for part in score.parts if part.code == code)


def test_the_self_score_never_counts() -> None:
    assert scored(None).total == Decimal("50.13")
    assert scored(None, replace(REPORT, self_scores={})).total == scored(None).total


def test_a_value_that_was_found_counts_instead_of_the_reported_one() -> None:
    score = scored(appraisal(works=Finding(value=given("28"), reason="Thiếu căn cứ")))
    part = part_of(score, "works")
    assert (part.points, part.value, score.total) == (Decimal(28), Decimal(28), Decimal("48.13"))
    assert part.appraised is not None
    assert (part.appraised.reported, part.appraised.reason, part.self_score) == (given("30"), "Thiếu căn cứ", Decimal(50))


def test_points_that_were_found_count_and_those_of_the_rule_stay_in_the_trace() -> None:
    score = scored(appraisal(works=Finding(points=Decimal("27.5"), reason="Chưa nghiệm thu")))
    part = part_of(score, "works")
    assert (part.points, dict(part.trace)["points_by_rule"], part.value) == (Decimal("27.5"), Decimal(30), Decimal(30))


@pytest.mark.parametrize(
    "finding",
    [Finding(value=given("28"), reason="x"), Finding(points=Decimal("27.515"), reason="x"), Finding(value=MISSING, reason="x"), Finding()],
)
def test_the_parts_of_an_appraised_score_add_up_to_the_total_exactly(finding: Finding) -> None:
    score = scored(appraisal(works=finding))
    if score.total is not None:
        assert total_of(part.points for part in score.parts) == score.total


def test_a_value_found_to_be_missing_is_missing_and_one_found_where_none_was_is_given() -> None:
    missing = as_appraised(REPORT, appraisal(works=Finding(value=MISSING, reason="x")))
    beside = score_cluster(PLAN, PERIOD, {AgencyCode("a"): missing, AgencyCode("b"): REPORT})
    assert part_of(beside[AgencyCode("a")], "works").state is State.MISSING
    silent = replace(REPORT, values={"thrift": given("20"), "works": NOT_APPLICABLE})
    assert part_of(scored(appraisal(works=Finding(value=given("10"), reason="x")), silent), "works").state is State.GIVEN


def test_an_appraised_value_moves_the_leader_of_its_cluster_too() -> None:
    reports = {AgencyCode("a"): as_appraised(REPORT, appraisal(works=Finding(value=MISSING, reason="x")))}
    assert facts_of(PLAN, reports).not_measured == {"works"}


def test_the_last_appraisal_of_the_version_that_counts_is_the_one_that_counts() -> None:
    made = [appraisal(7, 1), appraisal(9, 2), appraisal(8, 2)]
    assert appraisal_that_counts(made, 2) == appraisal(9, 2)
    assert appraisal_that_counts(made, 1) == appraisal(7, 1)
    assert appraisal_that_counts(made, 3) is None
    assert appraisal_that_counts(made, None) is None


def test_the_differences_are_said_in_both_languages() -> None:
    document = score_document(scored(appraisal(works=Finding(value=given("28"), reason="Thiếu căn cứ"))))
    part = next(part for part in document["parts"] if part["code"] == "works")  # type: ignore[attr-defined]  # a list of parts
    assert part["sentence_vi"].endswith(
        "28 điểm. Đây là số liệu thẩm định, đơn vị báo cáo 30 (Thiếu căn cứ). Đơn vị tự chấm 50 điểm, cao hơn 22 điểm."
    )
    assert part["sentence_en"].endswith(
        "28 points. This is the appraised value; the unit reported 30 (Thiếu căn cứ). The unit's own score was 50 points, 22 points more."
    )
    assert part["appraised"] == {"reported": "30", "points": None, "reason": "Thiếu căn cứ"}


@pytest.mark.parametrize(
    ("finding", "said"),
    [
        (
            Finding(points=Decimal(27), reason="x"),
            "30 points. Appraised at 27 points (x). The unit's own score was 50 points, 23 points more.",
        ),
        (Finding(), "30 points. Confirmed by the appraisal. The unit's own score was 50 points, 20 points more."),
        (Finding(value=given("50"), reason="x"), "50 points. This is the appraised value; the unit reported 30 (x)."),
    ],
)
def test_what_was_found_is_said_after_the_rule(finding: Finding, said: str) -> None:
    document = score_document(scored(appraisal(works=finding)))
    part = next(part for part in document["parts"] if part["code"] == "works")  # type: ignore[attr-defined]  # a list of parts
    assert part["sentence_en"].endswith(said)


def test_a_score_without_an_appraisal_has_the_bytes_that_it_always_had() -> None:
    assert b"appraised" not in score_bytes(scored(None))


def codes(report: ReportInput, tolerance: str | None = None, **findings: Finding) -> list[tuple[str, str]]:
    rule = AppraisalRule(required=True, tolerance=None if tolerance is None else Decimal(tolerance))
    return [(fault.code, fault.entry) for fault in faults_in(replace(PLAN, appraisal=rule), report, findings)]


@pytest.mark.parametrize(
    ("points", "code"), [("0", None), ("50", None), ("50.01", "appraisal-out-of-range"), ("-0.01", "appraisal-out-of-range")]
)
def test_points_are_within_zero_and_the_maximum(points: str, code: str | None) -> None:
    assert codes(REPORT, works=Finding(points=Decimal(points), reason="x")) == ([(code, "works")] if code else [])


@pytest.mark.parametrize("value", [MISSING, NOT_APPLICABLE])
def test_points_are_set_only_where_there_is_a_value(value: IndicatorValue) -> None:
    silent = replace(REPORT, values={"works": value})
    assert codes(silent, works=Finding(points=Decimal(1), reason="x")) == [("appraisal-without-value", "works")]
    assert codes(silent, works=Finding(points=Decimal(1), value=given("3"), reason="x")) == []
    assert codes(REPORT, works=Finding(points=Decimal(1), value=value, reason="x")) == [("appraisal-without-value", "works")]
    assert codes(REPORT, bonus=Finding(points=Decimal(1), reason="x")) == [("appraisal-without-value", "bonus")]


@pytest.mark.parametrize(
    ("finding", "tolerance", "needed"),
    [
        (Finding(), None, False),
        (Finding(value=given("30")), None, False),
        (Finding(value=given("31")), "5", True),
        (Finding(points=Decimal(50)), None, False),
        (Finding(points=Decimal(49)), None, True),
        (Finding(points=Decimal(49)), "1", False),
        (Finding(points=Decimal("48.99")), "1", True),
    ],
)
def test_a_change_needs_a_reason_unless_it_is_within_the_tolerance_of_the_self_score(
    finding: Finding, tolerance: str | None, needed: bool
) -> None:
    assert codes(REPORT, tolerance, works=finding) == ([("reason-missing", "works")] if needed else [])


def test_points_without_a_self_score_to_compare_with_need_a_reason() -> None:
    assert codes(replace(REPORT, self_scores={}), "100", works=Finding(points=Decimal(30))) == [("reason-missing", "works")]


def inputs(made: Appraisal | None, report: ReportInput | None = REPORT) -> ScoreInputs:
    return ScoreInputs(
        plan_hash=PLAN.content_hash,
        period=str(PERIOD.code),
        agency="a",
        dates=Dates(due=date(2023, 7, 5), grace_days=0),
        cluster=facts_of(PLAN, {AgencyCode("a"): as_appraised(report, made) if report else None}),
        report=report,
        appraisal=made,
    )


@pytest.mark.parametrize(
    "made",
    [
        None,
        appraisal(),
        appraisal(works=Finding(value=given("28.50"), reason="x"), thrift=Finding(points=Decimal("19.0"), reason="y")),
        appraisal(works=Finding(value=NOT_APPLICABLE, reason="x")),
    ],
)
def test_the_inputs_of_a_score_give_the_same_bytes_again_after_they_were_written_down(made: Appraisal | None) -> None:
    written = json.loads(json.dumps(inputs_document(inputs(made))))
    assert score_bytes(computed_again(PLAN, inputs_from(written))) == score_bytes(scored(made))


def test_the_inputs_of_a_unit_without_a_report_are_written_down_too() -> None:
    written = json.loads(json.dumps(inputs_document(inputs(None, None))))
    assert computed_again(PLAN, inputs_from(written)).no_total[0].code == "no-report"


def test_inputs_are_computed_only_with_their_own_plan() -> None:
    with pytest.raises(ValueError, match="belong to the plan"):
        computed_again(plan(version=2), inputs(None))
