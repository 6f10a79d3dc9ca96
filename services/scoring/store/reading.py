"""What is asked of scoring from outside: scores with their explanations, rankings, gauges. Suggestions are in suggestions.py."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import asyncpg

from services.scoring.domain.heard import ClusterKey
from services.scoring.store.scores import Basis
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
    appraisal: int | None
    published_at: datetime | None
    basis: Basis | None
    document: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingRecord:
    """A ranking as it was published; `standings` is JSON text of its rows."""

    revision: int
    state: str
    standings: str
    published_at: datetime


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
    plain = {name: row[name] for name in ScoreRecord.__slots__ if name not in ("document", "basis")}
    return ScoreRecord(**plain, document=document, basis=basis_of(row) if document and row["cluster_facts"] else None)


def basis_of(row: asyncpg.Record) -> Basis:
    """Read what a score was computed from besides the report."""
    return Basis(due=row["due"], grace_days=row["grace_days"] or 0, cluster_facts=row["cluster_facts"], appraisal=row["appraisal"])


async def read_ranking(reads: Reads, key: ClusterKey) -> RankingRecord | None:
    """The ranking that was published last, if there is one."""
    row = await reads.fetchrow(QUERIES.read_ranking, key.movement, key.period, key.cluster)
    return RankingRecord(**dict(row.items())) if row else None


async def count_waiting(reads: Reads) -> Waiting:
    """Count what is due."""
    row = await reads.fetchrow(QUERIES.count_waiting)
    return Waiting(**dict(row.items())) if row else Waiting(marks=0, oldest=None, failed=0, rankings=0, flagged=0)
