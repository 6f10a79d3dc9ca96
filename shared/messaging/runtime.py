"""Starts and stops all that moves: relay, consumers, workers. What is away at the start is waited for; a task that dies is loud."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

import asyncpg

from shared.clock import Clock
from shared.logging import logger
from shared.messaging.breaker import Breaker
from shared.messaging.consumer import Consuming
from shared.messaging.consumes import Consumer
from shared.messaging.housekeeping import feel_database, feel_kafka, housekeeping
from shared.messaging.isolate import Isolation
from shared.messaging.membership import Membership
from shared.messaging.outbox import RELAY
from shared.messaging.relay import Relay
from shared.messaging.settings import KafkaSettings, Limits
from shared.messaging.skip import Skips
from shared.messaging.transaction import Transactions
from shared.messaging.wakeup import Wakeup
from shared.messaging.worker import Worker, run_worker
from shared.readiness import Readiness

log = logger(__name__)

# Connections that the runtime needs: LISTEN, NOTIFY and the relay keep one each, two are for what asks and tidies now and then.
CONNECTIONS_HELD = 5
CANCEL_SECONDS_MAX = 1.0


class Runtime:
    """`pool` serves transactions; `own_pool`, of at least CONNECTIONS_HELD, serves the connections that the runtime keeps.

    `died` is set when a background task ended that never should: the process is to exit, so that somebody starts it anew.
    """

    def __init__(
        self,
        *,
        pool: "asyncpg.Pool[asyncpg.Record]",
        own_pool: "asyncpg.Pool[asyncpg.Record]",
        transactions: Transactions,
        wakeup: Wakeup,
        clock: Clock,
        consumers: Sequence[Consumer[Any]],
        workers: Sequence[Worker],
        kafka: KafkaSettings,
        readiness: Readiness,
        limits: Limits | None = None,
    ) -> None:
        self.died = asyncio.Event()
        self._pool = pool
        self._own_pool = own_pool
        self.transactions = transactions
        self._wakeup = wakeup
        self._clock = clock
        self._consumers = consumers
        self._kafka = kafka
        self._readiness = readiness
        self._limits = limits or Limits()
        self._workers = (*workers, *housekeeping(own_pool, clock, self._limits, [each.consumes.name for each in consumers]))
        names = [RELAY, *(each.name for each in self._workers), *(each.consumes.name for each in consumers)]
        if len(set(names)) != len(names):
            raise ValueError(f"two workers or consumers have one name: {sorted(names)}")
        self._stopping = asyncio.Event()
        self._silent = asyncio.Event()
        self._working: list[asyncio.Task[None]] = []
        self._announcing: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Start everything in the background and return at once; readiness tells what is still missing."""
        relay = Relay(pool=self._own_pool, kafka=self._kafka, limits=self._limits, bell=self._wakeup.bell(RELAY), readiness=self._readiness)
        self._announcing = [
            self._task("relay", relay.run(self._silent)),
            self._task("notify", self._wakeup.tell_others(self._own_pool, self._silent)),
            self._task("listen", self._wakeup.hear_others(self._own_pool, self._silent)),
        ]
        self._working = [
            self._task("database", feel_database(self._own_pool, self._readiness, self._stopping)),
            self._task("kafka", feel_kafka(self._kafka, self._readiness, self._stopping)),
            *(self._task(each.consumes.name, self._membership(each).run(self._stopping)) for each in self._consumers),
            *(self._task(each.name, self._run(each)) for each in self._workers),
        ]

    async def stop(self) -> None:
        """Finish the batches and steps in hand, commit, leave the groups, send what is announced; at most `stop_seconds_max`."""
        self._stopping.set()
        await self._end(self._working, self._limits.stop_seconds_max * 0.7)
        self._silent.set()
        self._wakeup.wake([RELAY])
        await self._end(self._announcing, self._limits.stop_seconds_max * 0.2)

    def _run(self, worker: Worker) -> Coroutine[Any, Any, None]:
        return run_worker(worker, self._wakeup.bell(worker.name), self._stopping, self._readiness)

    def _membership(self, consumer: Consumer[Any]) -> Membership:
        breaker = Breaker(
            consumer.consumes.name,
            pool=self._own_pool,
            clock=self._clock,
            readiness=self._readiness,
            probe_seconds=self._limits.breaker_probe_seconds,
        )
        isolation = Isolation(
            consumer,
            pool=self._pool,
            transactions=self.transactions,
            breaker=breaker,
            readiness=self._readiness,
            limits=self._limits,
        )
        consuming = Consuming(consumer.consumes.name, isolation, self._readiness, self._limits)
        return Membership(
            consumer.consumes,
            consuming,
            breaker,
            skips=Skips(self._own_pool, consumer.consumes.name),
            kafka=self._kafka,
            readiness=self._readiness,
            limits=self._limits,
        )

    def _task(self, name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Be loud about a task that ends while nobody stops the runtime: everything else would look healthy without it."""
        error = None if task.cancelled() else task.exception()
        if self._stopping.is_set() and error is None:
            return
        log.critical("task-died", task=task.get_name(), error=repr(error), exc_info=error)
        self._readiness.down(f"task {task.get_name()}", f"ended: {error!r}")
        self.died.set()

    async def _end(self, tasks: Sequence[asyncio.Task[None]], seconds: float) -> None:
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=seconds)
        for task in late:
            log.warning("task-cancelled", task=task.get_name(), seconds=seconds)
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=CANCEL_SECONDS_MAX)
