"""What suggestions stand on beyond their own cluster: the other clusters and periods of the movement, and the awards that stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.scoring.domain.eligibility import PastAward
from services.scoring.domain.heard import ClusterKey
from services.scoring.store.clusters import DueCluster
from services.scoring.store.statements import QUERIES, Reads, key_of
from shared.plan.types import AgencyCode, Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamps:
    """Sums of the revisions of rankings: of all that the rules reach; none where they do not reach so far."""

    over_period: Decimal | None
    over_movement: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterOfPeriod:
    """A cluster of a period: how many members, whether it is final and ranked, and the revision of its ranking (0: none)."""

    due: DueCluster
    is_final: bool
    ranking_revision: int


async def clusters_of_period(reads: Reads, movement: str, period: str) -> list[ClusterOfPeriod]:
    """All clusters of a period, in the order of their codes."""
    rows = await reads.fetch(QUERIES.clusters_of_period, movement, period)
    return [
        ClusterOfPeriod(
            due=DueCluster(key=ClusterKey(movement=movement, period=period, cluster=row["cluster"]), size=row["size"]),
            is_final=row["is_final"],
            ranking_revision=row["revision"],
        )
        for row in rows
    ]


async def final_periods(reads: Reads, movement: str) -> set[str]:
    """The periods that are final in every cluster."""
    return {row["period"] for row in await reads.fetch(QUERIES.periods_of_movement, movement) if row["is_final"]}


async def stamps(reads: Reads, movement: str, period: str) -> Stamps:
    """The rankings of a period and of its movement, as they are now."""
    row = await reads.fetchrow(QUERIES.stamps_of_rankings, movement, period)
    return Stamps(over_period=row["over_period"] if row else None, over_movement=row["over_movement"] if row else None)


async def clusters_with_agencies(reads: Reads, movement: str, periods: Sequence[str], agencies: Sequence[str]) -> list[ClusterKey]:
    """The clusters of other periods that have some of these agencies."""
    rows = await reads.fetch(QUERIES.clusters_with_agencies, movement, list(periods), list(agencies)) if periods else []
    return [key_of(row) for row in rows]


async def awards_that_stand(reads: Reads, plan: Plan, period: str) -> tuple[PastAward, ...]:
    """What was granted in other periods under the rules that ask for years between awards."""
    rules = [rule.code for rule in plan.awards if rule.again_after_years is not None]
    ends = {str(one.code): one.to_date for one in plan.periods}
    rows = await reads.fetch(QUERIES.awards_that_stand, plan.movement, period, rules) if rules else []
    return tuple(
        PastAward(agency=AgencyCode(row["agency"]), rule=row["rule"], period=row["period"], ended=ends[row["period"]])
        for row in rows
        if row["period"] in ends
    )
