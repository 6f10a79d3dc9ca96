"""What is answered over HTTP, as documents: instants in UTC, numbers as decimal text."""

from datetime import date

from pydantic import BaseModel, Field

from services.reporting.contract.sentences import note_fact, problem_fact
from services.reporting.domain.chain import Link
from services.reporting.domain.periods import FrozenCluster, Reopening, ReportingPeriod
from services.reporting.domain.versions import Completeness, ReceiptState
from services.reporting.store.receipts import Receipt, ReportVersion
from services.reporting.store.registry import Movement
from shared.events.fields import Act, Instant, NoteFact, ProblemFact


class ReceiptDocument(BaseModel):
    """What became of one report that was sent."""

    receipt: str = Field(examples=["9f1c1f0e-6c9b-5d0e-8a55-0d6b1f3f2a11"])
    state: ReceiptState = Field(description="As it is now.")
    source: str
    event_id: str
    channel: str = Field(description="http or kafka.")
    received_at: Instant = Field(description="The instant that counts as handed in.")
    movement: str | None
    period: str | None
    agency: str | None
    version: int | None
    notes: list[NoteFact]
    problems: list[ProblemFact]
    links: dict[str, str]


def receipt_document(receipt: Receipt) -> ReceiptDocument:
    """Write a receipt."""
    links = {"self": f"/v1/receipts/{receipt.receipt}"}
    if receipt.state not in {ReceiptState.REJECTED, ReceiptState.RECEIVED}:
        links["report"] = f"/v1/reports/{receipt.movement}/{receipt.period}/{receipt.agency}"
    return ReceiptDocument(
        receipt=str(receipt.receipt),
        state=receipt.state,
        source=receipt.source,
        event_id=receipt.event_id,
        channel=receipt.channel,
        received_at=receipt.received_at,
        movement=receipt.movement,
        period=receipt.period,
        agency=receipt.agency,
        version=receipt.version,
        notes=[note_fact(note) for note in receipt.notes],
        problems=[problem_fact(problem) for problem in receipt.problems],
        links=links,
    )


class ReturnDocument(BaseModel):
    """Why and when a version went back."""

    at: Instant
    reason: str
    items: list[dict[str, str]]


class WithdrawalDocument(BaseModel):
    """Why and when a version was withdrawn."""

    at: Instant
    reason: str


class VersionDocument(BaseModel):
    """One accepted version of a report."""

    version: int
    state: ReceiptState
    submitted_at: Instant
    source: str
    receipt: str
    digest: str
    values: dict[str, str | None] = Field(description="By criterion: the number as text, null for missing, 'n/a' for not applicable.")
    self_scores: dict[str, str]
    reference: str | None
    returned: ReturnDocument | None
    withdrawn: WithdrawalDocument | None


def version_document(version: ReportVersion, state: ReceiptState) -> VersionDocument:
    """Write a version."""
    returned = withdrawn = None
    if version.returned_at is not None:
        returned = ReturnDocument(at=version.returned_at, reason=version.return_reason or "", items=version.return_items or [])
    if version.withdrawn_at is not None:
        withdrawn = WithdrawalDocument(at=version.withdrawn_at, reason=version.withdrawal_reason or "")
    return VersionDocument(
        version=version.held.version,
        state=state,
        submitted_at=version.held.submitted_at,
        source=version.source,
        receipt=str(version.receipt),
        digest=version.digest,
        values=version.values,
        self_scores=version.self_scores,
        reference=version.reference,
        returned=returned,
        withdrawn=withdrawn,
    )


class MovementDocument(BaseModel):
    """A movement under the plan that is in force."""

    movement: str
    title_vi: str
    title_en: str
    test: bool
    plan_hash: str
    plan_version: int
    published_at: Instant


def movement_document(movement: Movement) -> MovementDocument:
    """Write a movement."""
    return MovementDocument(
        movement=movement.code,
        title_vi=movement.title_vi,
        title_en=movement.title_en,
        test=movement.test,
        plan_hash=movement.plan_hash,
        plan_version=movement.plan_version,
        published_at=movement.published_at,
    )


class PeriodDocument(BaseModel):
    """A period with its state and its dates. Each instant is the first that no longer belongs."""

    movement: str
    period: str
    state: str
    from_date: date
    to_date: date
    due_at: Instant | None = None
    grace_ends_at: Instant | None = None
    closes_at: Instant | None = None
    opened_at: Instant | None = None
    closed_at: Instant | None = None


def period_document(period: ReportingPeriod) -> PeriodDocument:
    """Write a period that was opened."""
    window = period.window
    return PeriodDocument(
        movement=period.movement,
        period=period.code,
        state=period.state,
        from_date=period.from_date,
        to_date=period.to_date,
        due_at=window.due_at,
        grace_ends_at=window.grace_ends_at,
        closes_at=window.closes_at,
        opened_at=period.opened_at,
        closed_at=period.closed_at,
    )


class MovementWithPeriods(MovementDocument):
    """A movement with all periods of its plan."""

    periods: list[PeriodDocument]


class ClusterDocument(BaseModel):
    """Agencies that are ranked against one another."""

    cluster: str
    members: list[str]


class CompletenessDocument(BaseModel):
    """How many of the members have reported; the members are frozen, so it is never more than all."""

    expected: int
    reported: int
    on_time: int
    late: int
    missing: int


class ReopeningDocument(BaseModel):
    """A request to reopen a closed period. Another person confirms it by its number."""

    request: int
    reason: str
    closes_at: Instant | None
    asked_by: str
    asked_at: Instant


def reopening_document(asked: Reopening) -> ReopeningDocument:
    """Write a request to reopen."""
    return ReopeningDocument(
        request=asked.request, reason=asked.reason, closes_at=asked.closes_at, asked_by=asked.asked_by, asked_at=asked.asked_at
    )


class PeriodWithMembers(PeriodDocument):
    """A period with its members, how many of them have reported, and the request to reopen it that stands."""

    clusters: list[ClusterDocument]
    completeness: CompletenessDocument
    reopening: ReopeningDocument | None


def period_with_members(
    period: PeriodDocument, clusters: tuple[FrozenCluster, ...], count: Completeness, asked: Reopening | None = None
) -> PeriodWithMembers:
    """Write a period with its members."""
    return PeriodWithMembers(
        reopening=reopening_document(asked) if asked else None,
        **period.model_dump(),
        clusters=[ClusterDocument(cluster=cluster.code, members=list(cluster.members)) for cluster in clusters],
        completeness=CompletenessDocument(
            expected=count.expected, reported=count.reported, on_time=count.on_time, late=count.late, missing=count.missing
        ),
    )


class LinkDocument(BaseModel):
    """An act in its place in the chain."""

    sequence: int
    hash: str
    previous_hash: str | None
    act: Act


def link_document(link: Link) -> LinkDocument:
    """Write an act in its place."""
    act = link.act
    told = Act(kind=act.kind, movement=act.movement, subject=act.subject, actor=act.actor, at=act.at, facts=dict(act.facts))
    return LinkDocument(sequence=link.sequence, hash=link.hash, previous_hash=link.previous_hash, act=told)
