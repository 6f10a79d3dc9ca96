"""`awards`: what the rules suggest and what people decide. Kept for ever."""

from enum import StrEnum

from pydantic import Field

from shared.events.fields import (
    AgencyCode,
    ClusterCode,
    Day,
    English,
    Fact,
    Instant,
    MovementCode,
    PeriodCode,
    Points,
    ProposalId,
    Rank,
    Reason,
    Revision,
    RuleCode,
    Vietnamese,
)


class Outcome(StrEnum):
    """What the council decided."""

    GRANTED = "granted"
    REFUSED = "refused"


class ReasonClass(StrEnum):
    """Classes of reasons for a refusal."""

    CONDITIONS_NOT_MET = "conditions-not-met"
    DOSSIER_INCOMPLETE = "dossier-incomplete"
    VOTES_NOT_REACHED = "votes-not-reached"
    UNDER_INVESTIGATION = "under-investigation"
    OTHER = "other"


class RevocationGround(StrEnum):
    """The four legal grounds for taking an award back."""

    FRAUD_IN_DECLARING = "fraud-in-declaring"
    FALSE_PAPERS = "false-papers"
    PROCEDURE_AGAINST_LAW = "procedure-against-law"
    FAULT_IN_PERIOD = "fault-in-period"


class WithdrawalCause(StrEnum):
    """Why a suggestion was taken back before anyone decided on it."""

    SCORE_MOVED = "score-moved"
    PERIOD_REOPENED = "period-reopened"
    NO_LONGER_QUALIFIES = "no-longer-qualifies"


class Ground(Fact):
    """One condition that the recipient met."""

    clause: str = Field(description="Clause of the plan or the law.", examples=["Kế hoạch 315/KH-UBND, mục IV"])
    vi: Vietnamese
    en: English


class _Award(Fact):
    proposal: ProposalId
    movement: MovementCode
    period: PeriodCode
    cluster: ClusterCode
    agency: AgencyCode
    rule: RuleCode
    revision: Revision


class AwardProposed(_Award):
    """The rules suggest an award. A suggestion awards nothing."""

    form_vi: Vietnamese
    form_en: English
    rank: Rank | None = Field(description="Rank that it stands on.", examples=[1])
    total: Points | None = Field(description="Total that it stands on.", examples=["46.7428"])
    score_revision: Revision
    grounds: list[Ground] = Field(
        description="Every condition met.",
        examples=[
            [{"clause": "Kế hoạch 315/KH-UBND, mục IV", "vi": "Xếp thứ nhất trong khối thi đua.", "en": "Ranked first in the cluster."}],
        ],
        min_length=1,
    )
    proposed_at: Instant


class AwardWithdrawn(_Award):
    """A suggestion is void before anyone decided on it."""

    cause: WithdrawalCause = Field(description="Why it is void.", examples=["score-moved"])
    withdrawn_at: Instant


class AwardReceived(_Award):
    """The dossier is complete and was taken in, for the first time or after it was returned."""

    items: list[str] = Field(description="Codes of the papers that are there, by the plan's checklist.", examples=[["to-trinh", "bao-cao"]])
    again: bool = Field(description="True where it had been returned before.", examples=[False])
    received_at: Instant


class ReturnedPaper(Fact):
    """One paper of a dossier that has to be mended or added."""

    item: str = Field(description="Code of the paper in the plan's checklist.", examples=["bien-ban"])
    comment: Reason


class AwardReturned(_Award):
    """The dossier went back, with what has to be mended."""

    reason: Reason
    items: list[ReturnedPaper] = Field(
        description="The papers to be mended or added.", examples=[[{"item": "bien-ban", "comment": "Thiếu biên bản họp hội đồng cơ sở."}]]
    )
    returned_at: Instant


class AwardCommentOpened(_Award):
    """The public may comment on the suggestion until the end of a day."""

    opened_at: Instant
    working_days: int = Field(description="So many working days, as the plan's rule asks.", examples=[10], ge=0)
    last_day: Day = Field(description="Last local day for comments, by the plan's calendar.", examples=["2023-09-08"])


class AwardVoted(_Award):
    """The council voted. The share is of all its members, the absent and the recused among them. Who voted how is not told."""

    members: int = Field(description="All members of the council.", examples=[7], ge=1)
    in_favour: int = Field(description="Members who agreed.", examples=[6], ge=0)
    against: int = Field(description="Members who did not agree.", examples=[0], ge=0)
    abstained: int = Field(description="Members who abstained.", examples=[0], ge=0)
    absent: int = Field(description="Members who were absent and sent no opinion.", examples=[0], ge=0)
    recused: int = Field(description="Members who may not vote on this unit.", examples=[1], ge=0)
    written: int = Field(description="How many of the votes were sent in writing.", examples=[2], ge=0)
    needed: int = Field(description="Votes in favour that the plan's rule asks for.", examples=[6], ge=0)
    reached: bool = Field(description="Whether they were reached.", examples=[True])
    voted_at: Instant


class AwardDecided(_Award):
    """The council granted or refused."""

    outcome: Outcome = Field(description="What was decided.", examples=["granted"])
    reason_class: ReasonClass | None = Field(default=None, description="Class of the reason of a refusal.", examples=["dossier-incomplete"])
    reason: Reason | None = Field(default=None, description="The reason in words.", examples=["Hồ sơ thiếu biên bản họp hội đồng."])
    decided_at: Instant


class AwardRevoked(_Award):
    """A granted award was taken back on one of the four legal grounds."""

    ground: RevocationGround = Field(description="The legal ground.", examples=["false-papers"])
    reason: Reason
    revoked_at: Instant


class AwardPublished(_Award):
    """A granted award was made public."""

    reference: str | None = Field(
        default=None, description="Number of the decision, or another reference to it.", examples=["1041/QĐ-UBND"], max_length=200
    )
    published_at: Instant
