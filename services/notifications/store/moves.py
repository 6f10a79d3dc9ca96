"""Whoever waits for the feed to move is told within the process, without holding a connection while waiting."""

import asyncio
from contextlib import suppress


class FeedMoves:
    """Take a ticket before reading; if nothing was there, wait on it: a move between the two is not missed."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def ticket(self) -> asyncio.Event:
        """Return what is set at the next move."""
        return self._next

    def moved(self) -> None:
        """Tell everyone who waits."""
        moved, self._next = self._next, asyncio.Event()
        moved.set()


async def wait_for_move(ticket: asyncio.Event, seconds: float) -> None:
    """Wait for the move, but no longer than that."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await ticket.wait()
