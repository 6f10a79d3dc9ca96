"""Clusters as they stand: what is due, what the registry told, which reports count, what is on record of scores."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.scoring.domain.heard import ClusterKey
from services.scoring.domain.marks import Cause, CauseKind, Mark
from services.scoring.domain.period import Closed, Dates, Extended, Opened, PeriodFact, PublishedPlan, Reopened
from services.scoring.domain.recomputation import KeptScore, ScoreState
from services.scoring.domain.standing import Void, VoidKind
from services.scoring.store.statements import QUERIES, Reads, key_columns, key_of


@dataclass(frozen=True, slots=True, kw_only=True)
class DueCluster:
    """A cluster that has something to be done, and how many members it has."""

    key: ClusterKey
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCluster:
    """What is on record of a cluster; state is open, closed or final."""

    state: str
    plan_hash: str | None
    cluster_facts: str | None
    ranking_due: bool
    awards_due: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberReports:
    """A member of a cluster, the versions that arrived, and what voids them."""

    agency: str
    versions: tuple[int, ...]
    voids: tuple[Void, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenMark:
    """A mark and the cluster that it was resolved to."""

    key: ClusterKey
    mark: Mark


async def due_clusters(reads: Reads, now: datetime, marks_max: int) -> list[DueCluster]:
    """Clusters with marks, longest waiting first."""
    rows = await reads.fetch(QUERIES.due_clusters, now, marks_max)
    return [DueCluster(key=key_of(row), size=row["size"]) for row in rows]


async def due_rankings(reads: Reads, now: datetime, clusters_max: int) -> list[DueCluster]:
    """Clusters whose ranking was put off."""
    rows = await reads.fetch(QUERIES.due_rankings, now, clusters_max)
    return [DueCluster(key=key_of(row), size=row["size"]) for row in rows]


async def due_awards(reads: Reads, now: datetime, clusters_max: int) -> list[DueCluster]:
    """Clusters whose final ranking awaits its suggestions, in periods that are final everywhere."""
    rows = await reads.fetch(QUERIES.due_awards, now, clusters_max)
    return [DueCluster(key=key_of(row), size=row["size"]) for row in rows]


async def take_marks(reads: Reads, keys: Sequence[ClusterKey], marks_max: int) -> list[TakenMark]:
    """The marks of clusters that are locked."""
    rows = await reads.fetch(QUERIES.take_marks, *key_columns(keys), marks_max)
    return [
        TakenMark(
            key=key_of(row),
            mark=Mark(
                id=row["id"],
                agency=row["agency"],
                cause=Cause(kind=CauseKind(row["kind"]), agency=row["cause_agency"], traceparent=row["traceparent"]),
            ),
        )
        for row in rows
    ]


async def still_marked(reads: Reads, keys: Sequence[ClusterKey], taken: Sequence[int]) -> set[ClusterKey]:
    """Those of the clusters that have marks besides the taken ones."""
    rows = await reads.fetch(QUERIES.clusters_still_marked, *key_columns(keys), list(taken))
    return {key_of(row) for row in rows}


async def on_record(reads: Reads, keys: Sequence[ClusterKey]) -> dict[ClusterKey, KeptCluster]:
    """What is on record of clusters."""
    rows = await reads.fetch(QUERIES.clusters_on_record, *key_columns(keys))
    return {
        key_of(row): KeptCluster(
            state=row["state"],
            plan_hash=row["plan_hash"],
            cluster_facts=row["cluster_facts"],
            ranking_due=row["ranking_due"],
            awards_due=row["awards_due"],
        )
        for row in rows
    }


async def period_facts(reads: Reads, keys: Sequence[ClusterKey]) -> dict[ClusterKey, list[PeriodFact]]:
    """All that the registry said of clusters' periods."""
    found: dict[ClusterKey, list[PeriodFact]] = defaultdict(list)
    for row in await reads.fetch(QUERIES.period_facts_of_clusters, *key_columns(keys)):
        dates = Dates(due_at=row["due_at"], grace_ends_at=row["grace_ends_at"], closes_at=row["closes_at"])
        named = dict(zip(row["agencies"] or (), row["versions"] or (), strict=True))
        found[key_of(row)].append(fact_of(row["kind"], row["revision"], row["plan_hash"], dates, named))
    return found


def fact_of(kind: str, revision: int, plan_hash: str | None, dates: Dates, named: dict[str, int | None]) -> PeriodFact:
    """Read one fact from the columns of its row."""
    match kind:
        case "opened":
            return Opened(revision=revision, plan_hash=plan_hash or "", dates=dates)
        case "extended":
            return Extended(revision=revision, dates=dates)
        case "closed":
            return Closed(revision=revision, named=named)
        case _:
            return Reopened(revision=revision, closes_at=dates.closes_at)


async def published_plans(reads: Reads, movements: Sequence[str]) -> dict[str, list[PublishedPlan]]:
    """Which plans were published for each movement."""
    found: dict[str, list[PublishedPlan]] = defaultdict(list)
    for row in await reads.fetch(QUERIES.plans_of_movements, sorted(set(movements))):
        found[row["movement"]].append(PublishedPlan(plan_hash=row["plan_hash"], revision=row["revision"]))
    return found


async def members(reads: Reads, keys: Sequence[ClusterKey]) -> dict[ClusterKey, list[MemberReports]]:
    """The members of clusters in their frozen order, with the versions that arrived."""
    voids: dict[tuple[str, str, str], list[Void]] = defaultdict(list)
    for row in await reads.fetch(QUERIES.voids_of_clusters, *key_columns(keys)):
        void = Void(version=row["version"], kind=VoidKind(row["kind"]), revision=row["revision"])
        voids[row["movement"], row["period"], row["agency"]].append(void)
    found: dict[ClusterKey, list[MemberReports]] = defaultdict(list)
    for row in await reads.fetch(QUERIES.versions_of_clusters, *key_columns(keys)):
        void_by = tuple(voids.get((row["movement"], row["period"], row["agency"]), ()))
        found[key_of(row)].append(MemberReports(agency=row["agency"], versions=tuple(row["versions"]), voids=void_by))
    return found


async def kept_scores(reads: Reads, keys: Sequence[ClusterKey]) -> dict[tuple[str, str, str], KeptScore]:
    """What is on record of the members' scores, by movement, period and agency."""
    rows = await reads.fetch(QUERIES.current_scores_of_clusters, *key_columns(keys))
    return {
        (row["movement"], row["period"], row["agency"]): KeptScore(
            revision=row["revision"],
            state=ScoreState(row["state"]),
            report_version=row["report_version"],
            plan_hash=row["plan_hash"],
            content_hash=row["content_hash"],
            is_void=row["is_void"],
        )
        for row in rows
    }
