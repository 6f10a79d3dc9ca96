"""Waiting between attempts: it grows, has a ceiling, and is never in step with others who wait for the same thing."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress


class Backoff:
    """Delays that double from `first` up to `ceiling`, each drawn between half and whole."""

    def __init__(self, first_seconds: float = 0.05, ceiling_seconds: float = 5.0) -> None:
        self._first = first_seconds
        self._ceiling = ceiling_seconds
        self._next = first_seconds

    def delay(self) -> float:
        """Tell how long to wait this time, in seconds."""
        delay = self._next
        self._next = min(self._next * 2, self._ceiling)
        return delay * random.uniform(0.5, 1)  # noqa: S311 - jitter is no secret

    def reset(self) -> None:
        """Begin anew after a success."""
        self._next = self._first


async def pause(seconds: float, unless: asyncio.Event) -> None:
    """Wait, but no longer than until the event."""
    with suppress(TimeoutError):
        await asyncio.wait_for(unless.wait(), seconds)


async def insist(
    attempt: Callable[[], Awaitable[None]], backoff: Backoff, *, stopping: asyncio.Event, failed: Callable[[Exception], None]
) -> None:
    """Attempt again and again until told to stop; what an attempt raises is told to `failed` and waited for."""
    while not stopping.is_set():
        try:
            await attempt()
        except Exception as error:  # noqa: BLE001 - whoever insists says what failed, and goes on
            failed(error)
            await pause(backoff.delay(), unless=stopping)
