"""Rows of periods and their frozen members."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import asyncpg

from services.reporting.domain.periods import FrozenCluster, PeriodState, Reopening, ReportingPeriod, Window
from services.reporting.store.statements import QUERIES, Reads, Writes, columns
from shared.plan.types import Plan

PERIODS_TO_CLOSE_MAX = 100

Ends = Mapping[tuple[str, int], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberStanding:
    """A member of a cluster with the version that counts and when it was handed in, or none."""

    cluster: str
    agency: str
    version: int | None
    submitted_at: datetime | None


def period_of(row: asyncpg.Record) -> ReportingPeriod:
    """Read a period."""
    return ReportingPeriod(
        movement=row["movement"],
        code=row["period"],
        state=PeriodState(row["state"]),
        plan_hash=row["plan_hash"],
        from_date=row["from_date"],
        to_date=row["to_date"],
        window=Window(due_at=row["due_at"], grace_ends_at=row["grace_ends_at"], closes_at=row["closes_at"]),
        opened_at=row["opened_at"],
        closed_at=row["closed_at"],
    )


async def find_period(reads: Reads, movement: str, period: str) -> ReportingPeriod | None:
    """The period, if it was ever opened."""
    rows = await reads.fetch(QUERIES.periods_named, [movement], [period])
    return period_of(rows[0]) if rows else None


async def periods_of_movement(reads: Reads, movement: str) -> dict[str, ReportingPeriod]:
    """The opened periods of a movement by their codes."""
    return {row["period"]: period_of(row) for row in await reads.fetch(QUERIES.periods_of_movement, movement)}


async def lacking_in(reads: Reads, plan: Plan, limit: int) -> tuple[list[str], list[str]]:
    """Opened periods and frozen members that a new plan of the movement does not have, some of each."""
    periods = await reads.fetch(QUERIES.opened_periods_lacking, plan.movement, [period.code for period in plan.periods], limit)
    members = await reads.fetch(QUERIES.frozen_members_lacking, plan.movement, [agency.code for agency in plan.agencies], limit)
    return [row["period"] for row in periods], [row["agency"] for row in members]


async def keep_period(writes: Writes, period: ReportingPeriod) -> None:
    """Keep the period as it stands now; ends of intake that were noted before no longer hold."""
    window = period.window
    await writes.execute(
        QUERIES.keep_period,
        *(period.movement, period.code, period.state, period.plan_hash, period.from_date, period.to_date),
        *(window.due_at, window.grace_ends_at, window.closes_at, period.opened_at, period.closed_at),
    )


async def find_reopening(reads: Reads, movement: str, period: str) -> Reopening | None:
    """The request to reopen the period that stands, if there is one."""
    row = await reads.fetchrow(QUERIES.find_reopening, movement, period)
    return None if row is None else Reopening(**dict(row))


async def keep_reopening(writes: Writes, period: ReportingPeriod, asked: Reopening) -> None:
    """Note a request; it takes the place of one that stood."""
    values = (asked.request, asked.reason, asked.closes_at, asked.asked_by, asked.asked_at)
    await writes.execute(QUERIES.keep_reopening, period.movement, period.code, *values)


async def forget_reopening(writes: Writes, period: ReportingPeriod) -> None:
    """The request was fulfilled."""
    await writes.execute(QUERIES.forget_reopening, period.movement, period.code)


async def keep_members(writes: Writes, period: ReportingPeriod, clusters: Sequence[FrozenCluster]) -> None:
    """Freeze the members."""
    rows = ((cluster.code, member) for cluster in clusters for member in cluster.members)
    await writes.execute(QUERIES.keep_members, period.movement, period.code, *columns(rows, 2))


async def members_standing(reads: Reads, period: ReportingPeriod) -> list[MemberStanding]:
    """Every member with what counts of it, by cluster and agency."""
    rows = await reads.fetch(QUERIES.members_standing, period.movement, period.code)
    return [
        MemberStanding(cluster=row["cluster"], agency=row["agency"], version=row["version"], submitted_at=row["submitted_at"])
        for row in rows
    ]


def by_cluster(members: Sequence[MemberStanding]) -> dict[str, list[MemberStanding]]:
    """Group members by cluster; they come in that order."""
    return {cluster: list(group) for cluster, group in groupby(members, key=lambda member: member.cluster)}


async def periods_to_close(reads: Reads, now: datetime) -> list[ReportingPeriod]:
    """Periods that a close is under way or due for, a bounded number."""
    return [period_of(row) for row in await reads.fetch(QUERIES.periods_to_close, now, PERIODS_TO_CLOSE_MAX)]


async def intake_ends(reads: Reads, period: ReportingPeriod) -> Ends | None:
    """The ends of intake that the closing period waits for, once they are noted."""
    row = await reads.fetchrow(QUERIES.intake_ends_of, period.movement, period.code)
    if row is None or row["intake_ends"] is None:
        return None
    return {(topic, partition): end for topic, partition, end in row["intake_ends"]}


async def note_intake_ends(writes: Writes, period: ReportingPeriod, ends: Ends) -> None:
    """Note the ends of intake, the first time only."""
    told = json.dumps([[topic, partition, end] for (topic, partition), end in sorted(ends.items())])
    await writes.execute(QUERIES.note_intake_ends, period.movement, period.code, told)


async def letters_unread_before(reads: Reads, consumer: str, ends: Ends) -> int:
    """Letters before these ends that wait as dead letters."""
    rows = columns(((topic, partition, end) for (topic, partition), end in ends.items()), 3)
    row = await reads.fetchrow(QUERIES.letters_unread_before, consumer, *rows)
    return 0 if row is None else int(row["letters"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeliness:
    """Members of all periods that take reports, and how many have reported in time and late."""

    expected: int
    on_time: int
    late: int


async def timeliness_of_open_periods(reads: Reads) -> Timeliness:
    """Count over all periods that are not closed."""
    row = await reads.fetchrow(QUERIES.timeliness_of_open_periods)
    return Timeliness(expected=0, on_time=0, late=0) if row is None else Timeliness(**dict(row))
