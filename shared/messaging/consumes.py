"""What a service declares: which topics it hears, how a record is read, what makes an event the same, and which keys it writes."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from shared.messaging.locks import Lock
from shared.messaging.records import Record
from shared.messaging.transaction import Transaction

E = TypeVar("E")

Handler = Callable[[Transaction, Sequence[E]], Awaitable[None]]
"""Gets only the events never applied, in topic order, each identity once; stores and announces through the transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumes(Generic[E]):
    """One consumer's declaration.

    `name` is the Kafka group and the consumer's name in the inbox: never change it for a consumer that has run.
    `topics` or `pattern` (a regular expression over topic names) say what it hears.
    `read`, `identity` and `locks` are pure: `read` raises Rejected for what it cannot read.
    `identity` is (source, id); where senders' ids are judged by the handler itself it may be the record's coordinates.
    """

    name: str
    topics: tuple[str, ...] = ()
    pattern: str | None = None
    read: Callable[[Record], E]
    identity: Callable[[E], tuple[str, str]]
    locks: Callable[[E], Iterable[Lock]]

    def __post_init__(self) -> None:
        if bool(self.topics) == bool(self.pattern):
            raise ValueError(f"consumer {self.name}: give either topics or a pattern")


@dataclass(frozen=True, slots=True)
class Consumer(Generic[E]):
    """A declaration joined to the function that does the work."""

    consumes: Consumes[E]
    handler: Handler[E]
