"""Answers as they are sent: points and numbers as decimal text, instants in UTC."""

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from services.scoring.domain.appraisal import BY_RULE
from services.scoring.domain.inputs import findings_document
from services.scoring.store.appraisals import AppraisalRecord
from services.scoring.store.reading import RankingRecord, ScoreRecord
from shared.events.fields import AgencyCode, Digest, Instant, PlanHash, Points, Revision
from shared.events.scores import Cause, RankedAgency, ScoreState


class Answer(BaseModel):
    """Read from values of the store."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class ScoreStage(StrEnum):
    """How far a score has come in its life."""

    PROVISIONAL = "provisional"
    APPRAISED = "appraised"
    FINAL = "final"
    PUBLISHED = "published"


class ScoreSummary(Answer):
    """The current score of an agency."""

    movement: str
    period: str
    cluster: str
    agency: AgencyCode
    revision: Revision
    state: ScoreState = Field(description="Whether it can still move.")
    stage: ScoreStage = Field(description="provisional, appraised, final or published.", examples=["appraised"])
    appraisal: Revision | None = Field(description="The appraisal that was followed, by its revision.")
    published_at: Instant | None = Field(description="Since when the final score is public.")
    void: bool = Field(description="True where the report under it was returned or withdrawn and nothing took its place.")
    report_version: int | None = Field(description="Version of the report that was scored; none without a report.")
    plan_hash: PlanHash
    total: Points | None = Field(description="Total after rounding; none where the rules give none.")
    grade: str | None = Field(
        description="Code of the grade; it looks at the total, at most the full marks of the plan (100 unless it says otherwise)."
    )
    content_hash: Digest | None = Field(description="SHA-256 of the explanation's canonical JSON; none for a void score.")
    cause: Cause = Field(description="Why it was computed.")
    computed_at: Instant


class ComparedCriterion(Answer):
    """What a unit gave itself, what the rule makes of the values, what the standing body set, and what counts."""

    criterion: str
    self_score: Points | None = Field(description="The unit's own score; it never counts.")
    by_rule: Points = Field(description="Points by the rule, for the values as appraised.")
    appraised: Points | None = Field(description="Points that the standing body set by hand.")
    final: Points = Field(description="The points that count.")
    sentence_vi: str = Field(description="Why, with the differences.")
    sentence_en: str


class AppraisalAnswer(Answer):
    """An appraisal, and whether it counts."""

    revision: Revision
    report_version: int
    findings: dict[str, Any] = Field(description="By criterion the `value` or the `points` found, and the `reason`.")
    reason: str
    appraised_by: str = Field(description="Name of the key that acted.")
    appraised_at: Instant
    counts: bool = Field(description="Whether the score follows it.")
    void_vi: str | None = Field(description="Why it does not count, in Vietnamese.")
    void_en: str | None = Field(description="Why it does not count, in English.")


class ScoreExplained(ScoreSummary):
    """A score with every part of its explanation."""

    explanation: dict[str, Any] | None = Field(
        description="The whole score: `parts` add up to `total` exactly, each with its sentence; `no_total` says why there is none. "
        "SHA-256 of its canonical JSON is `content_hash`. None for a void score."
    )
    comparison: list[ComparedCriterion] = Field(description="Criteria that the unit scored itself or that were appraised.")
    appraisals: list[AppraisalAnswer] = Field(description="All appraisals of the unit in the period, the last first; void ones too.")
    inputs: dict[str, Any] | None = Field(
        description="All that the score was computed from, besides the plan of `plan_hash`: computing again gives the same bytes. "
        "None for a void score."
    )


class RankingAnswer(Answer):
    """The ranking of a cluster as it stands."""

    movement: str
    period: str
    cluster: str
    revision: Revision
    state: ScoreState = Field(description="Whether it can still move.")
    published_at: Instant
    rows: list[RankedAgency] = Field(description="Ranked units first, in order; then the others.")


def score_summary(movement: str, period: str, record: ScoreRecord) -> ScoreSummary:
    """Tell a score without its explanation."""
    return ScoreSummary.model_validate(score_fields(movement, period, record))


def score_explained(
    movement: str, period: str, record: ScoreRecord, appraisals: Sequence[AppraisalRecord], inputs: Mapping[str, object] | None
) -> ScoreExplained:
    """Tell a score with its explanation, which holds decimals as text only."""
    explanation = json.loads(record.document) if record.document else None
    own = {
        "explanation": explanation,
        "comparison": [compared(part) for part in explanation["parts"] if is_compared(part)] if explanation else [],
        "appraisals": [appraisal_answer(one, record) for one in appraisals],
        "inputs": inputs,
    }
    return ScoreExplained.model_validate({**score_fields(movement, period, record), **own})


def is_compared(part: Mapping[str, Any]) -> bool:
    """A criterion that the unit scored itself, or that was appraised."""
    return part["kind"] == "criterion" and (part["self_score"] is not None or "appraised" in part)


def compared(part: Mapping[str, Any]) -> ComparedCriterion:
    """The three numbers of a criterion beside the one that counts."""
    return ComparedCriterion(
        criterion=part["code"],
        self_score=part["self_score"],
        by_rule=part["trace"].get(BY_RULE, part["points"]),
        appraised=part.get("appraised", {}).get("points"),
        final=part["points"],
        sentence_vi=part["sentence_vi"],
        sentence_en=part["sentence_en"],
    )


def appraisal_answer(one: AppraisalRecord, score: ScoreRecord) -> AppraisalAnswer:
    """Tell an appraisal, and if it does not count why."""
    counts = one.appraisal.revision == score.appraisal
    void_vi, void_en = (None, None) if counts else why_void(one, score)
    return AppraisalAnswer(
        revision=one.appraisal.revision,
        report_version=one.appraisal.report_version,
        findings=findings_document(one.appraisal),
        reason=one.reason,
        appraised_by=one.actor,
        appraised_at=one.appraised_at,
        counts=counts,
        void_vi=void_vi,
        void_en=void_en,
    )


def why_void(one: AppraisalRecord, score: ScoreRecord) -> tuple[str, str]:
    """An appraisal is void with another version of the report, and after a later appraisal; before that it waits to be followed."""
    version, counting = one.appraisal.report_version, score.report_version
    if score.is_void or counting != version:
        return (
            f"Thẩm định này được thực hiện trên báo cáo phiên bản {version}, nay không còn là phiên bản được tính, nên hết hiệu lực.",
            f"It was made on version {version} of the report, which is no longer the one that counts, and so it is void.",
        )
    if score.appraisal is None or score.appraisal < one.appraisal.revision:
        return "Điểm đang được tính lại theo thẩm định này.", "The score is being computed again by this appraisal."
    return "Đã có thẩm định sau thay thế.", "A later appraisal took its place."


def score_fields(movement: str, period: str, record: ScoreRecord) -> dict[str, object]:
    """The fields that both kinds of answers have."""
    names = ("cluster", "agency", "revision", "state", "report_version", "plan_hash", "total", "grade", "content_hash", "computed_at")
    cause = {"kind": record.cause_kind, "agency": record.cause_agency}
    own = {"movement": movement, "period": period, "void": record.is_void, "cause": cause, "stage": stage_of(record)}
    more = ("appraisal", "published_at")
    return own | {name: getattr(record, name) for name in (*names, *more)}


def stage_of(record: ScoreRecord) -> ScoreStage:
    """Public, else final, else appraised, else provisional."""
    if record.published_at is not None:
        return ScoreStage.PUBLISHED
    if record.state == ScoreState.FINAL:
        return ScoreStage.FINAL
    return ScoreStage.PROVISIONAL if record.appraisal is None else ScoreStage.APPRAISED


def ranking_answer(movement: str, period: str, cluster: str, record: RankingRecord) -> RankingAnswer:
    """Tell a ranking."""
    rows = [RankedAgency.model_validate(row) for row in json.loads(record.standings)]
    return RankingAnswer(
        movement=movement,
        period=period,
        cluster=cluster,
        revision=record.revision,
        state=ScoreState(record.state),
        published_at=record.published_at,
        rows=rows,
    )
