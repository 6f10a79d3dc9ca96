"""Who waits is woken within milliseconds of a COMMIT, in whatever process; a wake that is lost costs one poll, nothing else.

NOTIFY is sent after COMMIT on a connection of its own, and what comes within a few milliseconds goes as one: inside the
transaction it takes a lock that all of the server's commits queue for.
"""

import asyncio
from collections.abc import Iterable

import asyncpg

from shared.logging import logger
from shared.messaging.backoff import Backoff, insist, pause
from shared.messaging.sql import QUERIES
from shared.messaging.transaction import ACQUIRE_SECONDS_MAX, Connection

log = logger(__name__)

NOTIFY_SECONDS_MIN = 0.005
CHECK_SECONDS = 5.0
ANSWER_SECONDS_MAX = 5.0


class Wakeup:
    """The bells of one process, joined to those of all others by LISTEN and NOTIFY."""

    def __init__(self) -> None:
        self._bells: dict[str, asyncio.Event] = {}
        self._unsaid: set[str] = set()
        self._something = asyncio.Event()

    def wake(self, names: Iterable[str]) -> None:
        """Wake the workers of these names: here at once, elsewhere soon. Never blocks and never raises."""
        for name in names:
            self._ring(name)
            self._unsaid.add(name)
        self._something.set()

    def bell(self, name: str) -> asyncio.Event:
        """Return the bell that rings when somebody wakes this name."""
        return self._bells.setdefault(name, asyncio.Event())

    async def tell_others(self, pool: "asyncpg.Pool[asyncpg.Record]", stopping: asyncio.Event) -> None:
        """Send on what was woken here, at most every few milliseconds, until told to stop."""
        backoff = Backoff()

        async def tell() -> None:
            async with pool.acquire(timeout=ACQUIRE_SECONDS_MAX) as connection:
                while not stopping.is_set():
                    await self._tell_once(connection)
                    backoff.reset()

        await insist(tell, backoff, stopping=stopping, failed=lambda error: log.warning("notify-waits", error=repr(error)))

    async def hear_others(self, pool: "asyncpg.Pool[asyncpg.Record]", stopping: asyncio.Event) -> None:
        """Ring what others wake, until told to stop."""
        backoff = Backoff()

        async def hear() -> None:
            async with pool.acquire(timeout=ACQUIRE_SECONDS_MAX) as connection:
                await self._hear_on(connection, stopping, backoff)

        await insist(hear, backoff, stopping=stopping, failed=lambda error: log.warning("listen-waits", error=repr(error)))

    async def _tell_once(self, connection: Connection) -> None:
        await pause(CHECK_SECONDS, unless=self._something)
        self._something.clear()
        names, self._unsaid = self._unsaid, set()
        if names:
            await connection.execute(QUERIES.notify, ",".join(sorted(names)), timeout=ANSWER_SECONDS_MAX)
        await asyncio.sleep(NOTIFY_SECONDS_MIN)

    async def _hear_on(self, connection: Connection, stopping: asyncio.Event, backoff: Backoff) -> None:
        """Listen on one connection while it lives. At first all bells ring, for something may have been missed."""
        channel = await connection.fetchval(QUERIES.channel)
        await connection.add_listener(channel, self._heard)
        for name in self._bells:
            self._ring(name)
        backoff.reset()
        while not stopping.is_set():
            await pause(CHECK_SECONDS, unless=stopping)
            await connection.fetchval(QUERIES.answer, timeout=ANSWER_SECONDS_MAX)
        await connection.remove_listener(channel, self._heard)

    def _heard(self, _connection: object, _process: int, _channel: str, payload: object) -> None:
        for name in str(payload).split(","):
            self._ring(name)

    def _ring(self, name: str) -> None:
        bell = self._bells.get(name)
        if bell is not None:
            bell.set()
