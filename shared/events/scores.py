"""`scores`: the points of each agency and the ranking of each cluster, each revision once."""

from enum import StrEnum

from pydantic import Field

from shared.events.fields import (
    AgencyCode,
    ClusterCode,
    CriterionCode,
    Digest,
    English,
    Fact,
    MovementCode,
    PeriodCode,
    PlanHash,
    Points,
    Rank,
    ReportVersion,
    Revision,
    Vietnamese,
)


class ScoreState(StrEnum):
    """Provisional while the period is open; final once it is closed."""

    PROVISIONAL = "provisional"
    FINAL = "final"


class CauseKind(StrEnum):
    """What moved the score."""

    REPORT = "report"
    RETURN = "return"
    WITHDRAWAL = "withdrawal"
    PLAN = "plan"
    PERIOD = "period"
    CLUSTER = "cluster"
    APPRAISAL = "appraisal"


class Cause(Fact):
    """Why the score was computed again."""

    kind: CauseKind = Field(description="What moved it.", examples=["report"])
    agency: AgencyCode | None = Field(default=None, description="Whose report it was, if another agency's.", examples=[None])


class _Score(Fact):
    movement: MovementCode
    period: PeriodCode
    cluster: ClusterCode
    agency: AgencyCode
    revision: Revision
    cause: Cause = Field(description="Why it was computed again.", examples=[{"kind": "report", "agency": None}])


class ScoreComputed(_Score):
    """The score of an agency in a period. The explanation of every point is read at scoring, `GET /v1/scores/…`."""

    state: ScoreState = Field(description="Whether it can still move.", examples=["provisional"])
    report_version: ReportVersion | None = Field(description="Version of the report that was scored; none without a report.", examples=[2])
    plan_hash: PlanHash
    total: Points | None = Field(description="Total after rounding; none where the rules give none.", examples=["46.7428"])
    points: dict[CriterionCode, Points | None] = Field(
        description="Points by leaf criterion; null where it was not counted.", examples=[{"disbursement": "18.5"}]
    )
    grade: str | None = Field(
        default=None,
        description="Code of the grade; it looks at the total, at most the full marks of the plan (100 unless it says otherwise).",
        examples=["excellent"],
    )
    no_total_vi: Vietnamese | None = Field(default=None, description="Why there is no total, in Vietnamese.", examples=[None])
    no_total_en: English | None = Field(default=None, description="Why there is no total, in English.", examples=[None])
    content_hash: Digest = Field(
        description="SHA-256 of the whole score with its explanation: recomputing gives the same.",
        examples=["a575b79868a2336db378ac89cb6c7d93272b4bb8e74d1096e8630765cf480ef5"],
    )
    appraisal: Revision | None = Field(
        default=None, description="The appraisal that was followed; none where this version was not appraised.", examples=[None]
    )


class ScoreVoided(_Score):
    """The report under the score is gone, and the score with it."""

    report_version: ReportVersion = Field(description="Version of the report that no longer stands.", examples=[1])


class RankedAgency(Fact):
    """One row of a ranking."""

    agency: AgencyCode
    rank: Rank | None = Field(description="None for a unit that is not ranked.", examples=[1])
    total: Points | None = Field(description="The total that it was ranked on.", examples=["46.7428"])
    score_revision: Revision | None = Field(default=None, description="Revision of that score.", examples=[1_000_000_000_042])
    decided_by: str | None = Field(default=None, description="The tie-break step that set it apart, if totals were equal.", examples=[None])
    unranked_vi: Vietnamese | None = Field(default=None, description="Why it has no rank, in Vietnamese.", examples=[None])
    unranked_en: English | None = Field(default=None, description="Why it has no rank, in English.", examples=[None])


class RankingPublished(Fact):
    """The ranking of a cluster as it stands."""

    movement: MovementCode
    period: PeriodCode
    cluster: ClusterCode
    revision: Revision
    state: ScoreState = Field(description="Whether it can still move.", examples=["final"])
    rows: list[RankedAgency] = Field(
        description="Ranked units first, in order; then the others.",
        examples=[[{"agency": "papi.p13", "rank": 1, "total": "46.7428"}]],
        max_length=5_000,
    )
