"""When a set fails: what passes is waited for, what does not is halved until exactly the record that makes it fail is found."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar

import asyncpg

from shared.logging import logger
from shared.messaging import metrics
from shared.messaging.backoff import Backoff, pause
from shared.messaging.breaker import Breaker, State
from shared.messaging.consumes import Consumer
from shared.messaging.dead_letters import DeadLettersFull
from shared.messaging.errors import AlreadyHandled, is_transient, kind_of
from shared.messaging.hand import Hand
from shared.messaging.locks import LOCKS_MAX
from shared.messaging.reading import INTERNAL, Arrival, Condemned, Coordinates, Event, Failure, coordinates_of, failure_of, read
from shared.messaging.records import Record
from shared.messaging.settings import Limits
from shared.messaging.settle import Tally, settle
from shared.messaging.sql import QUERIES
from shared.messaging.transaction import Transactions
from shared.readiness import Readiness

E = TypeVar("E")
Part: TypeAlias = Sequence[Record]

log = logger(__name__)

STRIKES_MAX = 3
ANSWER_SECONDS_MAX = 2.0


@dataclass(slots=True, kw_only=True)
class Case:
    """What is known about one batch while it is dealt with."""

    hand: Hand
    backoff: Backoff
    verdicts: dict[Coordinates, Failure | None] = field(default_factory=dict)
    counted: set[Coordinates] = field(default_factory=set)
    strikes: Counter[str] = field(default_factory=Counter)


class Isolation(Generic[E]):
    """Deals with the records of one consumer, whatever they and the world do; nothing but cancellation leaves it."""

    def __init__(
        self,
        consumer: Consumer[E],
        *,
        pool: "asyncpg.Pool[asyncpg.Record]",
        transactions: Transactions,
        breaker: Breaker,
        readiness: Readiness,
        limits: Limits,
    ) -> None:
        self._consumer = consumer
        self._name = consumer.consumes.name
        self._pool = pool
        self._transactions = transactions
        self._breaker = breaker
        self._readiness = readiness
        self._limits = limits
        self._waits = False

    async def deal_with(self, records: Part, hand: Hand) -> bool:
        """Settle every record, in order; False where the batch was given up before its end."""
        case = Case(hand=hand, backoff=Backoff(ceiling_seconds=self._limits.backoff_seconds_max))
        parts = [records]  # a stack with the leftmost part on top
        while parts and not hand.given_up.is_set():
            part = parts.pop()
            try:
                parts.extend(await self._attempt(part, case))
            except Exception as error:  # noqa: BLE001 - every failure of a set is answered here
                parts.extend(await self._after(error, part, case))
        return not parts

    async def _attempt(self, part: Part, case: Case) -> list[Part]:
        """Settle a part in one transaction; or return it, whole or cut, because it is not its time yet."""
        arrivals = [read(self._consumer.consumes, record, case.verdicts) for record in part]
        if len(part) > 1 and not within_locks(arrivals):
            return halves(part)
        fault = self._fault_not_admitted(arrivals, case)
        if fault is not None:
            case.verdicts.clear()
            await self._breaker.stand_still(case.hand, fault)
            return [part]
        tally = await settle(self._transactions, self._consumer, arrivals, self._limits.dead_letters_max)
        self._count(tally, arrivals)
        await self._recovered(case)
        return []

    def _fault_not_admitted(self, arrivals: Sequence[Arrival[E]], case: Case) -> str | None:
        """Count faults of our own, each once; tell the one that opened the breaker, or that it is open still."""
        if self._breaker.state is State.OPEN:
            return "not resumed yet"
        for arrival in arrivals:
            if not isinstance(arrival, Condemned) or arrival.failure.code != INTERNAL:
                continue
            place = coordinates_of(arrival.record)
            if place not in case.counted and not self._breaker.admits():
                return arrival.failure.reason
            case.counted.add(place)
        return None

    async def _after(self, error: Exception, part: Part, case: Case) -> list[Part]:
        """Judge a failure: halve the set, wait, or pass the verdict on the one record that is left."""
        passing = is_transient(error) or isinstance(error, DeadLettersFull)
        if len(part) > 1 and (not passing or await self._is_ours(error, case)):
            metrics.HALVINGS.labels(self._name).inc()
            return halves(part)
        place = coordinates_of(part[0])
        if passing or place in case.verdicts:
            await self._wait(error, part, case)
        else:
            case.verdicts[place] = None if isinstance(error, AlreadyHandled) else failure_of(error)
        return [part]

    async def _is_ours(self, error: Exception, case: Case) -> bool:
        """Tell whether the set itself may be the cause: equal failures in a row, while the database answers others."""
        if case.strikes[kind_of(error)] < STRIKES_MAX:
            return False
        try:
            await self._pool.fetchval(QUERIES.answer, timeout=ANSWER_SECONDS_MAX)
        except Exception:  # noqa: BLE001 - whatever it says, it does not answer
            return False
        case.strikes.clear()
        log.error("set-fails-again", consumer=self._name, error=repr(error), times=STRIKES_MAX)
        return True

    async def _wait(self, error: Exception, part: Part, case: Case) -> None:
        """Say what is missing and wait a while, never longer than the batch is ours."""
        case.hand.in_trouble = True
        case.strikes[kind_of(error)] += 1
        metrics.RETRIES.labels(self._name).inc()
        if not self._waits:
            log.warning("set-waits", consumer=self._name, first=part[0].coordinates, records=len(part), error=repr(error))
        self._waits = True
        self._readiness.down(f"consumer {self._name}", f"waits at {part[0].coordinates}: {kind_of(error)}: {error}")
        await pause(case.backoff.delay(), unless=case.hand.given_up)

    async def _recovered(self, case: Case) -> None:
        case.backoff.reset()
        case.strikes.clear()
        case.hand.in_trouble = False
        await self._breaker.succeeded()
        if self._waits:
            self._waits = False
            self._readiness.up(f"consumer {self._name}")
            log.info("set-goes-on", consumer=self._name)

    def _count(self, tally: Tally, arrivals: Sequence[Arrival[E]]) -> None:
        for outcome, records in (("applied", tally.applied), ("duplicate", tally.duplicates), ("dead-letter", tally.buried)):
            metrics.RECORDS.labels(self._name, outcome).inc(records)
        for arrival in arrivals:
            if isinstance(arrival, Condemned):
                failure = arrival.failure
                log.warning(
                    "dead-letter-kept", consumer=self._name, record=arrival.record.coordinates, code=failure.code, reason=failure.reason
                )


def within_locks(arrivals: Sequence[Arrival[E]]) -> bool:
    """Tell whether one transaction may take all the locks of these arrivals."""
    return len({lock for arrival in arrivals if isinstance(arrival, Event) for lock in arrival.locks}) <= LOCKS_MAX


def halves(part: Part) -> list[Part]:
    """Cut a part in two, the left one last, so that a stack gives it first."""
    middle = len(part) // 2
    return [part[middle:], part[:middle]]
