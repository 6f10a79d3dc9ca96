"""Dead letters: a record that could not be applied is kept whole, in the transaction that passes it, until somebody decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import asyncpg

from shared.messaging.consumes import Consumer
from shared.messaging.errors import AlreadyHandled, is_transient
from shared.messaging.inbox import keep_new
from shared.messaging.reading import Condemned, Event, Failure, failure_of, read
from shared.messaging.records import Record
from shared.messaging.sql import QUERIES
from shared.messaging.transaction import Database, Transaction, Transactions

PAGE_MAX = 1_000


class DeadLettersFull(Exception):
    """A consumer has as many open dead letters as it may: it stops until some are replayed or dropped."""


class DeadLetterUnknown(Exception):
    """No dead letter has this number."""


class Rehearsed(Exception):
    """Ends the transaction of a rehearsal, so that nothing of it stays."""


class State(StrEnum):
    """What became of a dead letter; an open or dropped one is applied when its event is delivered again."""

    OPEN = "open"
    APPLIED = "applied"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Which dead letters an operator wants to see; None asks for all.

    `id` is the event's, or what stands in it before a slash; `text` is a part of the reason.
    """

    after: int = 0
    consumer: str | None = None
    code: str | None = None
    topic: str | None = None
    state: State | None = State.OPEN
    since: datetime | None = None
    until: datetime | None = None
    id: str | None = None
    text: str | None = None
    rows_max: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """One line of a list of dead letters."""

    number: int
    consumer: str
    topic: str
    partition: int
    offset: int
    appended_at: datetime
    source: str | None
    id: str | None
    code: str
    reason: str
    state: State
    found_at: datetime
    attempts: int
    closed_at: datetime | None
    closed_because: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetterWhole:
    """A dead letter with its record and the trace of what went wrong."""

    letter: DeadLetter
    record: Record
    trace: str


async def bury(transaction: Transaction, consumer: str, condemned: Sequence[Condemned], open_max: int) -> None:
    """Keep the records; raises DeadLettersFull where the consumer may not have so many."""
    if not condemned:
        return
    connection = transaction.connection
    count = await connection.fetchval(QUERIES.count_open_dead_letters, consumer, open_max)
    if count + len(condemned) > open_max:
        raise DeadLettersFull(f"{consumer} has {count} open dead letters; {open_max} are allowed: replay or drop some")
    await connection.executemany(QUERIES.bury, [_row(consumer, each, transaction.now) for each in condemned])


def _row(consumer: str, condemned: Condemned, now: datetime) -> tuple[object, ...]:
    record, failure = condemned.record, condemned.failure
    source, id_ = condemned.identity or (None, None)
    names = [name.encode("utf-8", "surrogateescape") for name, _ in record.headers]
    values = [value for _, value in record.headers]
    place = (record.topic, record.partition, record.offset, record.appended_at)
    return (consumer, *place, record.key, record.value, names, values, source, id_, failure.code, failure.reason, failure.trace, now)


async def number_at(database: Database, consumer: str, record: Record) -> int:
    """The number of the dead letter that a record is kept in; raises DeadLetterUnknown."""
    number: int | None = await database.fetchval(QUERIES.find_dead_letter_at, consumer, record.topic, record.partition, record.offset)
    if number is None:
        raise DeadLetterUnknown(f"{record.coordinates} is no dead letter of {consumer}")
    return number


async def find(database: Database, search: Search) -> list[DeadLetter]:
    """List dead letters, oldest first, at most PAGE_MAX; go on with `after` = the last number."""
    filters = (search.consumer, search.code, search.topic, search.state, search.since, search.until, search.id, search.text)
    rows = await database.fetch(QUERIES.list_dead_letters, search.after, *filters, min(search.rows_max, PAGE_MAX))
    return [_letter(row) for row in rows]


