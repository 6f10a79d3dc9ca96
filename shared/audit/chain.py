"""The chain of acts in the table beside the one that was announced: names the first place at which they part.

Whoever rewrites the table can make it hold in itself; what was announced can not be taken back. A chain that is true to the witness and
to its own hashes was neither altered, nor shortened, nor added to.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import asyncpg

from shared.events.fields import ActRecorded


class Reads(Protocol):
    """What can be asked of the database."""

    async def fetch(self, query: str, *args: object) -> list[asyncpg.Record]:
        """Run a statement and return its rows."""
        ...

    async def fetchrow(self, query: str, *args: object) -> asyncpg.Record | None:
        """Run a statement and return its first row."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A service's record of acts: where it is announced, how its rows are read on from a place, how a link is hashed."""

    service: str
    topic: str
    acts_after: Callable[[Reads, int, int], Awaitable[Sequence[ActRecorded]]]
    hash_of: Callable[[ActRecorded], str]


class Fault(StrEnum):
    """What was done to the table."""

    ALTERED = "altered"
    REMOVED = "removed"
    INSERTED = "inserted"
    CUT_OFF = "cut-off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """What was announced, by place in the chain: on the topic, or still waiting for the relay."""

    told: Mapping[int, ActRecorded]

    @classmethod
    def of(cls, facts: Iterable[ActRecorded]) -> "Witness":
        """The first word on each place holds: what is announced later under the same place can not unsay it."""
        told: dict[int, ActRecorded] = {}
        for fact in facts:
            told.setdefault(fact.sequence, fact)
        return cls(told=told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The first place at which table and witness part. `rewritten`: the table holds in itself there, so its hashes were made anew."""

    sequence: int
    fault: Fault
    found: ActRecorded | None
    witnessed: ActRecorded | None
    rewritten: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The rows by place; `unreadable` are places whose row is no act any more. Rows behind `judged` are too new to have been announced."""

    rows: Mapping[int, ActRecorded]
    judged: int
    unreadable: frozenset[int] = frozenset()

    @property
    def last(self) -> int:
        """The last place that there is a row for."""
        return max((*self.rows, *self.unreadable), default=0)


def first_fault(table: Table, witness: Witness, hash_of: Callable[[ActRecorded], str]) -> Finding | None:
    """Walk both chains from the first act; none where they are one and each link hashes to what it says."""
    for place in range(1, max(table.last, max(witness.told, default=0)) + 1):
        finding = fault_at(place, table, witness, hash_of)
        if finding is not None:
            return finding
    return None


def fault_at(place: int, table: Table, witness: Witness, hash_of: Callable[[ActRecorded], str]) -> Finding | None:
    """What is wrong at one place, all before it being right."""
    found, told = table.rows.get(place), witness.told.get(place)
    if place in table.unreadable:
        return Finding(sequence=place, fault=Fault.ALTERED, found=None, witnessed=told)
    if found is None:
        return Finding(sequence=place, fault=Fault.CUT_OFF if place > table.last else Fault.REMOVED, found=None, witnessed=told)
    holds = is_linked(found, table.rows.get(place - 1), hash_of)
    if told is None:
        return (
            Finding(sequence=place, fault=Fault.INSERTED, found=found, witnessed=None, rewritten=holds) if place <= table.judged else None
        )
    if found == told and holds:
        return None
    return Finding(sequence=place, fault=difference(place, table, witness), found=found, witnessed=told, rewritten=holds)


def is_linked(found: ActRecorded, before: ActRecorded | None, hash_of: Callable[[ActRecorded], str]) -> bool:
    """Whether a link hashes to what it says and follows the one before it."""
    return found.hash == hash_of(found) and found.previous_hash == (before.hash if before else None)


def difference(place: int, table: Table, witness: Witness) -> Fault:
    """An act that stands where the next one was announced tells of one taken out; one that stands a place too late of one slipped in."""
    found, told = table.rows[place], witness.told[place]
    following, announced = table.rows.get(place + 1), witness.told.get(place + 1)
    if announced is not None and found.act == announced.act:
        return Fault.REMOVED
    if following is not None and following.act == told.act:
        return Fault.INSERTED
    return Fault.ALTERED
