"""The consumer: one poll, one transaction. `take` is the list of promises; nothing but cancellation ever leaves it.

Why so careful: FastStream skips a batch whose handler, parser or decoder raises, and the next commit buries it.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError

from shared.logging import logger
from shared.messaging import metrics
from shared.messaging.backoff import Backoff, pause
from shared.messaging.hand import Hand
from shared.messaging.isolate import Isolation
from shared.messaging.records import RawRecord, Record, record_of
from shared.messaging.settings import Limits
from shared.readiness import Readiness

E = TypeVar("E")

log = logger(__name__)


class Consuming(Generic[E]):
    """Takes the batches of one consumer, one at a time."""

    def __init__(self, name: str, isolation: Isolation[E], readiness: Readiness, limits: Limits) -> None:
        self.name = name
        self.oldest_in_hand: datetime | None = None
        self._isolation = isolation
        self._readiness = readiness
        self._part = f"offsets {name}"
        self._limits = limits
        self._hand: Hand | None = None
        self._stopping = False

    async def take(self, raw: Sequence[RawRecord], kafka: AIOKafkaConsumer) -> None:
        """Deal with one polled batch."""
        with metrics.BATCH_SECONDS.labels(self.name).time():
            records = [record_of(each) for each in raw]
            hand = self._take_in_hand(records)
            try:
                # 1. Every record is settled in a transaction: applied, known as a duplicate, or kept as a dead letter.
                # 2. What fails for a passing cause waits; nothing is skipped, and nothing raises.
                settled = await self._settled(records, hand)
                # 3. Only then, and only for these records, the offsets move. A batch given up moves none.
                if settled:
                    await self._commit(offsets_after(records), hand, kafka)
                else:
                    metrics.GIVEN_UP.labels(self.name).inc()
            finally:
                # 4. A rebalance or a stop that waits for the batch goes on.
                hand.done.set()
                self._hand, self.oldest_in_hand = None, None

    async def finish(self, seconds: float) -> None:
        """Let the batch in hand end, or give it up; the inbox makes the repeat harmless."""
        if self._hand is not None and not await self._hand.finished_within(seconds):
            log.warning("batch-given-up", consumer=self.name, seconds=seconds)

    async def stop(self, seconds: float) -> None:
        """Begin no further batch, and finish the one in hand."""
        self._stopping = True
        await self.finish(seconds)

    def _take_in_hand(self, records: Sequence[Record]) -> Hand:
        self._hand = Hand()
        if self._stopping:
            self._hand.give_up()
        self.oldest_in_hand = min(record.appended_at for record in records)
        metrics.BATCH_RECORDS.labels(self.name).observe(len(records))
        return self._hand

    async def _settled(self, records: Sequence[Record], hand: Hand) -> bool:
        """Isolate never raises; should it all the same, the batch is begun again rather than lost."""
        while not hand.given_up.is_set():
            try:
                return await self._isolation.deal_with(records, hand)
            except Exception:
                log.exception("batch-failed", consumer=self.name)
                hand.in_trouble = True
                await pause(self._limits.backoff_seconds_max, unless=hand.given_up)
        return False

    async def _commit(self, offsets: dict[TopicPartition, int], hand: Hand, kafka: AIOKafkaConsumer) -> None:
        """Commit what is still ours, however often it takes: no later record may come to make up for it, and a period waits for offsets."""
        backoff = Backoff(ceiling_seconds=self._limits.backoff_seconds_max)
        while ours := {partition: offset for partition, offset in offsets.items() if partition in kafka.assignment()}:
            failure = await self._commit_once(ours, kafka)
            if failure is None or hand.given_up.is_set():
                break
            hand.in_trouble = True
            self._readiness.down(self._part, f"offsets can not be committed: {failure!r}")
            await pause(backoff.delay(), unless=hand.given_up)
        self._readiness.up(self._part)

    async def _commit_once(self, ours: dict[TopicPartition, int], kafka: AIOKafkaConsumer) -> Exception | None:
        """Tell what passes. Where the group has moved on, the offsets are another's: that costs a repeat, which the inbox knows."""
        try:
            # aiokafka's commit has no limit of its own: it waits for as long as the coordinator is away.
            await asyncio.wait_for(kafka.commit(ours), self._limits.commit_seconds_max)
        except Exception as error:  # noqa: BLE001 - what leaves `take` costs records
            metrics.COMMIT_FAILURES.labels(self.name).inc()
            log.warning("offsets-not-committed", consumer=self.name, error=repr(error))
            return None if isinstance(error, CommitFailedError | IllegalStateError) else error
        return None


def offsets_after(records: Sequence[Record]) -> dict[TopicPartition, int]:
    """Name, for each partition, the offset behind the last record."""
    offsets: dict[TopicPartition, int] = {}
    for record in records:
        partition = TopicPartition(record.topic, record.partition)
        offsets[partition] = max(offsets.get(partition, 0), record.offset + 1)
    return offsets


class Waiting(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka accepts nothing else as a listener
    """Revocation waits for the batch in hand, within a bound: only so no other member does the same work meanwhile."""

    def __init__(self, consuming: Consuming[Any], limits: Limits) -> None:
        self._consuming = consuming
        self._limits = limits

    async def on_partitions_revoked(self, revoked: Sequence[TopicPartition]) -> None:
        """Wait; the group waits with us for `rebalance_timeout_ms`."""
        if revoked:
            await self._consuming.finish(self._limits.rebalance_wait_seconds_max)

    async def on_partitions_assigned(self, assigned: Sequence[TopicPartition]) -> None:
        """Count it: more than a few an hour means that members come and go."""
        metrics.REBALANCES.labels(self._consuming.name).inc()
        log.info("partitions-assigned", consumer=self._consuming.name, partitions=len(assigned))
