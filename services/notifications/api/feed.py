"""The feed over HTTP: read on from a cursor, wait for what comes; whoever reads on misses nothing that it may see."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from services.notifications import store
from services.notifications.api.cursors import feed_cursor, feed_position
from services.notifications.api.wishes import names_of, sight_of
from services.notifications.domain.feed import Bounds, Entry, Sight, Wish
from shared.database import Pool
from shared.http.access import Caller, Role, require
from shared.http.paging import LIMIT_MAX
from shared.http.requests import router

READERS = require(Role.OBSERVER, Role.SOURCE, Role.STANDING_BODY, Role.COUNCIL, Role.OPERATOR)
WAIT_SECONDS_MAX = 30
LOOK_SECONDS = 1.0
# A wish that few events fulfil is looked for in stretches, so that no statement reads without end.
STRETCH_POSITIONS_MAX = 5_000
STRETCHES_MAX = 40


class FeedPage(BaseModel):
    """Events in order, and the cursor to go on from. Fewer items than asked for, or none, mean that there are no more for now."""

    items: list[dict[str, Any]] = Field(description="CloudEvents in structured JSON.")
    next: str = Field(description="Pass it as `after`. Keep it together with what you did because of the items.")


@dataclass(slots=True, kw_only=True)
class Waiting:
    """How long readers may wait for events, and how many of them at a time."""

    moves: store.FeedMoves
    seconds_max: float
    readers_max: int
    closing: Callable[[], bool]
    readers: int = 0


class Asked(BaseModel):
    """What is asked of the feed."""

    after: str | None = Field(default=None, max_length=2_000, description="`next` of the page before; from the beginning without it.")
    types: str | None = Field(
        default=None, max_length=4_000, description="Event types, comma between; all without it.", examples=["award-decided"]
    )
    movement: str | None = Field(default=None, min_length=1, max_length=200, description="Only of this movement.")
    agency: str | None = Field(default=None, min_length=1, max_length=200, description="Only of this agency and those below it.")
    limit: int = Field(default=100, ge=1, le=LIMIT_MAX, description="Events in a page.")
    wait: float = Field(default=0, ge=0, le=WAIT_SECONDS_MAX, description="Seconds to wait where there is nothing yet.")
    sandbox: bool = Field(default=False, description="The events of test movements instead of the real ones.")


def feed_routes(pool: Pool, waiting: Waiting) -> APIRouter:
    """Make the routes of the feed."""
    routes = router(tags=["feed"])

    @routes.get("/v1/events", responses={200: {"model": FeedPage}})
    async def read_events(asked: Annotated[Asked, Query()], caller: Annotated[Caller, Depends(READERS)]) -> Response:
        """Read events on from a cursor, in the order in which they were numbered; the same for every reader."""
        caller.demand(movement=asked.movement, agency=asked.agency)
        wish = _wish(asked)
        bounds = await store.feed_bounds(pool)
        reading = Reading(pool=pool, sight=sight_of(caller), wish=wish, limit=asked.limit)
        entries, position = await read_or_wait(reading, feed_position(asked.after, bounds), asked.wait, waiting)
        return Response(_page(entries, feed_cursor(bounds.epoch, position)), media_type="application/json")

    return routes


def _wish(asked: Asked) -> Wish:
    types = [part.strip() for part in (asked.types or "").split(",") if part.strip()]
    return Wish(
        names=names_of(types, ["?types"] * len(types)),
        movements=None if asked.movement is None else (asked.movement,),
        agencies=None if asked.agency is None else (asked.agency,),
        sandbox=asked.sandbox,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Who reads what, how much at a time."""

    pool: Pool
    sight: Sight
    wish: Wish
    limit: int


async def read_or_wait(reading: Reading, after: int, wait_seconds: float, waiting: Waiting) -> tuple[list[Entry], int]:
    """Read on; where there is nothing, wait for the feed to move, and read again. Holds no connection while it waits."""
    ticket = waiting.moves.ticket()
    entries, position = await read_on(reading, after)
    may_wait = not entries and wait_seconds > 0 and waiting.readers < waiting.readers_max
    if not may_wait:
        return entries, position
    until = time.monotonic() + min(wait_seconds, waiting.seconds_max)
    waiting.readers += 1
    try:
        while not entries and time.monotonic() < until and not waiting.closing():
            await _moved(ticket, until)
            ticket = waiting.moves.ticket()
            entries, position = await read_on(reading, position)
    finally:
        waiting.readers -= 1
    return entries, position


async def _moved(ticket: asyncio.Event, until: float) -> None:
    await store.wait_for_move(ticket, max(min(until - time.monotonic(), LOOK_SECONDS), 0))


async def read_on(reading: Reading, after: int) -> tuple[list[Entry], int]:
    """Read the next events after a place, and tell how far the feed was looked through."""
    bounds, position = await store.feed_bounds(reading.pool), after
    for _ in range(STRETCHES_MAX):
        entries, position = await _read_stretch(reading, position, bounds)
        if entries or position >= bounds.last_position:
            return entries, position
    return [], position


async def _read_stretch(reading: Reading, after: int, bounds: Bounds) -> tuple[list[Entry], int]:
    through = max(min(bounds.last_position, after + STRETCH_POSITIONS_MAX), after)
    entries = await store.read_feed(reading.pool, after=after, through=through, sight=reading.sight, wish=reading.wish, limit=reading.limit)
    return entries, entries[-1].position if len(entries) == reading.limit else through


def _page(entries: list[Entry], cursor: str) -> str:
    """Write the page around the events' own texts."""
    return f'{{"items": [{", ".join(entry.body for entry in entries)}], "next": "{cursor}"}}'
