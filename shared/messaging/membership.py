"""A consumer's membership of its group: joins whenever the broker is there, measures how far behind it is, and leaves in good order."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import IllegalStateError, KafkaError
from faststream.kafka import KafkaBroker

from shared.logging import logger
from shared.messaging import metrics
from shared.messaging.backoff import Backoff, pause
from shared.messaging.breaker import Breaker
from shared.messaging.consumer import Consuming, Waiting
from shared.messaging.consumes import Consumes
from shared.messaging.kafka import client_of, is_polling, start, subscribe
from shared.messaging.settings import KafkaSettings, Limits
from shared.messaging.skip import Skips
from shared.readiness import Readiness

log = logger(__name__)

START_SECONDS_MAX = 30.0
LEAVE_SECONDS_MAX = 1.5
WATCH_SECONDS = 5.0
POSITION_SECONDS_MAX = 1.0
ROLLBACK_SECONDS_MAX = 0.3


class PollingEnded(Exception):
    """FastStream's polling task is gone although nobody stopped it."""


class Membership:
    """One consumer in its group."""

    def __init__(
        self,
        consumes: Consumes[Any],
        consuming: Consuming[Any],
        breaker: Breaker,
        *,
        skips: Skips,
        kafka: KafkaSettings,
        readiness: Readiness,
        limits: Limits,
    ) -> None:
        self._consumes = consumes
        self._consuming = consuming
        self._breaker = breaker
        self._skips = skips
        self._kafka = kafka
        self._readiness = readiness
        self._limits = limits
        self._part = f"group {consumes.name}"

    async def run(self, stopping: asyncio.Event) -> None:
        """Join, watch, and leave when told to stop."""
        self._readiness.down(self._part, "not joined yet")
        broker = await self._joined(stopping)
        if broker is None:
            return
        self._readiness.up(self._part)
        try:
            await self._watch(broker, stopping)
        finally:
            await self._consuming.stop(self._limits.stop_seconds_max * 0.4)
            await _stopped(broker)
            await self._consuming.finish(ROLLBACK_SECONDS_MAX)

    async def _watch(self, broker: KafkaBroker, stopping: asyncio.Event) -> None:
        """Measure, and be loud where nobody polls any more: FastStream's task may end and leave everything else running."""
        while not stopping.is_set():
            await pause(WATCH_SECONDS, unless=stopping)
            if not is_polling(broker):
                raise PollingEnded(f"consumer {self._consumes.name} polls no more")
            await self._measure(client_of(broker))

    async def _joined(self, stopping: asyncio.Event) -> KafkaBroker | None:
        """Start, however often it takes; None when told to stop before."""
        backoff = Backoff(ceiling_seconds=self._limits.backoff_seconds_max)
        while not stopping.is_set():
            broker = self._broker()
            try:
                async with asyncio.timeout(START_SECONDS_MAX):
                    await self._breaker.recall()
                    await start(broker, self._consumes.name, self._skips)
            except Exception as error:  # noqa: BLE001 - database or broker are away: keep trying
                await _stopped(broker)
                self._readiness.down(self._part, f"can not join: {error!r}")
                log.warning("join-waits", consumer=self._consumes.name, error=repr(error))
                await pause(backoff.delay(), unless=stopping)
            else:
                return broker
        return None

    def _broker(self) -> KafkaBroker:
        async def take(raw: Any) -> None:  # FastStream makes a model of any other annotation
            await self._consuming.take(raw, client_of(broker))

        broker = subscribe(self._kafka, self._consumes, take, Waiting(self._consuming, self._limits), self._limits)
        return broker

    async def _measure(self, client: AIOKafkaConsumer) -> None:
        """Show the lag. A position counts what is in hand as done, so the age of what is in hand is shown beside it."""
        behind = 0
        for partition in client.assignment():
            # A rebalance may take the partition, or its position, away while we ask.
            with suppress(KafkaError, IllegalStateError, TimeoutError):
                position = await asyncio.wait_for(client.position(partition), POSITION_SECONDS_MAX)
                behind += max(0, (client.highwater(partition) or 0) - position)
        oldest = self._consuming.oldest_in_hand
        metrics.LAG_RECORDS.labels(self._consumes.name).set(behind)
        metrics.LAG_SECONDS.labels(self._consumes.name).set((datetime.now(UTC) - oldest).total_seconds() if oldest else 0)


async def _stopped(broker: KafkaBroker) -> None:
    """Leave the group and close, within a bound: a broker that is away answers nothing."""
    try:
        await asyncio.wait_for(broker.stop(), LEAVE_SECONDS_MAX)
    except Exception as error:  # noqa: BLE001 - it ends all the same
        log.warning("leave-failed", error=repr(error))
