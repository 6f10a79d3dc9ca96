"""Who waits is woken within milliseconds of a COMMIT, in whatever process; a wake that is lost costs one poll, nothing else.

NOTIFY is sent after COMMIT on a connection of its own, and what comes within a few milliseconds goes as one: inside the
transaction it takes a lock that all of the server's commits queue for.
"""

import asyncio
from collections.abc import Iterable

import asyncpg

from shared.logging import logger
from shared.messaging.backoff import Backoff, pause
from shared.messaging.sql import QUERIES
from shared.messaging.transaction import ACQUIRE_SECONDS_MAX

log = logger(__name__)

NOTIFY_SECONDS_MIN = 0.005
LISTEN_CHECK_SECONDS = 5.0
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
        while not stopping.is_set():
            try:
                async with pool.acquire(timeout=ACQUIRE_SECONDS_MAX) as connection:
                    while not stopping.is_set():
                        await pause(LISTEN_CHECK_SECONDS, unless=self._something)
                        self._something.clear()
                        names, self._unsaid = self._unsaid, set()
                        if names:
                            await connection.execute(QUERIES.notify, ",".join(sorted(names)), timeout=ANSWER_SECONDS_MAX)
                        backoff.reset()
                        await asyncio.sleep(NOTIFY_SECONDS_MIN)
            except Exception as error:  # noqa: BLE001 - a wake that is lost costs one poll
                log.warning("notify-waits", error=repr(error))
                await pause(backoff.delay(), unless=stopping)

    async def hear_others(self, pool: "asyncpg.Pool[asyncpg.Record]", stopping: asyncio.Event) -> None:
        """Ring what others wake, until told to stop; after a cut all bells ring, for something may have been missed."""
        backoff = Backoff()
        while not stopping.is_set():
            try:
                async with pool.acquire(timeout=ACQUIRE_SECONDS_MAX) as connection:
                    channel = await connection.fetchval(QUERIES.channel)
                    await connection.add_listener(channel, self._heard)
                    for name in self._bells:
                        self._ring(name)
                    backoff.reset()
                    while not stopping.is_set():
                        await pause(LISTEN_CHECK_SECONDS, unless=stopping)
                        await connection.fetchval(QUERIES.answer, timeout=ANSWER_SECONDS_MAX)
                    await connection.remove_listener(channel, self._heard)
            except Exception as error:  # noqa: BLE001 - polls go on meanwhile
                log.warning("listen-waits", error=repr(error))
                await pause(backoff.delay(), unless=stopping)

    def _heard(self, _connection: object, _process: int, _channel: str, payload: object) -> None:
        for name in str(payload).split(","):
            self._ring(name)

    def _ring(self, name: str) -> None:
        bell = self._bells.get(name)
        if bell is not None:
            bell.set()
