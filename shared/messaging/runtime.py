"""Starts and stops all that moves: relay, consumers, workers. What is away at the start is waited for; a task that dies is loud."""

import asyncio
from collections.abc import Sequence
from typing import Any

import asyncpg

from shared.clock import Clock
from shared.messaging.consumes import Consumer
from shared.messaging.settings import KafkaSettings, Limits
from shared.messaging.transaction import Transactions
from shared.messaging.wakeup import Wakeup
from shared.messaging.worker import Worker
from shared.readiness import Readiness

# Connections that the runtime holds for as long as it runs: LISTEN, NOTIFY, the relay's, housekeeping.
CONNECTIONS_HELD = 4


class Runtime:
    """`pool` serves transactions; `own_pool` (of at least CONNECTIONS_HELD) serves the connections that the runtime keeps."""

    def __init__(
        self,
        *,
        service: str,
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
        raise NotImplementedError

    async def start(self) -> None:
        """Start everything in the background and return at once; readiness tells what is still missing."""
        raise NotImplementedError

    async def stop(self) -> None:
        """Finish the batches in hand, commit, leave the groups; at most `stop_seconds_max`."""
        raise NotImplementedError
