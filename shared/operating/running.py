"""Whether each consumer of a service runs, and the word that lets one go on that has stopped itself."""

from dataclasses import dataclass

from shared.logging import logger
from shared.messaging import breaker, dead_letters
from shared.messaging.breaker import Opening
from shared.operating.operated import Operated

log = logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerStanding:
    """One consumer: what it hears, whether it has stopped itself, and how many of its dead letters wait."""

    name: str
    topics: tuple[str, ...]
    pattern: str | None
    stopped: Opening | None
    open_dead_letters: int


async def standings(operated: Operated) -> list[ConsumerStanding]:
    """Tell of every consumer of the service, in the order of their names."""
    stopped = await breaker.find_open(operated.pool)
    letters = await dead_letters.count_open(operated.pool)
    return [
        ConsumerStanding(
            name=consumes.name,
            topics=consumes.topics,
            pattern=consumes.pattern,
            stopped=stopped.get(consumes.name),
            open_dead_letters=letters.get(consumes.name, 0),
        )
        for consumes in sorted((each.consumes for each in operated.consumers), key=lambda consumes: consumes.name)
    ]


async def resume(operated: Operated, name: str, *, by: str) -> bool:
    """Let a consumer go on, in whatever process it runs; False where it had not stopped."""
    was_stopped = await breaker.resume(operated.pool, name)
    log.info("consumer-resumed", consumer=name, by=by, was_stopped=was_stopped)
    return was_stopped
