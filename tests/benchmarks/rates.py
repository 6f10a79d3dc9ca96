"""Side by side: every competitor in every round, every other round in reverse, so that whatever else the machine does meets all."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from tests.benchmarks.competitors import BARE, COMPETITORS, RUNTIME, Competitor
from tests.benchmarks.ground import Ground
from tests.benchmarks.trial import Measured, trial

CHECKPOINT_RECORDS = 500
WARM_UP_RECORDS = 1_000
RECORDS_MAX = 40_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """The median of the rounds, and the extremes."""

    lowest: float
    middle: float
    highest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """How many times as fast as a competitor the runtime is.

    `rate` compares records a second, and decides; `processor` compares the processor time that a record takes of competitor, database and
    broker together, which other work on the machine disturbs less. There is none where the system does not tell it.
    """

    over: str
    rate: Spread
    processor: Spread | None
    floor: float | None
    goal: float | None

    @property
    def holds(self) -> bool:
        """Tell whether it is above its floor; one without a floor always is."""
        return self.floor is None or self.rate.middle >= self.floor


async def paces(ground: Ground, seconds: float) -> dict[str, int]:
    """Run each once on few records, to warm everything up; tell how many records keep each busy for so long on this machine now."""
    found = {each: (await one(ground, each, WARM_UP_RECORDS)).rate * seconds for each in COMPETITORS}
    found[RUNTIME] = found[BARE] = max(found[RUNTIME], found[BARE])
    return {each.name: whole(records) for each, records in found.items()}


def whole(records: float) -> int:
    """Round to whole checkpoints, within bounds, so that no competitor waits for its last checkpoint."""
    return int(min(max(records, WARM_UP_RECORDS), RECORDS_MAX) // CHECKPOINT_RECORDS * CHECKPOINT_RECORDS)


async def rounds(ground: Ground, *, count: int, records: Mapping[str, int]) -> AsyncIterator[list[Measured]]:
    """Run the rounds one by one."""
    for number in range(count):
        order = COMPETITORS[:: 1 if number % 2 == 0 else -1]  # there and back, so that (a) and (b) are always neighbours
        yield [await one(ground, competitor, records[competitor.name]) for competitor in order]


async def one(ground: Ground, competitor: Competitor, records: int) -> Measured:
    """Run one trial in a place of its own."""
    async with ground.place(await ground.heard(records)) as place:
        return await trial(ground, place, competitor, records)


def ratios(done: Sequence[Sequence[Measured]]) -> list[Ratio]:
    """Compare the runtime with each of the others, round by round."""
    found = [{each.competitor: each for each in trials} for trials in done]
    return [_ratio(each, found) for each in COMPETITORS if each is not RUNTIME]


def _ratio(over: Competitor, found: Sequence[Mapping[str, Measured]]) -> Ratio:
    pairs = [(of[RUNTIME.name], of[over.name]) for of in found]
    is_told = all(ours.work_microseconds > 0 for ours, _ in pairs)
    return Ratio(
        over=over.name,
        rate=spread([ours.rate / theirs.rate for ours, theirs in pairs]),
        processor=spread([theirs.work_microseconds / ours.work_microseconds for ours, theirs in pairs]) if is_told else None,
        floor=over.floor,
        goal=over.goal,
    )


def spread(values: Sequence[float]) -> Spread:
    """Sum up what the rounds gave."""
    return Spread(lowest=min(values), middle=median(values), highest=max(values))


def middle_rates(done: Sequence[Sequence[Measured]]) -> dict[str, float]:
    """Records a second of each competitor, the median of the rounds."""
    return {each.name: median(m.rate for trials in done for m in trials if m.competitor == each.name) for each in COMPETITORS}


def middle_processor(done: Sequence[Sequence[Measured]], competitor: str) -> dict[str, float]:
    """Processor microseconds for one record, by process, the median of the rounds."""
    found = [m.processor_microseconds for trials in done for m in trials if m.competitor == competitor]
    return {part: median(each[part] for each in found) for part in found[0]}
