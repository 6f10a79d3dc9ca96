"""The parts of a service that an operator works on."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from shared.clock import Clock
from shared.database import Pool
from shared.messaging import Consumer, KafkaSettings, Transactions

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operated:
    """One service. `kafka` is only asked for by what goes to the broker."""

    name: str
    pool: Pool
    transactions: Transactions
    clock: Clock
    consumers: Sequence[Consumer[Any]]
    kafka: Callable[[], KafkaSettings]

    def consumer(self, name: str) -> Consumer[Any] | None:
        """The consumer of this name, if the service has one."""
        return next((each for each in self.consumers if each.consumes.name == name), None)


class Run(Protocol):
    """Runs an action on the service that the command line is of."""

    def __call__(self, action: Callable[[Operated], Awaitable[T]], /) -> T:
        """Run it to its end."""
        ...
