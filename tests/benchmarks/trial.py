"""One trial: a competitor reads so many reports, and all that it did is checked before its time is believed.

The clock runs from the broker's instant of the first announcement to that of the last, or to the last effect where it comes later, so that
imports, connections and the joining of the group are left out; so does the count of processor time.
"""

import asyncio
import time
from dataclasses import asdict, dataclass, field

from aiokafka import ConsumerRecord

from deploy.local.processes import Child
from tests.benchmarks.competitors import Competitor
from tests.benchmarks.effort import Effort, effort, memory_megabytes
from tests.benchmarks.ground import Ground, Place
from tests.benchmarks.judge import WorkWrong, judge_announcements, judge_effects, number_of
from tests.benchmarks.statements import QUERIES
from tests.benchmarks.work import REPORTER

LOOK_SECONDS = 0.05
STALL_SECONDS_MAX = 60
COMPETITOR_STOP_SECONDS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One trial: `timed` records were announced in `seconds`; effort is that of the same stretch."""

    competitor: str
    records: int
    timed: int
    seconds: float
    effort: Effort
    memory_megabytes: list[float] = field(default_factory=list)
    repeated: int = 0

    @property
    def rate(self) -> float:
        """Records a second."""
        return self.timed / self.seconds

    @property
    def processor_microseconds(self) -> dict[str, float]:
        """Processor time for one record, by process."""
        return {name: seconds * 1e6 / self.records for name, seconds in asdict(self.effort).items()}

    @property
    def work_microseconds(self) -> float:
        """Processor time for one record, of all processes together."""
        return sum(self.processor_microseconds.values())


@dataclass(kw_only=True)
class Watch:
    """What is seen of a competitor while it works."""

    ground: Ground
    place: Place
    child: Child
    memory: list[float] = field(default_factory=list)
    began: Effort = field(default_factory=Effort)
    ended: Effort = field(default_factory=Effort)
    said_first: int = 0

    async def until_all_said(self, records: int) -> list[ConsumerRecord]:
        """Wait until each report is announced, and give what was said; some may have been announced more than once."""
        wanted = records
        while True:
            await self.until_said(wanted)
            said = await self.ground.said(self.place.task.said)
            lacking = records - len({number_of(record) for record in said})
            if lacking <= 0:
                return said
            wanted = len(said) + lacking

    async def until_said(self, records: int) -> None:
        """Wait until all is announced; raises WorkWrong where nothing comes any more."""
        seen, progressed = 0, time.monotonic()
        while (count := await self.ground.said_count(self.place.task.said)) < records:
            now = time.monotonic()
            if count > seen:
                self._note(count, is_first=not seen)
                seen, progressed = count, now
            if not self.child.is_running or now > progressed + STALL_SECONDS_MAX:
                raise WorkWrong(f"{self.child.name} stopped after {count} of {records} records: {self.child.last_words(20)}")
            await asyncio.sleep(LOOK_SECONDS)

    async def until_stored(self, records: int) -> float:
        """Wait until all effects are committed; give that instant."""
        deadline = time.monotonic() + STALL_SECONDS_MAX
        while (await self.place.database.fetchrow(QUERIES.count_effects, REPORTER))["rows"] < records:
            if time.monotonic() > deadline:
                raise WorkWrong(f"{self.child.name}: effects are missing")
            await asyncio.sleep(LOOK_SECONDS)
        self.ended = self._effort()
        return time.time()

    def _note(self, count: int, *, is_first: bool) -> None:
        self.memory.append(memory_megabytes(self.child.process.pid))
        if is_first:
            self.said_first, self.began = count, self._effort()

    def _effort(self) -> Effort:
        on = self.ground.servers
        return effort(competitor=self.child.process.pid, postgres=on.postgres_process, kafka=on.kafka_process)


async def trial(ground: Ground, place: Place, competitor: Competitor, records: int) -> Measured:
    """Run one competitor over the first `records` reports; raises WorkWrong where its work is not whole and right."""
    child = ground.start(competitor.module, place.task, competitor.python())
    watch = Watch(ground=ground, place=place, child=child)
    try:
        said = await watch.until_all_said(records)
        stored_at = await watch.until_stored(records)
    finally:
        await asyncio.to_thread(child.stop, COMPETITOR_STOP_SECONDS)
    repeated = judge_announcements(said, records)
    await judge_effects(place, records)
    instants = [record.timestamp / 1000 for record in said]
    first = min(instants)
    end = max(*instants, stored_at) if competitor.stores_late else max(instants)
    return Measured(
        competitor=competitor.name,
        records=records,
        timed=sum(1 for instant in instants if instant > first),
        seconds=end - first,
        effort=(watch.ended - watch.began).for_share(records / max(1, records - watch.said_first)),
        memory_megabytes=watch.memory,
        repeated=repeated,
    )
