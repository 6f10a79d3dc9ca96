"""Returning a report with what must be mended, and withdrawing one: what no longer counts, from when, and why."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.reporting.acts.recording import recorded
from services.reporting.acts.refusal import refusals_told
from services.reporting.contract.telling import ACTS, Saying, VersionNamed, agency_lock, told_returned, told_withdrawn
from services.reporting.domain.chain import Act
from services.reporting.domain.judging import PlanInForce
from services.reporting.domain.periods import PeriodState
from services.reporting.domain.problems import Refused, problem
from services.reporting.store import periods, receipts
from services.reporting.store.plans import Plans
from shared.messaging import Lock, LockKind, Transaction, Transactions


@dataclass(frozen=True, slots=True, kw_only=True)
class Returning:
    """Why a version goes back, and what must be mended in it: criteria with a comment each."""

    reason: str
    items: tuple[tuple[str, str], ...] = ()


class Reports:
    """The acts on reports that were accepted."""

    def __init__(self, transactions: Transactions, plans: Plans) -> None:
        self._transactions = transactions
        self._plans = plans

    async def return_(self, named: VersionNamed, returning: Returning, actor: str) -> datetime:
        """Return the version that counts; the same again does nothing. Returns when it was returned."""
        with refusals_told():
            async with self._transactions.begin([*locks_of(named), ACTS]) as transaction:
                force = await self._open(transaction, named)
                before = await returned_before(transaction, named, returning)
                if before is not None:
                    return before
                demand_criteria(force, returning.items)
                await self._return(transaction, force, named, returning, actor)
                return transaction.now

    async def _return(self, transaction: Transaction, force: PlanInForce, named: VersionNamed, returning: Returning, actor: str) -> None:
        items = [{"criterion": criterion, "comment": comment} for criterion, comment in returning.items]
        written = json.dumps(items, ensure_ascii=False)
        await receipts.note_return(transaction.connection, key_of(named), transaction.now, returning.reason, written)
        first, second = await transaction.draw_revisions(2)
        saying = Saying(now=transaction.now, test=force.plan.test)
        act = Act(
            kind="report-returned",
            movement=named.movement,
            subject=named.subject,
            actor=actor,
            at=transaction.now,
            facts=(("reason", returning.reason),),
        )
        told = told_returned(saying, named, returning.reason, returning.items, first)
        await transaction.announce([told, await recorded(transaction, saying, act, second)])

    async def withdraw(self, named: VersionNamed, reason: str, actor: str) -> datetime:
        """Withdraw a version and all below it, also those that are still to come; the same again does nothing."""
        with refusals_told():
            async with self._transactions.begin(locks_of(named)) as transaction:
                force = await self._open(transaction, named)
                new = await receipts.keep_withdrawal(transaction.connection, key_of(named), reason, actor, transaction.now)
                if new:
                    revisions = await transaction.draw_revisions(1)
                    saying = Saying(now=transaction.now, test=force.plan.test)
                    await transaction.announce([told_withdrawn(saying, named, reason, revisions[0])])
                return transaction.now

    async def _open(self, transaction: Transaction, named: VersionNamed) -> PlanInForce:
        """The plan, once the period is found to take changes; refused with everything that is not known."""
        force = (await self._plans.in_force(transaction.connection, [named.movement])).get(named.movement)
        if force is None:
            raise Refused([problem("movement-unknown", movement=named.movement)])
        period = await periods.find_period(transaction.connection, named.movement, named.period)
        if period is None:
            raise Refused([problem("period-not-open", movement=named.movement, period=named.period)])
        if period.state is PeriodState.CLOSED:
            raise Refused([problem("period-closed", movement=named.movement, period=named.period)])
        if named.agency not in {agency.code for agency in force.plan.agencies}:
            raise Refused([problem("agency-unknown", agency=named.agency)])
        return force


def locks_of(named: VersionNamed) -> tuple[Lock, ...]:
    """The period, so that it does not close meanwhile, and the agency."""
    return (Lock(LockKind.PERIOD, f"{named.movement}/{named.period}", shared=True), agency_lock(named.agency))


def key_of(named: VersionNamed) -> tuple[str, str, str, int]:
    """The version as its row is found."""
    return named.movement, named.period, named.agency, named.version


async def returned_before(transaction: Transaction, named: VersionNamed, returning: Returning) -> datetime | None:
    """When this very return was made before. Refused where the version is not held, or does not count for another cause."""
    versions = await receipts.versions_of(transaction.connection, named.movement, named.period, named.agency)
    version = next((each for each in versions if each.held.version == named.version), None)
    if version is None:
        raise Refused([problem("report-unknown", version=named.version)])
    kept = [(str(item["criterion"]), str(item["comment"])) for item in version.return_items or []]
    if version.returned_at is not None and (version.return_reason, tuple(kept)) == (returning.reason, returning.items):
        return version.returned_at
    standing = receipts.standing_of(versions)
    if standing is None or standing.version != named.version:
        raise Refused([problem("report-not-standing", version=named.version)])
    return None


def demand_criteria(force: PlanInForce, items: Sequence[tuple[str, str]]) -> None:
    """What must be mended is named by criteria that the plan has."""
    known = {leaf.code for leaf in force.plan.leaves} | {event.code for event in force.plan.events}
    unknown = [
        problem("criterion-unknown", f"/items/{place}/criterion", criterion=criterion)
        for place, (criterion, _) in enumerate(items)
        if criterion not in known
    ]
    if unknown:
        raise Refused(unknown)
