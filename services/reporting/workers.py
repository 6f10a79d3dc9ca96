"""What reporting does because it is due: closing a period when all that was handed in before is read, and keeping the figures.

A period is closed in steps, each of which can be repeated: the closing instant and HTTP's time limit go by; the ends of intake are
noted, once; the consumer's committed offsets reach them, and no letter before them waits as a dead letter; then it is closed.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from services.reporting import metrics
from services.reporting.acts.periods import SCHEDULE, Bidding, Periods
from services.reporting.contract import REPORTS_SENT
from services.reporting.domain.periods import PeriodState, ReportingPeriod, may_finish_at
from services.reporting.store import periods as store
from shared.clock import Clock
from shared.database import Pool
from shared.http.problems import Problem
from shared.logging import logger
from shared.messaging import Ends, KafkaSettings, Lock, LockKind, Transactions, ends_of, has_reached

log = logger(__name__)


class Progress(Protocol):
    """How far intake is read."""

    async def ends(self) -> Ends:
        """Where every partition of intake ends now."""
        ...

    async def has_reached(self, ends: Ends) -> bool:
        """Whether everything before these ends is dealt with."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeProgress:
    """How far intake is read, asked of the broker."""

    kafka: KafkaSettings

    async def ends(self) -> Ends:
        """Where every partition of intake ends now."""
        return await ends_of(self.kafka, REPORTS_SENT.pattern or "")

    async def has_reached(self, ends: Ends) -> bool:
        """Whether everything before these ends is dealt with."""
        return await has_reached(self.kafka, REPORTS_SENT.name, ends)


class Closing:
    """The worker that finishes closes."""

    def __init__(
        self,
        *,
        pool: Pool,
        transactions: Transactions,
        periods: Periods,
        progress: Progress,
        clock: Clock,
        http_time_limit: timedelta,
    ) -> None:
        self._pool = pool
        self._transactions = transactions
        self._periods = periods
        self._progress = progress
        self._clock = clock
        self._http_time_limit = http_time_limit

    async def work(self) -> bool:
        """Take every period that is due one step further."""
        due = await store.periods_to_close(self._pool, self._clock.now())
        metrics.PERIODS_CLOSING.set(sum(period.state is PeriodState.CLOSING for period in due))
        for period in (each for each in due if each.state is PeriodState.OPEN):
            await self._begin(period)
        ready = [period for period in due if self._may_finish(period)]
        if ready:
            await self._finish(ready)
        return False

    def _may_finish(self, period: ReportingPeriod) -> bool:
        """Whether no report over HTTP can still be under way."""
        instant = may_finish_at(period, self._http_time_limit)
        return period.state is PeriodState.CLOSING and instant is not None and instant <= self._clock.now()

    async def _begin(self, period: ReportingPeriod) -> None:
        """Begin to close at the closing instant; someone may have moved it meanwhile."""
        try:
            await self._periods.close(Bidding(movement=period.movement, period=period.code, actor=SCHEDULE))
        except Problem as problem:
            log.info("close-not-begun", movement=period.movement, period=period.code, code=problem.code)

    async def _finish(self, ready: list[ReportingPeriod]) -> None:
        """Close those periods that intake is past; the broker is asked once for periods that wait for the same."""
        reached: dict[frozenset[tuple[tuple[str, int], int]], bool] = {}
        fresh: Ends | None = None
        for period in ready:
            ends = await store.intake_ends(self._pool, period)
            if ends is None:
                fresh = ends = fresh if fresh is not None else await self._progress.ends()
                await self._note(period, ends)
            key = frozenset(ends.items())
            if key not in reached:
                reached[key] = await self._is_read(ends)
            if reached[key] and await self._periods.finish_close(period.movement, period.code) is not None:
                log.info("period-closed", movement=period.movement, period=period.code)

    async def _note(self, period: ReportingPeriod, ends: Ends) -> None:
        async with self._transactions.begin([Lock(LockKind.PERIOD, period.key)]) as transaction:
            await store.note_intake_ends(transaction.connection, period, ends)

    async def _is_read(self, ends: Ends) -> bool:
        """Whether everything before these ends was read and none of it waits for an operator."""
        if not await self._progress.has_reached(ends):
            return False
        waiting = await store.letters_unread_before(self._pool, REPORTS_SENT.name, ends)
        if waiting:
            log.warning("close-waits-for-dead-letters", consumer=REPORTS_SENT.name, letters=waiting)
        return waiting == 0


async def measure(pool: Pool) -> bool:
    """Keep the figures of timeliness up to date."""
    found = await store.timeliness_of_open_periods(pool)
    metrics.REPORTS_EXPECTED.set(found.expected)
    metrics.REPORTS_ON_TIME.set(found.on_time)
    metrics.REPORTS_LATE.set(found.late)
    metrics.REPORTS_MISSING.set(found.expected - found.on_time - found.late)
    return False
