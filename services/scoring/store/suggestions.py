"""Suggestions as they are read: what the rules suggested, what people did with it, and how it ended."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

import asyncpg

from services.scoring.domain.council import Stage
from services.scoring.domain.votes import Count
from services.scoring.store.council import count_of
from services.scoring.store.statements import QUERIES, Reads

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundRecord:
    """One condition that was met."""

    clause: str
    vi: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierRecord:
    """The papers that are there."""

    papers: Sequence[str]
    received_by: str
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRecord:
    """The last return of the dossier, and how often it was returned."""

    returns: int
    return_reason: str
    return_items: Sequence[str]
    return_comments: Sequence[str]
    returned_by: str
    returned_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentRecord:
    """The public comment."""

    working_days: int
    last_day: date
    comments: int
    comment_references: Sequence[str]
    comment_opened_by: str
    opened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteRecord:
    """The vote."""

    count: Count
    vote_recorded_by: str
    voted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """What the council decided."""

    outcome: str
    reason_class: str | None
    reason: str | None
    decided_by: str
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationRecord:
    """How a granted award became public."""

    publication_reference: str | None
    published_by: str
    published_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationRecord:
    """Why an award was taken back."""

    ground: str
    revocation_reason: str
    revoked_by: str
    revoked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalRecord:
    """A suggestion with what became of it."""

    proposal: str
    movement: str
    period: str
    cluster: str
    agency: str
    rule: str
    revision: int
    state: str
    stage: Stage
    form_vi: str
    form_en: str
    score_revision: int
    rank: int
    total: Decimal
    grounds: tuple[GroundRecord, ...]
    proposed_at: datetime
    withdrawal_cause: str | None
    withdrawn_at: datetime | None
    flagged_at: datetime | None
    flagged_revision: int | None
    dossier: DossierRecord | None
    last_return: ReturnRecord | None
    comment: CommentRecord | None
    vote: VoteRecord | None
    decision: DecisionRecord | None
    publication: PublicationRecord | None
    revocation: RevocationRecord | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalFilter:
    """Which suggestions are wanted; none lets all pass. `movements` and `agencies` are how far the caller's key reaches."""

    movement: str | None = None
    period: str | None = None
    agency: str | None = None
    state: str | None = None
    proposal: str | None = None
    movements: Sequence[str] | None = None
    agencies: Sequence[str] | None = None


async def list_proposals(reads: Reads, wanted: ProposalFilter, *, after: int, limit: int) -> list[ProposalRecord]:
    """Suggestions in the order in which they were made."""
    filters = (wanted.movement, wanted.period, wanted.agency, wanted.state, wanted.proposal, wanted.movements, wanted.agencies)
    return [proposal_record(row) for row in await reads.fetch(QUERIES.list_proposals, *filters, after, limit)]


STEPS = ("grounds", "stage", "dossier", "last_return", "comment", "vote", "decision", "publication", "revocation")
PLAIN = tuple(name for name in ProposalRecord.__slots__ if name not in STEPS)


def proposal_record(row: asyncpg.Record) -> ProposalRecord:
    """Read a suggestion from a row."""
    return ProposalRecord(
        **{name: row[name] for name in PLAIN},
        stage=Stage(row["stage"]),
        grounds=tuple(GroundRecord(**ground) for ground in json.loads(row["grounds"])),
        dossier=part_of(row, DossierRecord, DossierRecord.__slots__, "received_at"),
        last_return=part_of(row, ReturnRecord, ReturnRecord.__slots__, "returned_at"),
        comment=part_of(row, CommentRecord, CommentRecord.__slots__, "opened_at"),
        vote=vote_record(row),
        decision=part_of(row, DecisionRecord, DecisionRecord.__slots__, "decided_at"),
        publication=part_of(row, PublicationRecord, PublicationRecord.__slots__, "published_at"),
        revocation=part_of(row, RevocationRecord, RevocationRecord.__slots__, "revoked_at"),
    )


def part_of(row: asyncpg.Record, kind: type[T], names: Iterable[str], instant: str) -> T | None:
    """Read what one step left; none where the step was not taken, which its instant tells."""
    return None if row[instant] is None else kind(**{name: row[name] for name in names})


def vote_record(row: asyncpg.Record) -> VoteRecord | None:
    """Read the vote from a suggestion's row."""
    count = count_of(row)
    return None if count is None else VoteRecord(count=count, vote_recorded_by=row["vote_recorded_by"], voted_at=row["voted_at"])
