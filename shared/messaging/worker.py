"""Work that is due: a worker runs when it is woken or when its poll comes round, one call at a time."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Worker:
    """`work` does one bounded step and tells whether there may be more; `Transaction.wake(name)` calls it after COMMIT."""

    name: str
    work: Callable[[], Awaitable[bool]]
    poll_seconds: float
