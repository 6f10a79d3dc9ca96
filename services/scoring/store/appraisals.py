"""Appraisals: kept as they were made, each on one version of a report; which one counts is decided when it is read."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from services.scoring.domain.appraisal import Appraisal
from services.scoring.domain.heard import ClusterKey
from services.scoring.domain.inputs import finding_document, finding_from
from services.scoring.domain.standing import Void, VoidKind
from services.scoring.store.clusters import MemberReports
from services.scoring.store.statements import QUERIES, Reads, key_columns
from shared.messaging import Transaction

APPRAISALS_SHOWN_MAX = 100

Place = tuple[str, str, str]
"""Movement, period and agency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppraisalRecord:
    """An appraisal with who made it, when and why."""

    appraisal: Appraisal
    reason: str
    actor: str
    appraised_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberAtHand:
    """A member of a cluster, with what its version that counts is decided by, and whether its score is public."""

    key: ClusterKey
    reports: MemberReports
    is_published: bool


async def keep_appraisal(transaction: Transaction, place: Place, record: AppraisalRecord) -> None:
    """Keep an appraisal."""
    made = record.appraisal
    findings = json.dumps({code: finding_document(finding) for code, finding in made.findings.items()}, ensure_ascii=False)
    values = (made.revision, made.report_version, findings, record.reason, record.actor, record.appraised_at)
    await transaction.connection.execute(QUERIES.keep_appraisal, *place, *values)


async def appraisals_of_clusters(reads: Reads, keys: Sequence[ClusterKey]) -> dict[Place, list[Appraisal]]:
    """The appraisals of all members of clusters."""
    found = defaultdict[Place, list[Appraisal]](list)
    for row in await reads.fetch(QUERIES.appraisals_of_clusters, *key_columns(keys)):
        found[row["movement"], row["period"], row["agency"]].append(appraisal_of(row))
    return found


async def appraisals_of_agency(reads: Reads, place: Place) -> list[AppraisalRecord]:
    """The last appraisals of a unit in a period, the latest first."""
    rows = await reads.fetch(QUERIES.appraisals_of_agency, *place, APPRAISALS_SHOWN_MAX)
    return [
        AppraisalRecord(appraisal=appraisal_of(row), reason=row["reason"], actor=row["actor"], appraised_at=row["appraised_at"])
        for row in rows
    ]


async def member_at_hand(reads: Reads, place: Place) -> MemberAtHand | None:
    """A member with its reports; none where it is not a member of the period."""
    row = await reads.fetchrow(QUERIES.member_reports, *place)
    if row is None:
        return None
    movement, period, agency = place
    voids = tuple(
        Void(version=each["version"], kind=VoidKind(each["kind"]), revision=each["revision"])
        for each in await reads.fetch(QUERIES.voids_of_agency, *place)
    )
    return MemberAtHand(
        key=ClusterKey(movement=movement, period=period, cluster=row["cluster"]),
        reports=MemberReports(agency=agency, versions=tuple(row["versions"]), voids=voids),
        is_published=row["is_published"],
    )


def appraisal_of(row: asyncpg.Record) -> Appraisal:
    """Read an appraisal from a row."""
    findings = {code: finding_from(finding) for code, finding in json.loads(row["findings"]).items()}
    return Appraisal(revision=row["revision"], report_version=row["report_version"], findings=findings)