async def show(database: Database, number: int) -> DeadLetterWhole:
    """Return one dead letter whole; raises DeadLetterUnknown. A header's name that is not UTF-8 is shown with its bytes escaped."""
    row = await database.fetchrow(QUERIES.get_dead_letter, number)
    if row is None:
        raise DeadLetterUnknown(f"there is no dead letter {number}")
    record = Record(
        topic=row["topic"],
        partition=row["partition"],
        offset=row["record_offset"],
        appended_at=row["appended_at"],
        key=row["key"],
        value=row["value"],
        headers=tuple(
            (name.decode("utf-8", "backslashreplace"), value) for name, value in zip(row["header_names"], row["header_values"], strict=True)
        ),
    )
    return DeadLetterWhole(letter=_letter(row), record=record, trace=row["trace"])


async def drop(database: Database, number: int, now: datetime, because: str) -> bool:
    """Close a dead letter without applying it; False where it is applied already or unknown."""
    return str(await database.execute(QUERIES.close_dead_letter, number, State.DROPPED, now, because)) != "UPDATE 0"


async def replay(
    database: Database, transactions: Transactions, consumer: Consumer[Any], number: int, because: str = "replayed"
) -> Failure | None:
    """Run the stored record through the consumer's own function, in the transaction that closes it.

    Returns None when it is applied now (or was before), or why it failed again. Transient errors and DeadLetterUnknown are raised.
    """
    failure = await _run(database, transactions, consumer, number, because)
    if failure is not None:
        await database.execute(QUERIES.note_failed_replay, number, failure.code, failure.reason, failure.trace)
    return failure


async def rehearse(database: Database, transactions: Transactions, consumer: Consumer[Any], number: int) -> Failure | None:
    """Do what `replay` does and take it back, whatever came of it; returns what `replay` would."""
    return await _run(database, transactions, consumer, number, because=None)


async def _run(database: Database, transactions: Transactions, consumer: Consumer[Any], number: int, because: str | None) -> Failure | None:
    whole = await show(database, number)
    arrival = read(consumer.consumes, whole.record, {})
    if isinstance(arrival, Condemned):
        return arrival.failure if whole.letter.state is not State.APPLIED else None
    try:
        await _apply_and_close(transactions, consumer, arrival, number, because)
    except Rehearsed:
        return None
    except Exception as error:
        if is_transient(error):
            raise
        return failure_of(error)
    return None


async def _apply_and_close(
    transactions: Transactions, consumer: Consumer[Any], event: Event[Any], number: int, because: str | None
) -> None:
    """Apply the event unless it is applied already; without a word on why it is closed, all of it is taken back."""
    async with transactions.begin(event.locks) as transaction:
        state = await transaction.connection.fetchval(QUERIES.hold_dead_letter, number)
        if state == State.APPLIED:
            return
        await transaction.connection.execute(QUERIES.close_dead_letter, number, State.APPLIED, transaction.now, because or "")
        if await keep_new(transaction, consumer.consumes.name, [event]):
            await _handle(transaction, consumer, event)
        if because is None:
            raise Rehearsed


async def _handle(transaction: Transaction, consumer: Consumer[Any], event: Event[Any]) -> None:
    """Call the handler; what it says is handled already leaves nothing behind but the mark."""
    try:
        async with transaction.connection.transaction():
            await consumer.handler(transaction, [event.content])
    except AlreadyHandled:
        return


async def count_open(database: Database) -> dict[str, int]:
    """Count the open dead letters of each consumer that has any."""
    return {row["consumer"]: row["rows"] for row in await database.fetch(QUERIES.measure_dead_letters)}


async def prune(database: Database, before: datetime, rows_max: int) -> int:
    """Forget dead letters closed before an instant, in one bounded step; returns how many."""
    status = await database.execute(QUERIES.prune_dead_letters, before, rows_max)
    return int(status.split()[-1])


def _letter(row: asyncpg.Record) -> DeadLetter:
    return DeadLetter(
        number=row["number"],
        consumer=row["consumer"],
        topic=row["topic"],
        partition=row["partition"],
        offset=row["record_offset"],
        appended_at=row["appended_at"],
        source=row["source"],
        id=row["id"],
        code=row["code"],
        reason=row["reason"],
        state=State(row["state"]),
        found_at=row["found_at"],
        attempts=row["attempts"],
        closed_at=row["closed_at"],
        closed_because=row["closed_because"],
    )
