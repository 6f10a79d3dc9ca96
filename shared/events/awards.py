"""`awards`: what the rules suggest and what people decide. Kept for ever."""

from enum import StrEnum

from pydantic import Field

from shared.events.fields import (
    AgencyCode,
    ClusterCode,
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
