"""Every subscription gets its turn, many at a time; a receiver that hangs holds its own turn and nobody else's.

At most `turns_max` turns are under way in a process, and of these only a part belongs to receivers that failed last, so that those who
answer always find room. A turn holds a lease; it is kept while the turn runs, and lapses when the process dies.
"""

import asyncio
import json
import time
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from services.notifications import metrics, store
from services.notifications.domain.deliveries import Progress
from services.notifications.domain.notices import Notice, NoticeKind
from services.notifications.workers.turn import Delivery, take_turn
from shared.logging import logger
from shared.messaging import Transaction, Transactions

log = logger(__name__)
OPERATOR = ""
SOURCE = "/thidua/notifications"


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierLimits:
    """How many turns at a time, and how long a lease lasts without being kept."""

    turns_max: int = 64
    failing_turns_max: int = 16
    turns_taken_max: int = 32
    recording_max: int = 4
    lease_seconds: float = 6.0
    keep_lease_seconds: float = 2.0
    wait_seconds: float = 0.5

    @classmethod
    def for_turns(cls, turns_max: int) -> "CourierLimits":
        """Leave at most a quarter of the turns to receivers that failed last."""
        return cls(turns_max=turns_max, failing_turns_max=max(turns_max // 4, 1), turns_taken_max=max(turns_max // 2, 1))


@dataclass(frozen=True, slots=True)
class _UnderWay:
    task: asyncio.Task[None]
    failing: bool


class Courier:
    """Hands out turns. `work` is one step of a worker: take what is due, then wait for the first turn to end or the feed to move."""

    def __init__(self, delivery: Delivery, transactions: Transactions, moves: store.FeedMoves, limits: CourierLimits | None = None) -> None:
        self._delivery = delivery
        self._transactions = transactions
        self._moves = moves
        self._limits = limits or CourierLimits()
        self._lease = uuid4()
        self._under_way: dict[UUID, _UnderWay] = {}
        self._leases_kept_at = 0.0
        self._recording = asyncio.Semaphore(self._limits.recording_max)

    async def work(self) -> bool:
        """Do one step; returns False when nothing is under way."""
        try:
            return await self._step()
        except asyncio.CancelledError:
            # The process is stopping: what is under way is given up, and done again by whoever takes the lease up next.
            await self._give_up()
            raise

    async def close(self) -> None:
        """Give up what is under way, and close all connections to receivers."""
        await self._give_up()
        await self._delivery.sender.close()

    async def _step(self) -> bool:
        ticket = self._moves.ticket()
        self._forget_ended()
        await self._take_due()
        if not self._under_way:
            return False
        await self._wait(ticket)
        return True

    async def _give_up(self) -> None:
        tasks = {each.task for each in self._under_way.values()}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _take_due(self) -> None:
        free = min(self._limits.turns_max - len(self._under_way), self._limits.turns_taken_max)
        failing = sum(1 for each in self._under_way.values() if each.failing)
        async with self._transactions.begin(()) as transaction:
            until = transaction.now + timedelta(seconds=self._limits.lease_seconds)
            await self._keep_leases(transaction)
            healthy = await store.take_due_subscriptions(transaction, lease=self._lease, until=until, failing=False, limit=max(free, 0))
            room = max(min(free - len(healthy), self._limits.failing_turns_max - failing), 0)
            failed = await store.take_due_subscriptions(transaction, lease=self._lease, until=until, failing=True, limit=room)
        for taken in (*healthy, *failed):
            self._begin(taken)

    async def _keep_leases(self, transaction: Transaction) -> None:
        if time.monotonic() - self._leases_kept_at < self._limits.keep_lease_seconds:
            return
        self._leases_kept_at = time.monotonic()
        until = transaction.now + timedelta(seconds=self._limits.lease_seconds)
        await store.keep_leases(transaction, list(self._under_way), lease=self._lease, until=until)

    def _begin(self, taken: store.TakenSubscription) -> None:
        """Begin a turn, unless the subscription's last one, whose lease had lapsed, is still under way here."""
        if taken.id not in self._under_way:
            task = asyncio.create_task(self._turn(taken), name=f"webhook-turn-{taken.id}")
            self._under_way[taken.id] = _UnderWay(task, taken.failures > 0)

    async def _turn(self, taken: store.TakenSubscription) -> None:
        progress = await take_turn(self._delivery, taken)
        async with self._recording, self._transactions.begin(()) as transaction:
            owner = await store.keep_progress(transaction, taken.id, progress, self._lease)
            if owner is not None:
                await store.log_attempts(transaction, taken.id, progress.attempts)
                await store.append_notices(transaction, _notices(taken, progress, owner, transaction))
        for attempt in progress.attempts:
            metrics.DELIVERIES.labels(attempt.outcome).inc()

    async def _wait(self, ticket: asyncio.Event) -> None:
        moved = asyncio.create_task(ticket.wait())
        tasks = {each.task for each in self._under_way.values()}
        try:
            await asyncio.wait({moved, *tasks}, timeout=self._limits.wait_seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            moved.cancel()

    def _forget_ended(self) -> None:
        """A turn that raised is not lost: its lease lapses, and it is taken again. It must not stop the turns of others."""
        ended = {id_: each.task for id_, each in self._under_way.items() if each.task.done()}
        for id_, task in ended.items():
            del self._under_way[id_]
            error = None if task.cancelled() else task.exception()
            if error is not None:
                log.error("webhook-turn-failed", subscription=str(id_), exc_info=error)


def _notices(taken: store.TakenSubscription, progress: Progress, owner: str, transaction: Transaction) -> list[Notice]:
    """A subscription that was disabled is told to the operator."""
    if progress.disabled_because is None:
        return []
    log.warning("subscription-disabled", subscription=str(taken.id), owner=owner, because=progress.disabled_because)
    data = {"subscription": str(taken.id), "owner": owner, "url": taken.url, "because": str(progress.disabled_because)}
    return [
        Notice(
            event_source=SOURCE,
            event_id=f"{taken.id}/{progress.position}/disabled",
            kind=NoticeKind.SUBSCRIPTION_DISABLED,
            agency=OPERATOR,
            movement=None,
            period=None,
            data=json.dumps(data, ensure_ascii=False),
            happened_at=transaction.now,
        )
    ]
