"""Side by side: every competitor in every round, each round in another order, so that whatever else the machine does meets all."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from statistics import median

from tests.benchmarks.competitors import COMPETITORS, RUNTIME, Competitor
from tests.benchmarks.ground import Ground
from tests.benchmarks.trial import Measured, trial

CHECKPOINT_RECORDS = 500  # counts are whole multiples, so that no competitor waits for its last checkpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """How many times as fast as a competitor the runtime is: the median of the rounds, and the extremes."""

    over: str
    middle: float
    lowest: float
    highest: float
    floor: float | None
    goal: float | None

    @property
    def holds(self) -> bool:
        """Tell whether it is above its floor; one without a floor always is."""
        return self.floor is None or self.middle >= self.floor


async def rounds(ground: Ground, *, count: int, records: int) -> AsyncIterator[list[Measured]]:
    """Run the rounds one by one."""
    for number in range(count):
        turn = number % len(COMPETITORS)
        order = [*COMPETITORS[turn:], *COMPETITORS[:turn]]
        yield [await one(ground, competitor, records) for competitor in order]


async def one(ground: Ground, competitor: Competitor, records: int) -> Measured:
    """Run one trial on its share of the records."""
    share = max(2 * CHECKPOINT_RECORDS, int(records * competitor.share) // CHECKPOINT_RECORDS * CHECKPOINT_RECORDS)
    async with ground.place(await ground.heard(share)) as place:
        return await trial(ground, place, competitor, share)


def ratios(done: Sequence[Sequence[Measured]]) -> list[Ratio]:
    """Compare the runtime with each of the others, round by round."""
    rates = [{each.competitor: each.rate for each in trials} for trials in done]
    others = [each for each in COMPETITORS if each is not RUNTIME]
    return [_ratio(each, [of[RUNTIME.name] / of[each.name] for of in rates]) for each in others]


def _ratio(over: Competitor, found: Sequence[float]) -> Ratio:
    middle, lowest, highest = median(found), min(found), max(found)
    return Ratio(over=over.name, middle=middle, lowest=lowest, highest=highest, floor=over.floor, goal=over.goal)


def middle_rates(done: Sequence[Sequence[Measured]]) -> dict[str, float]:
    """Records a second of each competitor, the median of the rounds."""
    return {each.name: median(m.rate for trials in done for m in trials if m.competitor == each.name) for each in COMPETITORS}


def middle_processor(done: Sequence[Sequence[Measured]], competitor: str) -> dict[str, float]:
    """Processor microseconds for one record, by process, the median of the rounds."""
    found = [m.processor_microseconds for trials in done for m in trials if m.competitor == competitor]
    return {part: median(each[part] for each in found) for part in found[0]}
