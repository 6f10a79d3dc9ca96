"""Scores and rankings are written in sets: what was current becomes history, what is new becomes current."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.scoring.domain.heard import ClusterKey
from services.scoring.domain.marks import Cause
from services.scoring.domain.recomputation import Explained, KeptScore, ScoreState
from services.scoring.store.clusters import KeptCluster
from services.scoring.store.statements import QUERIES, Reads, columns, key_columns, key_of
from shared.messaging import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a score was computed from besides the report: the dates, what the cluster told (JSON text), the appraisal by its revision."""

    due: date | None
    grace_days: int
    cluster_facts: str
    appraisal: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewScore:
    """One row of a score's history. Without an explained score it says that the score on record is void."""

    key: ClusterKey
    agency: str
    revision: int
    state: ScoreState
    cause: Cause
    explained: Explained | None
    before: KeptScore | None
    is_current: bool
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRanking:
    """The ranking of a cluster as it is published; `standings` is JSON text of its rows."""

    key: ClusterKey
    revision: int
    state: ScoreState
    standings: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRanking:
    """The ranking that was published last."""

    revision: int
    state: ScoreState
    standings: str


def score_row(one: NewScore) -> tuple[object, ...]:
    """Lay a score out as a row; a void one keeps what it says void, without points."""
    place = (one.key.movement, one.key.period, one.agency, one.revision, one.key.cluster, one.state.value)
    why = (one.cause.kind.value, one.cause.agency, one.explained is None, one.is_current)
    if one.explained is None:
        before = one.before
        version, plan_hash = (before.report_version, before.plan_hash) if before else (None, "")
        return (*place, version, plan_hash, None, None, None, None, *why, None, None, None, None)
    score = one.explained.score
    grade = score.grade.code if score.grade else None
    content = (one.explained.content_hash, one.explained.document)
    basis = (one.basis.due, one.basis.grace_days, one.basis.cluster_facts, one.basis.appraisal)
    return (*place, score.version, score.plan_hash, score.total, grade, *content, *why, *basis)


async def write_scores(transaction: Transaction, scores: Sequence[NewScore]) -> None:
    """Make these the current scores of their agencies."""
    if not scores:
        return
    moved = sorted({(one.key.movement, one.key.period, one.agency) for one in scores})
    await transaction.connection.execute(QUERIES.retire_scores, *columns(moved, 3))
    await transaction.connection.execute(QUERIES.insert_scores, *columns(map(score_row, scores), 20), transaction.now)


async def record_clusters(transaction: Transaction, now: Sequence[tuple[ClusterKey, KeptCluster]]) -> None:
    """Record what the computation left of clusters."""
    rows = (
        (*_place(key), one.state, one.plan_hash, one.cluster_facts, one.ranking_due, one.awards_due)
        for key, one in sorted(now, key=lambda pair: pair[0])
    )
    await transaction.connection.execute(QUERIES.record_clusters, *columns(rows, 8))


async def delete_marks(transaction: Transaction, ids: Sequence[int]) -> None:
    """Delete exactly these marks."""
    await transaction.connection.execute(QUERIES.delete_marks, list(ids))


async def rankings_on_record(reads: Reads, keys: Sequence[ClusterKey]) -> dict[ClusterKey, KeptRanking]:
    """The rankings that were published last."""
    rows = await reads.fetch(QUERIES.rankings_on_record, *key_columns(keys))
    return {key_of(row): KeptRanking(revision=row["revision"], state=ScoreState(row["state"]), standings=row["standings"]) for row in rows}


async def keep_rankings(transaction: Transaction, rankings: Sequence[NewRanking]) -> None:
    """Let these take the place of the rankings before."""
    rows = ((*_place(one.key), one.revision, one.state.value, one.standings) for one in sorted(rankings, key=lambda one: one.key))
    if rankings:
        await transaction.connection.execute(QUERIES.keep_rankings, *columns(rows, 6), transaction.now)


async def record_failure(transaction: Transaction, key: ClusterKey, code: str, reason: str, at: datetime) -> None:
    """Put a cluster aside for a while; its marks stay."""
    await transaction.connection.execute(QUERIES.record_failure, *_place(key), code, reason, at)


async def forget_failures(transaction: Transaction, keys: Sequence[ClusterKey]) -> None:
    """These clusters fail no more."""
    await transaction.connection.execute(QUERIES.forget_failures, *key_columns(keys))


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodFinality:
    """How many clusters of a period are known, how many of them can still move, and the plan of one that is final."""

    known: int
    moving: int
    plan_hash: str


async def clusters_not_final(reads: Reads, movement: str, period: str) -> PeriodFinality:
    """Ask whether all of a period is final."""
    row = await reads.fetchrow(QUERIES.clusters_not_final, movement, period)
    if row is None or row["known"] == 0:
        return PeriodFinality(known=0, moving=0, plan_hash="")
    return PeriodFinality(known=row["known"], moving=row["moving"], plan_hash=row["plan_hash"] or "")


async def publish_scores(transaction: Transaction, movement: str, period: str) -> int:
    """Make the final scores of a period public that are not so yet; returns how many."""
    rows = await transaction.connection.fetchrow(QUERIES.publish_scores, movement, period, transaction.now)
    return int(rows["published"]) if rows else 0


async def published_digest(reads: Reads, movement: str, period: str) -> tuple[int, str]:
    """How many scores of a period are public, and one hash over them."""
    row = await reads.fetchrow(QUERIES.published_digest, movement, period)
    return (row["scores"], row["digest"]) if row else (0, "")


def _place(key: ClusterKey) -> tuple[str, str, str]:
    return key.movement, key.period, key.cluster
