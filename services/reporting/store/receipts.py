"""Receipts with what became of what they are for, and the versions of reports."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from services.reporting.domain.periods import PeriodState
from services.reporting.domain.problems import Problem, Sentence
from services.reporting.domain.sending import receipt_of
from services.reporting.domain.versions import Fate, HeldVersion, ReceiptState, receipt_state, standing_version
from services.reporting.store.statements import QUERIES, Reads, Writes

WAITING_LETTERS_MAX = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A receipt with its state as it is judged now. `number` orders receipts as they were made; 0 for one that is not made yet."""

    receipt: uuid.UUID
    number: int
    state: ReceiptState
    source: str
    event_id: str
    channel: str
    received_at: datetime
    movement: str | None
    period: str | None
    agency: str | None
    version: int | None
    notes: tuple[Problem, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportVersion:
    """One accepted version of a report with all that became of it."""

    held: HeldVersion
    source: str
    receipt: uuid.UUID
    digest: str
    values: dict[str, str | None]
    self_scores: dict[str, str]
    reference: str | None
    returned_at: datetime | None
    return_reason: str | None
    return_items: list[dict[str, str]] | None
    withdrawn_at: datetime | None
    withdrawal_reason: str | None
    scored: int | None
    period: PeriodState


async def find_receipt(reads: Reads, receipt: uuid.UUID, intake_consumer: str) -> Receipt | None:
    """The receipt; for a letter that waits as a dead letter by a fault of ours, one that says *received*."""
    row = await reads.fetchrow(QUERIES.receipt_with_fate, receipt)
    if row is not None:
        return _receipt(row)
    for waiting in await reads.fetch(QUERIES.letters_waiting, intake_consumer, WAITING_LETTERS_MAX):
        event_id = str(waiting["id"]).rpartition("/")[0]
        if receipt_of(waiting["source"], event_id) == receipt:
            return _waiting(receipt, event_id, waiting)
    return None


async def find_receipts(reads: Reads, receipts: Sequence[uuid.UUID]) -> dict[uuid.UUID, Receipt]:
    """The receipts that are there."""
    return {row["receipt"]: _receipt(row) for row in await reads.fetch(QUERIES.receipts_named, receipts)}


async def receipts_after(reads: Reads, source: str | None, accepted: bool | None, number: int, limit: int) -> list[Receipt]:
    """Receipts in the order in which they were made; none for source or accepted means any."""
    return [_receipt(row) for row in await reads.fetch(QUERIES.receipts_with_fate, source, accepted, number, limit)]


def _receipt(row: asyncpg.Record) -> Receipt:
    return Receipt(
        receipt=row["receipt"],
        number=row["number"],
        state=receipt_state(_fate(row) if row["accepted"] else None),
        source=row["source"],
        event_id=row["event_id"],
        channel=row["channel"],
        received_at=row["received_at"],
        movement=row["movement"],
        period=row["period"],
        agency=row["agency"],
        version=row["version"],
        notes=tuple(map(_problem, row["notes"])),
        problems=tuple(map(_problem, row["problems"])),
    )


def _fate(row: asyncpg.Record) -> Fate:
    return Fate(
        version=row["version"],
        returned=row["returned"],
        withdrawn_to=row["withdrawn_to"],
        standing=row["standing"],
        scored=row["scored"],
        period=PeriodState(row["period_state"]),
    )


def _problem(kept: dict[str, object]) -> Problem:
    facts = kept["facts"] if isinstance(kept["facts"], dict) else {}
    return Problem(
        code=str(kept["code"]),
        pointer=str(kept["pointer"]),
        facts=tuple((str(name), str(fact)) for name, fact in facts.items()),
        detail=_sentence(kept.get("detail")),
        mend=_sentence(kept.get("mend")),
    )


def _sentence(kept: object) -> Sentence | None:
    return Sentence(vi=str(kept["vi"]), en=str(kept["en"])) if isinstance(kept, dict) else None


def _waiting(receipt: uuid.UUID, event_id: str, row: asyncpg.Record) -> Receipt:
    return Receipt(
        receipt=receipt,
        number=0,
        state=ReceiptState.RECEIVED,
        source=row["source"],
        event_id=event_id,
        channel="kafka",
        received_at=row["appended_at"],
        movement=None,
        period=None,
        agency=None,
        version=None,
        notes=(),
        problems=(),
    )


async def versions_of(reads: Reads, movement: str, period: str, agency: str) -> list[ReportVersion]:
    """Every version of a report, highest first."""
    return [_version(row) for row in await reads.fetch(QUERIES.versions_of_report, movement, period, agency)]


def _version(row: asyncpg.Record) -> ReportVersion:
    return ReportVersion(
        held=HeldVersion(version=row["version"], submitted_at=row["submitted_at"], returned=row["returned_at"] is not None),
        source=row["source"],
        receipt=row["receipt"],
        digest=row["digest"],
        values=row["indicator_values"],
        self_scores=row["self_scores"],
        reference=row["reference"],
        returned_at=row["returned_at"],
        return_reason=row["return_reason"],
        return_items=row["return_items"],
        withdrawn_at=row["withdrawn_at"],
        withdrawal_reason=row["withdrawal_reason"],
        scored=row["scored"],
        period=PeriodState(row["period_state"]),
    )


def standing_of(versions: Sequence[ReportVersion]) -> HeldVersion | None:
    """The version that counts."""
    return standing_version((version.held for version in versions), withdrawn_to(versions))


def withdrawn_to(versions: Sequence[ReportVersion]) -> int:
    """Up to which of the versions held the report is withdrawn."""
    return max((version.held.version for version in versions if version.withdrawn_at is not None), default=0)


def state_of(version: ReportVersion, versions: Sequence[ReportVersion]) -> ReceiptState:
    """The state of one version among all that are held."""
    standing = standing_of(versions)
    fate = Fate(
        version=version.held.version,
        returned=version.held.returned,
        withdrawn_to=withdrawn_to(versions),
        standing=None if standing is None else standing.version,
        scored=version.scored,
        period=version.period,
    )
    return receipt_state(fate)


async def note_return(writes: Writes, key: tuple[str, str, str, int], now: datetime, reason: str, items: str) -> None:
    """Note that a version was returned; items are JSON."""
    await writes.execute(QUERIES.note_return, *key, now, reason, items)


async def keep_withdrawal(writes: Writes, key: tuple[str, str, str, int], reason: str, actor: str, now: datetime) -> bool:
    """Note a withdrawal; False where it was noted before."""
    return bool(await writes.fetch(QUERIES.keep_withdrawal, *key, reason, actor, now))
