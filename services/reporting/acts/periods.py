"""Opening, extending, closing and reopening periods: each an act with an actor, told for each cluster, under the period's lock."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from services.reporting.acts.recording import linked, recorded
from services.reporting.acts.refusal import refusals_told
from services.reporting.contract.acts_told import told_act
from services.reporting.contract.telling import (
    ACTS,
    Saying,
    movement_lock,
    told_closed,
    told_extended,
    told_opened,
    told_reopened,
)
from services.reporting.domain.chain import Act
from services.reporting.domain.judging import PlanInForce
from services.reporting.domain.periods import (
    PeriodState,
    Reopening,
    ReportingPeriod,
    Window,
    closed,
    closing,
    demand_reopenable,
    demand_second_person,
    extended,
    frozen_clusters,
    opened,
    reopened,
)
from services.reporting.domain.problems import Refused, problem
from services.reporting.store import periods as store
from services.reporting.store.periods import MemberStanding
from services.reporting.store.plans import Plans
from shared.messaging import Announcement, Lock, LockKind, Transaction, Transactions

CLOSING_WORKER = "reporting.closing"
SCHEDULE = "schedule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bidding:
    """Which period something is to be done to, by whom and why."""

    movement: str
    period: str
    actor: str
    reason: str | None = None

    @property
    def locks(self) -> tuple[Lock, ...]:
        """Whoever changes a period holds its movement's key, itself and the chain of acts."""
        return (movement_lock(self.movement), Lock(LockKind.PERIOD, f"{self.movement}/{self.period}"), ACTS)


class Periods:
    """The acts on periods."""

    def __init__(self, transactions: Transactions, plans: Plans) -> None:
        self._transactions = transactions
        self._plans = plans

    async def open(self, bidding: Bidding) -> ReportingPeriod:
        """Open a period with the plan's dates and freeze its members."""
        with refusals_told():
            async with self._transactions.begin(bidding.locks) as transaction:
                force = await self._force(transaction, bidding.movement)
                if await store.find_period(transaction.connection, bidding.movement, bidding.period) is not None:
                    raise Refused([problem("period-already-open", movement=bidding.movement, period=bidding.period)])
                period = opened(force.plan, bidding.period, transaction.now)
                clusters = frozen_clusters(force.plan, bidding.period)
                await store.keep_period(transaction.connection, period)
                await store.keep_members(transaction.connection, period, clusters)
                saying = Saying(now=transaction.now, test=force.plan.test)
                tell = [partial(told_opened, saying, period, cluster) for cluster in clusters]
                facts = {"members": str(sum(len(cluster.members) for cluster in clusters)), "plan_hash": period.plan_hash}
                await tell_and_record(transaction, saying, tell, act_of(bidding, "period-opened", transaction.now, facts))
                return period

    async def extend(self, bidding: Bidding, wanted: Window) -> ReportingPeriod:
        """Move dates of an open period."""
        return await self._change(bidding, "period-extended", lambda period, now: extended(period, wanted, now), told_extended)

    async def close(self, bidding: Bidding) -> ReportingPeriod:
        """Begin to close; a worker finishes it when all that was handed in before is read. Nothing is told before that."""
        return await self._change(bidding, "period-closing", lambda found, now: closing(found, bidding.reason, now), None)

    async def ask_to_reopen(self, bidding: Bidding, closes_at: datetime | None) -> Reopening:
        """Ask for a closed period to be reopened; nothing opens before another person confirms it."""
        with refusals_told():
            async with self._transactions.begin(bidding.locks) as transaction:
                force = await self._force(transaction, bidding.movement)
                found = await self._found(transaction, force, bidding)
                demand_reopenable(found, closes_at, transaction.now)
                facts = {"closes_at": instant_text(closes_at)} if closes_at else {}
                link = await linked(transaction, act_of(bidding, "reopening-asked", transaction.now, facts))
                asked = Reopening(
                    request=link.sequence,
                    reason=bidding.reason or "",
                    closes_at=closes_at,
                    asked_by=bidding.actor,
                    asked_at=transaction.now,
                )
                await store.keep_reopening(transaction.connection, found, asked)
                [revision] = await transaction.draw_revisions(1)
                await transaction.announce([told_act(Saying(now=transaction.now, test=force.plan.test), link, revision)])
                return asked

    async def reopen(self, bidding: Bidding, request: int) -> ReportingPeriod:
        """Open a closed period again, as another person asked."""
        with refusals_told():
            async with self._transactions.begin(bidding.locks) as transaction:
                force = await self._force(transaction, bidding.movement)
                found = await self._found(transaction, force, bidding)
                standing = await store.find_reopening(transaction.connection, bidding.movement, bidding.period)
                asked = demand_second_person(standing, found, request, bidding.actor)
                period = reopened(found, asked, transaction.now)
                await store.keep_period(transaction.connection, period)
                await store.forget_reopening(transaction.connection, period)
                saying = Saying(now=transaction.now, test=force.plan.test)
                members = await store.members_standing(transaction.connection, period)
                tell = [partial(told_reopened, saying, period, cluster, asked, bidding.actor) for cluster in store.by_cluster(members)]
                facts = {**dates_of(period), "reason": asked.reason, "asked_by": asked.asked_by, "request": str(asked.request)}
                await tell_and_record(transaction, saying, tell, act_of(bidding, "period-reopened", transaction.now, facts))
                transaction.wake(CLOSING_WORKER)
                return period

    async def finish_close(self, movement: str, period: str) -> ReportingPeriod | None:
        """Close for good, and tell for each cluster which versions count; none where it is no longer closing."""
        bidding = Bidding(movement=movement, period=period, actor=SCHEDULE)
        async with self._transactions.begin(bidding.locks) as transaction:
            found = await store.find_period(transaction.connection, movement, period)
            if found is None or found.state is not PeriodState.CLOSING:
                return None
            force = await self._force(transaction, movement)
            done = closed(found, transaction.now)
            await store.keep_period(transaction.connection, done)
            members = await store.members_standing(transaction.connection, done)
            saying = Saying(now=transaction.now, test=force.plan.test)
            tell = [
                partial(told_closed, saying, done, cluster, [(member.agency, member.version) for member in group])
                for cluster, group in store.by_cluster(members).items()
            ]
            reported = sum(member.version is not None for member in members)
            facts = {"members": str(len(members)), "reports": str(reported), "standing": standing_digest(members)}
            await tell_and_record(transaction, saying, tell, act_of(bidding, "period-closed", transaction.now, facts))
            return done

    async def _change(
        self,
        bidding: Bidding,
        kind: str,
        change: Callable[[ReportingPeriod, datetime], ReportingPeriod],
        told: Callable[[Saying, ReportingPeriod, str, str, int], Announcement] | None,
    ) -> ReportingPeriod:
        with refusals_told():
            async with self._transactions.begin(bidding.locks) as transaction:
                force = await self._force(transaction, bidding.movement)
                found = await self._found(transaction, force, bidding)
                changed = change(found, transaction.now)
                if changed is found:
                    return found
                await store.keep_period(transaction.connection, changed)
                saying = Saying(now=transaction.now, test=force.plan.test)
                members = await store.members_standing(transaction.connection, changed) if told else []
                tell = (
                    [partial(told, saying, changed, cluster, bidding.reason or "") for cluster in store.by_cluster(members)] if told else []
                )
                await tell_and_record(transaction, saying, tell, act_of(bidding, kind, transaction.now, dates_of(changed)))
                transaction.wake(CLOSING_WORKER)
                return changed

    async def _found(self, transaction: Transaction, force: PlanInForce, bidding: Bidding) -> ReportingPeriod:
        """The period, or the refusal that says why there is none."""
        found = await store.find_period(transaction.connection, bidding.movement, bidding.period)
        if found is not None:
            return found
        planned = any(period.code == bidding.period for period in force.plan.periods)
        raise Refused([problem("period-not-open" if planned else "period-unknown", movement=bidding.movement, period=bidding.period)])

    async def _force(self, transaction: Transaction, movement: str) -> PlanInForce:
        """The plan in force, or the refusal that says that there is none."""
        force = (await self._plans.in_force(transaction.connection, [movement])).get(movement)
        if force is None:
            raise Refused([problem("movement-unknown", movement=movement)])
        return force


