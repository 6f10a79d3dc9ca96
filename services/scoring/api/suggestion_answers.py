"""Suggestions as they are told, with each step that people took. Of a vote the figures; who voted how is told to those who took part."""

from collections.abc import Sequence
from datetime import date

from pydantic import Field

from services.scoring.api.answers import Answer
from services.scoring.domain.council import Stage
from services.scoring.domain.votes import Ballot, Cast
from services.scoring.store.suggestions import CommentRecord, ProposalRecord, ReturnRecord, VoteRecord
from shared.events.awards import Outcome, ReasonClass, ReturnedPaper, RevocationGround
from shared.events.fields import AgencyCode, Instant, Points, ProposalId, Rank, Revision

ACTED = "Name of the key that acted."


class GroundAnswer(Answer):
    """One condition that the recipient met."""

    clause: str = Field(description="Clause of the plan or the law.")
    vi: str
    en: str


class DossierAnswer(Answer):
    """The papers that are there."""

    items: Sequence[str] = Field(validation_alias="papers")
    received_by: str = Field(description=ACTED)
    received_at: Instant


class ReturnAnswer(Answer):
    """The last return of the dossier."""

    returns: int = Field(description="How often it was returned.")
    reason: str
    items: list[ReturnedPaper]
    returned_by: str = Field(description=ACTED)
    returned_at: Instant


class CommentAnswer(Answer):
    """The public comment."""

    working_days: int
    last_day: date = Field(description="Last local day for comments.")
    comments: int = Field(description="How many came; what they say is kept elsewhere.")
    references: Sequence[str]
    opened_by: str = Field(description=ACTED)
    opened_at: Instant


class VoteAnswer(Answer):
    """A vote, counted on all members."""

    members: int
    in_favour: int
    against: int
    abstained: int
    absent: int
    recused: int
    written: int
    needed: int
    reached: bool
    recorded_by: str = Field(description=ACTED)
    voted_at: Instant


class DecisionAnswer(Answer):
    """What the council decided."""

    outcome: Outcome
    reason_class: ReasonClass | None
    reason: str | None
    decided_by: str = Field(description=ACTED)
    decided_at: Instant


class PublicationAnswer(Answer):
    """How a granted award became public."""

    reference: str | None = Field(validation_alias="publication_reference")
    published_by: str = Field(description=ACTED)
    published_at: Instant


class RevocationAnswer(Answer):
    """Why an award was taken back."""

    ground: RevocationGround
    reason: str = Field(validation_alias="revocation_reason")
    revoked_by: str = Field(description=ACTED)
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
    stage: Stage = Field(description="How far people have come with it.", examples=["public-comment"])
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
    dossier: DossierAnswer | None
    last_return: ReturnAnswer | None
    comment: CommentAnswer | None
    vote: VoteAnswer | None
    decision: DecisionAnswer | None
    publication: PublicationAnswer | None
    revocation: RevocationAnswer | None


class BallotAnswer(Answer):
    """What one member did."""

    member: str
    ballot: Cast
    written: bool
    unit: str | None


class BallotsAnswer(Answer):
    """What each member did."""

    items: list[BallotAnswer]


def proposal_answer(record: ProposalRecord) -> ProposalAnswer:
    """Tell a suggestion."""
    steps = {
        "last_return": return_answer(record.last_return) if record.last_return else None,
        "comment": comment_answer(record.comment) if record.comment else None,
        "vote": vote_answer(record.vote) if record.vote else None,
    }
    plain = {name: getattr(record, name) for name in ProposalRecord.__slots__ if name not in steps}
    return ProposalAnswer.model_validate({**plain, **steps})


def return_answer(record: ReturnRecord) -> ReturnAnswer:
    """Tell a return."""
    papers = zip(record.return_items, record.return_comments, strict=True)
    return ReturnAnswer(
        returns=record.returns,
        reason=record.return_reason,
        items=[ReturnedPaper(item=item, comment=comment) for item, comment in papers],
        returned_by=record.returned_by,
        returned_at=record.returned_at,
    )


def comment_answer(record: CommentRecord) -> CommentAnswer:
    """Tell a public comment."""
    return CommentAnswer(
        working_days=record.working_days,
        last_day=record.last_day,
        comments=record.comments,
        references=record.comment_references,
        opened_by=record.comment_opened_by,
        opened_at=record.opened_at,
    )


def vote_answer(record: VoteRecord) -> VoteAnswer:
    """Tell a vote."""
    count = record.count
    return VoteAnswer(
        members=count.members,
        in_favour=count.in_favour,
        against=count.against,
        abstained=count.abstained,
        absent=count.absent,
        recused=count.recused,
        written=count.written,
        needed=count.needed,
        reached=count.is_reached,
        recorded_by=record.vote_recorded_by,
        voted_at=record.voted_at,
    )


def ballots_answer(ballots: Sequence[Ballot]) -> BallotsAnswer:
    """Tell who voted how."""
    return BallotsAnswer(
        items=[BallotAnswer(member=each.member, ballot=each.cast, written=each.written, unit=each.unit) for each in ballots]
    )
