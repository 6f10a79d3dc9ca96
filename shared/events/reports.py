"""`reports`: every report that was accepted, and what was later said of it. Kept for ever."""

from pydantic import Field

from shared.events.fields import (
    AgencyCode,
    CriterionCode,
    Digest,
    Fact,
    IndicatorValue,
    Instant,
    MovementCode,
    PeriodCode,
    Points,
    Reason,
    ReceiptId,
    ReportVersion,
    Revision,
    SourceName,
)


class _Report(Fact):
    movement: MovementCode
    period: PeriodCode
    agency: AgencyCode
    version: ReportVersion
    revision: Revision


class ReportSubmitted(_Report):
    """A report was accepted. A higher version supersedes a lower one, whichever came first."""

    submitted_at: Instant
    source: SourceName
    receipt: ReceiptId
    digest: Digest
    values: dict[CriterionCode, IndicatorValue] = Field(
        description="What was reported for each criterion.", examples=[{"disbursement": {"state": "given", "value": "66.18"}}]
    )
    self_scores: dict[CriterionCode, Points] = Field(
        default_factory=dict, description="Points that the agency gives itself, by criterion.", examples=[{"disbursement": "18.5"}]
    )


class ReturnedItem(Fact):
    """One criterion that must be mended before the report is sent again."""

    criterion: CriterionCode
    comment: Reason


class ReportReturned(_Report):
    """The standing body sent the report back; it no longer counts."""

    reason: Reason
    items: list[ReturnedItem] = Field(
        default_factory=list,
        description="What must be mended.",
        examples=[[{"criterion": "disbursement", "comment": "Thiếu số liệu quý II."}]],
    )
    returned_at: Instant


class ReportWithdrawn(_Report):
    """The sender took the report back: this version and all below it are void, also if this comes first."""

    reason: Reason
    withdrawn_at: Instant
