"""What is asked of scoring from outside: scores with their explanations, rankings, suggestions with what became of them, gauges."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import asyncpg

from services.scoring.domain.heard import ClusterKey
from services.scoring.store.statements import QUERIES, Reads


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRecord:
    """A score as it was announced; `document` is its explanation as JSON text, none for a void one."""

    agency: str
    cluster: str
    revision: int
    state: str
    report_version: int | None
    plan_hash: str
    total: Decimal | None
    grade: str | None
    content_hash: str | None
    cause_kind: str
    cause_agency: str | None
    is_void: bool
    computed_at: datetime
    document: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingRecord:
    """A ranking as it was published; `standings` is JSON text of its rows."""

    revision: int
    state: str
    standings: str
    published_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundRecord:
    """One condition that was met."""

    clause: str
    vi: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """What the council decided."""

    outcome: str
    reason_class: str | None
    reason: str | None
    decided_by: str
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationRecord:
    """Why an award was taken back."""

    ground: str
    reason: str
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
    decision: DecisionRecord | None
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How much is due."""

    marks: int
    oldest: datetime | None
    failed: int
    rankings: int
    flagged: int


async def list_scores(
    reads: Reads, movement: str, period: str, *, after: str, cluster: str | None, agencies: Sequence[str] | None, limit: int
) -> list[ScoreRecord]:
    """Current scores of a period, in the order of agencies, without explanations."""
    rows = await reads.fetch(QUERIES.list_scores, movement, period, after, cluster, agencies, limit)
    return [score_record(row, None) for row in rows]


async def score_as_of(reads: Reads, movement: str, period: str, agency: str, revision: int | None) -> ScoreRecord | None:
    """The score that was current at a revision, or now."""
    row = await reads.fetchrow(QUERIES.score_as_of, movement, period, agency, revision)
    return score_record(row, row["document"]) if row else None


def score_record(row: asyncpg.Record, document: str | None) -> ScoreRecord:
    """Read a score from a row."""
    return ScoreRecord(**{name: row[name] for name in ScoreRecord.__slots__ if name != "document"}, document=document)


async def read_ranking(reads: Reads, key: ClusterKey) -> RankingRecord | None:
    """The ranking that was published last, if there is one."""
    row = await reads.fetchrow(QUERIES.read_ranking, key.movement, key.period, key.cluster)
    return RankingRecord(**dict(row.items())) if row else None


async def list_proposals(reads: Reads, wanted: ProposalFilter, *, after: int, limit: int) -> list[ProposalRecord]:
    """Suggestions in the order in which they were made."""
    filters = (wanted.movement, wanted.period, wanted.agency, wanted.state, wanted.proposal, wanted.movements, wanted.agencies)
    return [proposal_record(row) for row in await reads.fetch(QUERIES.list_proposals, *filters, after, limit)]


PLAIN = tuple(name for name in ProposalRecord.__slots__ if name not in ("grounds", "decision", "revocation"))


def proposal_record(row: asyncpg.Record) -> ProposalRecord:
    """Read a suggestion from a row."""
    return ProposalRecord(
        **{name: row[name] for name in PLAIN},
        grounds=tuple(GroundRecord(**ground) for ground in json.loads(row["grounds"])),
        decision=decision_record(row) if row["outcome"] else None,
        revocation=revocation_record(row) if row["ground"] else None,
    )


def decision_record(row: asyncpg.Record) -> DecisionRecord:
    """Read a decision from a suggestion's row."""
    return DecisionRecord(
        outcome=row["outcome"],
        reason_class=row["reason_class"],
        reason=row["reason"],
        decided_by=row["decided_by"],
        decided_at=row["decided_at"],
    )


def revocation_record(row: asyncpg.Record) -> RevocationRecord:
    """Read a revocation from a suggestion's row."""
    return RevocationRecord(
        ground=row["ground"], reason=row["revocation_reason"], revoked_by=row["revoked_by"], revoked_at=row["revoked_at"]
    )


async def count_waiting(reads: Reads) -> Waiting:
    """Count what is due."""
    row = await reads.fetchrow(QUERIES.count_waiting)
    return Waiting(**dict(row.items())) if row else Waiting(marks=0, oldest=None, failed=0, rankings=0, flagged=0)
