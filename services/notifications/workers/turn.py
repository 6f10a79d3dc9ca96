"""One subscription's turn: first the parked lanes that are due, then on from the cursor, for a bounded time.

A failed event parks its own lane and nothing else. What was not attempted is not passed by: the cursor moves only over events that were
delivered, parked, or lie in a parked lane.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from standardwebhooks import Webhook

from services.notifications import store
from services.notifications.domain.deliveries import (
    Attempt,
    DisabledBecause,
    Outcome,
    Patience,
    Progress,
    after_delivery,
    after_failure,
    after_lane,
    is_full,
    lanes_due,
    moved_to,
    waiting_when_full,
)
from services.notifications.domain.feed import Bounds, Entry
from services.notifications.workers.sending import Sender
from shared.clock import Clock
from shared.database import Pool

PAGE_ENTRIES_MAX = 50
SCANNED_POSITIONS_MAX = 5_000
ATTEMPTS_MAX = 200
CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What a turn needs of the world."""

    pool: Pool
    sender: Sender
    clock: Clock
    patience: Patience
    chance: Callable[[], float]
    turn_seconds_max: float = 5.0


class Turn:
    """A turn under way; `progress` is what it has come to."""

    def __init__(self, delivery: Delivery, taken: store.TakenSubscription, progress: Progress, bounds: Bounds) -> None:
        self.progress = progress
        self._delivery = delivery
        self._taken = taken
        self._bounds = bounds
        self._ends_at = time.monotonic() + delivery.turn_seconds_max

    @property
    def over(self) -> bool:
        """Whether no more is to be attempted: the receiver rests, the subscription is disabled, or the time is up."""
        stopped = self.progress.disabled_because is not None or self.progress.rest_until is not None
        return stopped or time.monotonic() >= self._ends_at or len(self.progress.attempts) >= ATTEMPTS_MAX

    async def retry_lanes(self) -> None:
        """Let each parked lane that is due catch up with the cursor."""
        for parked in lanes_due(self.progress, self._delivery.patience, self._delivery.clock.now()):
            await self._catch_up(parked.lane)

    async def _catch_up(self, lane: str) -> None:
        going_on = True
        while going_on and not self.over:
            after = self.progress.lanes[lane].position - 1
            entries = await self._read(after=after, through=self.progress.position, lane=lane)
            going_on = await self._deliver_all(entries) if entries else False
            if not entries:
                self.progress = after_lane(self.progress, lane)

    async def _deliver_all(self, entries: Sequence[Entry]) -> bool:
        for entry in entries:
            if self.over or not await self._deliver(entry):
                return False
        return True

    async def go_on(self) -> None:
        """Send what lies after the cursor."""
        while not self._stuck and self.progress.position < self._bounds.last_position:
            through = min(self._bounds.last_position, self.progress.position + SCANNED_POSITIONS_MAX)
            entries = await self._read(after=self.progress.position, through=through)
            passed = await self._pass_all(entries)
            if passed and len(entries) < PAGE_ENTRIES_MAX:
                self.progress = moved_to(self.progress, through)

    @property
    def _stuck(self) -> bool:
        return self.over or is_full(self.progress, self._delivery.patience)

    async def _pass_all(self, entries: Sequence[Entry]) -> bool:
        for entry in entries:
            if self._stuck:
                return False
            if entry.lane not in self.progress.lanes:
                await self._deliver(entry)
            self.progress = moved_to(self.progress, entry.position)
        return True

    async def _read(self, *, after: int, through: int, lane: str | None = None) -> list[Entry]:
        sight, wish = self._taken.sight, self._taken.wish
        return await store.read_feed(
            self._delivery.pool, after=after, through=through, sight=sight, wish=wish, limit=PAGE_ENTRIES_MAX, lane=lane
        )

    async def _deliver(self, entry: Entry) -> bool:
        """Attempt once; the receiver sees the same id as the feed and Kafka."""
        delivery, body = self._delivery, entry.body
        at, started = delivery.clock.now(), time.monotonic()
        headers = {
            "content-type": CONTENT_TYPE,
            "user-agent": "thidua-notifications",
            "webhook-id": entry.id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(self._taken.secret).sign(msg_id=entry.id, timestamp=at, data=body),
        }
        answer = await delivery.sender.post(self._taken.url, body.encode(), headers)
        attempt = Attempt(
            position=entry.position,
            event_id=entry.id,
            event_name=entry.name,
            at=at,
            outcome=answer.outcome,
            status=answer.status,
            took_ms=int((time.monotonic() - started) * 1000),
            detail=answer.detail,
        )
        delivered = answer.outcome is Outcome.DELIVERED
        if delivered:
            self.progress = after_delivery(self.progress, attempt, entry.lane, delivery.patience)
        else:
            self.progress = after_failure(self.progress, attempt, entry.lane, delivery.patience, delivery.chance())
        return delivered


async def take_turn(delivery: Delivery, taken: store.TakenSubscription) -> Progress:
    """Send for a bounded time and tell how far the subscription came."""
    bounds = await store.feed_bounds(delivery.pool)
    lanes = await store.parked_lanes(delivery.pool, taken.id)
    progress = Progress(position=taken.position, failures=taken.failures, lanes=lanes)
    oldest = min([taken.position, *(lane.position - 1 for lane in lanes.values())])
    if oldest < bounds.pruned_through:
        return replace(progress, disabled_because=DisabledBecause.EVENTS_FORGOTTEN)
    turn = Turn(delivery, taken, progress, bounds)
    await turn.retry_lanes()
    await turn.go_on()
    return waiting_when_full(turn.progress, delivery.patience)
