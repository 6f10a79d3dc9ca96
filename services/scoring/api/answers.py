"""Answers as they are sent: points and numbers as decimal text, instants in UTC."""

import json
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from services.scoring.store.reading import ProposalRecord, RankingRecord, ScoreRecord
from shared.events.awards import Outcome, ReasonClass, RevocationGround
from shared.events.fields import AgencyCode, Digest, Instant, PlanHash, Points, ProposalId, Rank, Reason, Revision
from shared.events.scores import Cause, RankedAgency, ScoreState


class Answer(BaseModel):
    """Read from values of the store."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class ScoreSummary(Answer):
    """The current score of an agency."""

    movement: str
    period: str
    cluster: str
    agency: AgencyCode
    revision: Revision
    state: ScoreState = Field(description="Whether it can still move.")
    void: bool = Field(description="True where the report under it was returned or withdrawn and nothing took its place.")
    report_version: int | None = Field(description="Version of the report that was scored; none without a report.")
    plan_hash: PlanHash
    total: Points | None = Field(description="Total after rounding; none where the rules give none.")
    grade: str | None = Field(description="Code of the grade of min(total, 100).")
    content_hash: Digest | None = Field(description="SHA-256 of the explanation's canonical JSON; none for a void score.")
    cause: Cause = Field(description="Why it was computed.")
    computed_at: Instant


class ScoreExplained(ScoreSummary):
    """A score with every part of its explanation."""

    explanation: dict[str, Any] | None = Field(
        description="The whole score: `parts` add up to `total` exactly, each with its sentence; `no_total` says why there is none. "
        "SHA-256 of its canonical JSON is `content_hash`. None for a void score."
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


class GroundAnswer(Answer):
    """One condition that the recipient met."""

    clause: str = Field(description="Clause of the plan or the law.")
    vi: str
    en: str


class DecisionAnswer(Answer):
    """What the council decided."""

    outcome: Outcome
    reason_class: ReasonClass | None
    reason: str | None
    decided_by: str = Field(description="Name of the key that acted.")
    decided_at: Instant


class RevocationAnswer(Answer):
    """Why an award was taken back."""

    ground: RevocationGround
    reason: str
    revoked_by: str = Field(description="Name of the key that acted.")
    revoked_at: Instant


class ProposalAnswer(Answer):
    """A suggestion of the rules and what people made of it."""

    proposal: ProposalId
    movement: str
    period: str
    cluster: str
    agency: AgencyCode
    rule: str
    revision: Revision
    state: str = Field(description="proposed, withdrawn, granted, refused or revoked.", examples=["proposed"])
    form_vi: str
    form_en: str
    score_revision: Revision
    rank: Rank
    total: Points
    grounds: list[GroundAnswer]
    proposed_at: Instant
    withdrawal_cause: str | None
    withdrawn_at: Instant | None
    flagged_at: Instant | None = Field(description="Since then the score under a granted award is another one; people look at it.")
    flagged_revision: Revision | None = Field(description="Revision of that other score.")
    decision: DecisionAnswer | None
    revocation: RevocationAnswer | None


class DecisionAsked(BaseModel):
    """What the council decides, and which score it saw."""

    model_config = ConfigDict(extra="forbid")

    outcome: Outcome = Field(description="What is decided.", examples=["granted"])
    reason_class: ReasonClass | None = Field(default=None, description="Needed for a refusal.", examples=["dossier-incomplete"])
    reason: Annotated[str, Field(min_length=1, max_length=4_000)] | None = Field(default=None, description="Needed for a refusal.")
    score_revision: Revision


class RevocationAsked(BaseModel):
    """Why an award is taken back: one of the four legal grounds."""

    model_config = ConfigDict(extra="forbid")

    ground: RevocationGround = Field(description="The legal ground.", examples=["false-papers"])
    reason: Reason = Field(min_length=1)


def score_summary(movement: str, period: str, record: ScoreRecord) -> ScoreSummary:
    """Tell a score without its explanation."""
    return ScoreSummary.model_validate(score_fields(movement, period, record))


def score_explained(movement: str, period: str, record: ScoreRecord) -> ScoreExplained:
    """Tell a score with its explanation, which holds decimals as text only."""
    explanation = json.loads(record.document) if record.document else None
    return ScoreExplained.model_validate({**score_fields(movement, period, record), "explanation": explanation})


def score_fields(movement: str, period: str, record: ScoreRecord) -> dict[str, object]:
    """The fields that both kinds of answers have."""
    names = ("cluster", "agency", "revision", "state", "report_version", "plan_hash", "total", "grade", "content_hash", "computed_at")
    cause = {"kind": record.cause_kind, "agency": record.cause_agency}
    own = {"movement": movement, "period": period, "void": record.is_void, "cause": cause}
    return own | {name: getattr(record, name) for name in names}


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


def proposal_answer(record: ProposalRecord) -> ProposalAnswer:
    """Tell a suggestion."""
    return ProposalAnswer.model_validate(record)
