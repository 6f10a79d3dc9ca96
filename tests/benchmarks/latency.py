"""One hop in a quiet system: one record a second, from just before it is sent until the broker appended its announcement."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from statistics import median, quantiles

from deploy.local.processes import Child
from tests.benchmarks.competitors import COMPETITORS, Competitor
from tests.benchmarks.ground import Ground, Place
from tests.benchmarks.judge import WorkWrong, judge_announcements, number_of

WARM_UP_RECORDS = 3
START_SECONDS_MAX = 60
LOOK_SECONDS = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """How long the records of one competitor took, in milliseconds."""

    competitor: str
    records: int
    middle_ms: float
    high_ms: float
    longest_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One competitor with a topic of its own."""

    competitor: Competitor
    place: Place
    child: Child


async def latencies(ground: Ground, records: int) -> list[Delay]:
    """Measure all competitors at once, each in its own tenth of the second: all are idle nearly always."""
    async with AsyncExitStack() as held:
        lanes = [await _lane(ground, held, each) for each in COMPETITORS]
        try:
            for lane in lanes:
                await _warm_up(ground, lane)
            sent = await asyncio.gather(*(_send(ground, lane, n * 0.1, records) for n, lane in enumerate(lanes)))
            return [await _delay(ground, lane, instants) for lane, instants in zip(lanes, sent, strict=True)]
        finally:
            for lane in lanes:
                lane.child.kill()


async def _lane(ground: Ground, held: AsyncExitStack, competitor: Competitor) -> Lane:
    heard = await ground.topic(f"quiet-{competitor.name}")
    place = await held.enter_async_context(ground.place(heard))
    return Lane(competitor=competitor, place=place, child=ground.start(competitor.module, place.task, competitor.python()))


async def _warm_up(ground: Ground, lane: Lane) -> None:
    """Send a few records and wait for them, so that imports and connections are over."""
    await ground.send(lane.place.task.heard, range(WARM_UP_RECORDS))
    await _until_said(ground, lane, WARM_UP_RECORDS)


async def _until_said(ground: Ground, lane: Lane, records: int) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while await ground.said_count(lane.place.task.said) < records:
        if time.monotonic() > deadline:
            raise WorkWrong(f"{lane.competitor.name} announced nothing: {lane.child.last_words()}")
        await asyncio.sleep(LOOK_SECONDS)


async def _send(ground: Ground, lane: Lane, wait_seconds: float, records: int) -> dict[int, float]:
    """Send one record a second; give the instant of each."""
    await asyncio.sleep(wait_seconds)
    sent = {}
    for number in range(WARM_UP_RECORDS, WARM_UP_RECORDS + records):
        began = time.monotonic()
        sent[number] = time.time()
        await ground.send(lane.place.task.heard, [number])
        await asyncio.sleep(max(0.0, began + 1 - time.monotonic()))
    return sent


async def _delay(ground: Ground, lane: Lane, sent: dict[int, float]) -> Delay:
    await _until_said(ground, lane, WARM_UP_RECORDS + len(sent))
    said = await ground.said(lane.place.task.said)
    judge_announcements(said, WARM_UP_RECORDS + len(sent))
    instants = {number_of(record): record.timestamp for record in said}
    return summed_up(lane.competitor.name, [instants[number] - began * 1000 for number, began in sent.items()])


def summed_up(competitor: str, delays_ms: Sequence[float]) -> Delay:
    """Sum delays up: the middle, the highest of nine in ten, and the longest."""
    high = quantiles(delays_ms, n=10)[8] if len(delays_ms) > 1 else delays_ms[0]
    return Delay(
        competitor=competitor,
        records=len(delays_ms),
        middle_ms=median(delays_ms),
        high_ms=min(high, max(delays_ms)),
        longest_ms=max(delays_ms),
    )
