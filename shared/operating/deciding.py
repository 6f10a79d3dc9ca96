"""What becomes of a dead letter by an operator's word. HTTP and the command line both decide here, so nothing takes effect twice."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from shared.logging import logger
from shared.messaging import dead_letters, is_transient
from shared.messaging.dead_letters import DeadLetter, State
from shared.messaging.reading import Failure
from shared.operating.operated import Operated
from shared.operating.raw import BATCH_UNDECODABLE

T = TypeVar("T")

ATTEMPTS_MAX = 3
AGAIN_SECONDS = 0.5
log = logger(__name__)


class AskedState(StrEnum):
    """Which dead letters are asked for."""

    OPEN = "open"
    APPLIED = "applied"
    DROPPED = "dropped"
    ALL = "all"

    @property
    def state(self) -> State | None:
        """The state that is searched for; none for all."""
        return None if self is AskedState.ALL else State(self)


class Outcome(StrEnum):
    """What came of it; the last three belong to a dry run, after which everything is as before."""

    APPLIED = "applied"
    FAILED_AGAIN = "failed-again"
    DROPPED = "dropped"
    APPLIED_BEFORE = "applied-before"
    WOULD_APPLY = "would-apply"
    WOULD_FAIL = "would-fail"
    WOULD_DROP = "would-drop"


NOT_DONE = frozenset({Outcome.FAILED_AGAIN, Outcome.APPLIED_BEFORE, Outcome.WOULD_FAIL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A dead letter as it was found, and what came of it."""

    letter: DeadLetter
    outcome: Outcome
    failure: Failure | None = None


async def replay(operated: Operated, letter: DeadLetter, *, by: str, dry_run: bool = False) -> Decided:
    """Run the stored record through its consumer's own function; one that is applied already stays as it is.

    A dry run does the same and takes it back. Raises what is transient, after a few attempts.
    """
    failure = _obstacle(operated, letter) or await _patiently(lambda: _run(operated, letter, by, dry_run))
    if dry_run:
        return Decided(letter=letter, outcome=Outcome.WOULD_APPLY if failure is None else Outcome.WOULD_FAIL, failure=failure)
    outcome = Outcome.APPLIED if failure is None else Outcome.FAILED_AGAIN
    log.info("dead-letter-replayed", number=letter.number, consumer=letter.consumer, by=by, outcome=outcome)
    return Decided(letter=letter, outcome=outcome, failure=failure)


async def _run(operated: Operated, letter: DeadLetter, by: str, dry_run: bool) -> Failure | None:
    consumer = operated.consumer(letter.consumer)
    if consumer is None:
        raise LookupError(f"{operated.name} has no consumer {letter.consumer}")
    if dry_run:
        return await dead_letters.rehearse(operated.pool, operated.transactions, consumer, letter.number)
    return await dead_letters.replay(operated.pool, operated.transactions, consumer, letter.number, f"replayed by {by}")


def _obstacle(operated: Operated, letter: DeadLetter) -> Failure | None:
    """Tell why a letter can not even be tried."""
    if operated.consumer(letter.consumer) is None:
        return Failure(code="consumer-unknown", reason=f"{operated.name} has no consumer {letter.consumer} any more")
    if letter.code == BATCH_UNDECODABLE:
        return Failure(code=letter.code, reason="it holds a batch as it came from the broker, not a record: take it apart by other means")
    return None


async def _patiently(attempt: Callable[[], Awaitable[T]], attempts: int = ATTEMPTS_MAX) -> T:
    """Try again what fails for a passing cause, such as a consumer that is at the same event."""
    try:
        return await attempt()
    except Exception as error:
        if attempts == 1 or not is_transient(error):
            raise
    await asyncio.sleep(AGAIN_SECONDS)
    return await _patiently(attempt, attempts - 1)


async def drop(operated: Operated, letter: DeadLetter, *, by: str, reason: str, dry_run: bool = False) -> Decided:
    """Close a dead letter without applying it. The first reason stays; one that is applied already is past dropping."""
    if letter.state is State.APPLIED:
        return Decided(letter=letter, outcome=Outcome.APPLIED_BEFORE)
    if dry_run:
        return Decided(letter=letter, outcome=Outcome.WOULD_DROP)
    if letter.state is State.DROPPED:
        return Decided(letter=letter, outcome=Outcome.DROPPED)
    if not await dead_letters.drop(operated.pool, letter.number, operated.clock.now(), f"{by}: {reason}"):
        return Decided(letter=letter, outcome=Outcome.APPLIED_BEFORE)
    log.info("dead-letter-dropped", number=letter.number, consumer=letter.consumer, by=by, reason=reason)
    return Decided(letter=letter, outcome=Outcome.DROPPED)
