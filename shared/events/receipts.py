"""`receipts.<source>`: what became of each report that a source sent, for that source alone."""

from pydantic import Field

from shared.events.fields import (
    AgencyCode,
    Fact,
    Instant,
    MovementCode,
    NoteFact,
    PeriodCode,
    ProblemFact,
    ReceiptId,
    ReportVersion,
    Revision,
    SourceName,
)


class _Receipt(Fact):
    receipt: ReceiptId
    revision: Revision
    source: SourceName
    event_id: str = Field(
        description="The id that the sender gave, or topic/partition/offset where it gave none.", examples=["bc-2023-0017"]
    )
    received_at: Instant
    movement: MovementCode | None = Field(default=None, description="As claimed by the sender.", examples=["ha-nam-315"])
    period: PeriodCode | None = Field(default=None, description="As claimed by the sender.", examples=["2023"])
    agency: AgencyCode | None = Field(default=None, description="As claimed by the sender.", examples=["ha-nam.phu-ly"])
    version: ReportVersion | None = Field(default=None, description="As claimed by the sender.", examples=[1])


class ReportAccepted(_Receipt):
    """The report passed every check and will be scored."""

    notes: list[NoteFact] = Field(
        default_factory=list,
        description="What was accepted but should be known.",
        examples=[
            [
                {
                    "code": "time-in-future",
                    "detail_vi": "Thời điểm khai báo muộn hơn lúc nhận báo cáo.",
                    "detail_en": "The claimed time is later than the time of receipt.",
                }
            ]
        ],
    )


class ReportRejected(_Receipt):
    """The report did not pass; every problem is named, with how to mend it."""

    problems: list[ProblemFact] = Field(
        description="All problems found, not only the first.",
        examples=[
            [
                {
                    "code": "criterion-unknown",
                    "pointer": "/values/giai-ngan",
                    "detail_vi": "Kế hoạch không có tiêu chí “giai-ngan”.",
                    "detail_en": "The plan has no criterion 'giai-ngan'.",
                    "mend_vi": "Dùng mã tiêu chí của kế hoạch rồi gửi lại.",
                    "mend_en": "Use a criterion code of the plan and send again.",
                }
            ]
        ],
        min_length=1,
    )
