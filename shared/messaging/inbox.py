"""The inbox: an event is applied at most once for each consumer, whoever delivers it however often."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from shared.messaging.reading import Event
from shared.messaging.sql import QUERIES
from shared.messaging.transaction import Database, Transaction

E = TypeVar("E")


def fold(events: Sequence[Event[E]]) -> list[Event[E]]:
    """Keep the first of each identity, in the order of arrival."""
    first: dict[tuple[str, str], Event[E]] = {}
    for event in events:
        first.setdefault(event.identity, event)
    return list(first.values())


async def keep_new(transaction: Transaction, consumer: str, events: Sequence[Event[E]]) -> list[Event[E]]:
    """Mark the events as applied; returns those that never were before. A dead letter of one that is new now closes with it."""
    if not events:
        return []
    sources = [event.identity[0] for event in events]
    ids = [event.identity[1] for event in events]
    rows = await transaction.connection.fetch(QUERIES.keep_new_events, consumer, sources, ids, transaction.now)
    return [events[row["place"]] for row in rows]


async def prune(database: Database, before: datetime, rows_max: int) -> int:
    """Forget the oldest marks in one bounded step; returns how many. A duplicate is recognised for as long as its mark is kept."""
    status = await database.execute(QUERIES.prune_inbox, before, rows_max)
    return int(status.split()[-1])
