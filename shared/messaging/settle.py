"""One transaction for a set of records: lock, mark, decide, store, announce, bury. All of it commits, or none of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from shared.messaging.consumes import Consumer
from shared.messaging.dead_letters import bury
from shared.messaging.inbox import fold, keep_new
from shared.messaging.reading import Arrival, Condemned, Event
from shared.messaging.transaction import Transactions

E = TypeVar("E")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What became of the records of a set: each is in exactly one of the three counts."""

    applied: int
    duplicates: int
    buried: int


async def settle(transactions: Transactions, consumer: Consumer[E], arrivals: Sequence[Arrival[E]], open_max: int) -> Tally:
    """Apply what was never applied and bury what can not be; raises whatever the handler or the database raises."""
    events = [arrival for arrival in arrivals if isinstance(arrival, Event)]
    condemned = [arrival for arrival in arrivals if isinstance(arrival, Condemned)]
    once = fold(events)
    async with transactions.begin({lock for event in once for lock in event.locks}) as transaction:
        new = await keep_new(transaction, consumer.consumes.name, once)
        undone = [event.content for event in new if not event.handled]
        if undone:
            await consumer.handler(transaction, undone)
        await bury(transaction, consumer.consumes.name, condemned, open_max)
    return Tally(applied=len(undone), duplicates=len(events) - len(undone), buried=len(condemned))
