"""Taking in reports: one function for every way in, whatever the size of the batch. Receipts, reports and announcements commit together."""

import math
import time
import uuid
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from services.reporting import metrics
from services.reporting.contract import locks_of_report
from services.reporting.contract.telling import Saying, agency_lock, receipt_key, told_submitted, told_verdict
from services.reporting.domain.identities import Sorting, sorted_out
from services.reporting.domain.judging import Accepted, PlanInForce, Rejected, Verdict, conflicting, judge_all
from services.reporting.domain.sending import Sent
from services.reporting.store import intake as store
from services.reporting.store.plans import Plans
from shared.messaging import Announcement, Lock, Transaction, Transactions, Unavailable

ATTEMPTS_MAX = 3
TOGETHER_MAX = 250


class IdentityTaken(Unavailable):
    """The same source and id were taken in by another transaction meanwhile: look again, and it will be a repeat or a conflict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """The receipt that answers a letter, and whether it was made for it just now."""

    receipt: uuid.UUID
    is_new: bool


class Intake:
    """Takes in what was sent. One for the whole service, so that plans are remembered."""

    def __init__(self, plans: Plans) -> None:
        self._plans = plans

    async def receive(self, transactions: Transactions, sent: Sent) -> Received:
        """Take in one letter in a transaction of its own."""
        (received,) = await self.receive_all(transactions, [sent])
        return received

    async def receive_all(self, transactions: Transactions, sent: Sequence[Sent], seconds_max: float = math.inf) -> list[Received]:
        """Take in letters, some at a time, each some in one transaction; tells of each in order, of fewer where time ran out."""
        received, end = list[Received](), time.monotonic() + seconds_max
        for start in range(0, len(sent), TOGETHER_MAX):
            if time.monotonic() > end:
                break
            received += await self._receive_some(transactions, sent[start : start + TOGETHER_MAX])
        return received

    async def _receive_some(self, transactions: Transactions, sent: Sequence[Sent]) -> list[Received]:
        """Take in some; begins again where another took an identity meanwhile."""
        for _ in range(ATTEMPTS_MAX - 1):
            with suppress(IdentityTaken):
                return await self._receive_once(transactions, sent)
        return await self._receive_once(transactions, sent)

    async def _receive_once(self, transactions: Transactions, sent: Sequence[Sent]) -> list[Received]:
        async with transactions.begin({lock for one in sent for lock in locks_of_report(one)}) as transaction:
            sorting = await self.take_in(transaction, sent)
        made = {one.receipt for one in sorting.fresh} | {one.conflict_receipt for one in sorting.conflicting}
        first = dict.fromkeys(sorting.receipts)  # the same twice in one bundle is new once
        return [Received(receipt=receipt, is_new=receipt in made and first.pop(receipt, receipt) is None) for receipt in sorting.receipts]

    async def take_in(self, transaction: Transaction, sent: Sequence[Sent]) -> Sorting:
        """Judge letters and keep what comes of it; returns which were new, and the receipt of each, in order."""
        connection = transaction.connection
        plans = await self._plans.in_force(connection, (one.draft.movement for one in sent if one.draft.movement))
        understood = await store.understand(connection, plans, sent)
        await transaction.lock(locks_of_keys(sent, understood.agencies))
        sorting = sorted_out(sent, await store.digests_of_receipts(connection, sent))
        agency_of = {id(one): agency for one, agency in zip(sent, understood.agencies, strict=True)}
        fresh = [(one, agency_of[id(one)]) for one in sorting.fresh]
        verdicts = await judged(transaction, plans, fresh)
        verdicts += [conflicting(one, agency_of[id(one)]) for one in sorting.conflicting]
        await keep_and_announce(transaction, plans, verdicts)
        return sorting


def locks_of_keys(sent: Sequence[Sent], agencies: Sequence[str | None]) -> Iterable[Lock]:
    """The agencies that letters are about; the source where the agency is not known."""
    return {agency_lock(receipt_key(one.source, agency)) for one, agency in zip(sent, agencies, strict=True)}


async def judged(transaction: Transaction, plans: dict[str, PlanInForce], letters: Sequence[tuple[Sent, str | None]]) -> list[Verdict]:
    """Load what the letters are judged by, and judge them."""
    if not letters:
        return []
    circumstances = await store.circumstances_of(transaction.connection, plans, letters)
    shelves = await store.shelves_of(transaction.connection, letters)
    return judge_all([(one, around) for (one, _), around in zip(letters, circumstances, strict=True)], shelves)


async def keep_and_announce(transaction: Transaction, plans: dict[str, PlanInForce], verdicts: Sequence[Verdict]) -> None:
    """Keep receipts and new reports, and tell of both; a source without topics is not told, for there is nowhere to tell it."""
    if not verdicts:
        return
    connection = transaction.connection
    new = [verdict for verdict in verdicts if isinstance(verdict, Accepted) and verdict.is_new]
    revisions = await transaction.draw_revisions(len(verdicts) + len(new))
    numbered = list(zip(verdicts, revisions, strict=False))
    submitted = list(zip(new, revisions[len(verdicts) :], strict=True))
    if await store.keep_receipts(connection, numbered) < len(verdicts):
        raise IdentityTaken("a receipt was made by another transaction meanwhile")
    await store.keep_reports(connection, [(verdict.report, revision) for verdict, revision in submitted])
    registered = await store.sources_registered(connection, [verdict.sent.source for verdict in verdicts])
    told = [tell_submitted(transaction, plans, verdict, revision) for verdict, revision in submitted]
    told += [
        told_verdict(saying_of(transaction, plans, verdict), verdict, revision)
        for verdict, revision in numbered
        if verdict.sent.source in registered
    ]
    await transaction.announce(told)
    count(verdicts)


def tell_submitted(transaction: Transaction, plans: dict[str, PlanInForce], verdict: Accepted, revision: int) -> Announcement:
    """Tell everyone of a new report."""
    return told_submitted(saying_of(transaction, plans, verdict), verdict.report, revision, verdict.sent.traceparent)


def saying_of(transaction: Transaction, plans: dict[str, PlanInForce], verdict: Verdict) -> Saying:
    """What is said of a sandbox movement is marked as such."""
    force = plans.get(verdict.sent.draft.movement or "")
    return Saying(now=transaction.now, test=force is not None and force.plan.test)


def count(verdicts: Sequence[Verdict]) -> None:
    """Count verdicts by what they are."""
    for verdict in verdicts:
        outcome = "accepted" if isinstance(verdict, Accepted) else "conflict" if is_conflict(verdict) else "rejected"
        metrics.VERDICTS.labels(verdict.sent.channel, outcome).inc()


def is_conflict(verdict: Rejected) -> bool:
    """Whether the identity or the version is another body's."""
    return verdict.conflict or verdict.problems[0].code == "version-conflict"