def dates_of(period: ReportingPeriod) -> Mapping[str, str]:
    """The dates that hold, as the record of acts has them."""
    window = period.window
    dates = {"due_at": window.due_at, "grace_ends_at": window.grace_ends_at, "closes_at": window.closes_at}
    return {name: instant_text(instant) for name, instant in dates.items() if instant is not None}


def instant_text(instant: datetime) -> str:
    """An instant as the record of acts has it."""
    return instant.isoformat().replace("+00:00", "Z")


def standing_digest(members: Sequence[MemberStanding]) -> str:
    """One hash over every member and the version that counts, so that the act stands for each of them."""
    lines = (f"{member.cluster} {member.agency} {member.version or '-'}" for member in members)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def act_of(bidding: Bidding, kind: str, now: datetime, facts: Mapping[str, str]) -> Act:
    """The act as it goes on record."""
    told = {**facts, **({"reason": bidding.reason} if bidding.reason else {})}
    subject = f"{bidding.movement}/{bidding.period}"
    return Act(kind=kind, movement=bidding.movement, subject=subject, actor=bidding.actor, at=now, facts=tuple(sorted(told.items())))


async def tell_and_record(transaction: Transaction, saying: Saying, tell: Sequence[Callable[[int], Announcement]], act: Act) -> None:
    """Tell what is to be told, each with a revision, and put the act on the chain."""
    revisions = await transaction.draw_revisions(len(tell) + 1)
    told = [say(revision) for say, revision in zip(tell, revisions, strict=False)]
    await transaction.announce([*told, await recorded(transaction, saying, act, revisions[-1])])
