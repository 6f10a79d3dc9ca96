"""Locks that every writing transaction takes first, always in one order, so that order of ids is order of commits and nobody deadlocks."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

# PostgreSQL's shared lock table fills between 12,000 and 15,000 with its default settings; several transactions run at once.
LOCKS_MAX = 1_000


class LockKind(IntEnum):
    """What is locked; the number is the order in which kinds are taken."""

    MOVEMENT = 1
    PERIOD = 2
    CLUSTER = 3
    AGENCY = 4
    ACTS = 5


@dataclass(frozen=True, slots=True, order=True)
class Lock:
    """One key. Writers hold it exclusively; `shared` is for those who only need that nobody else changes it."""

    kind: LockKind
    key: str
    shared: bool = False

    @property
    def name(self) -> str:
        """The text whose hash PostgreSQL locks, within the service's schema."""
        return f"{self.kind.name}/{self.key}"


class TooManyLocks(Exception):
    """A transaction wants more than LOCKS_MAX keys: do the work in resumable steps."""


def in_order(locks: Iterable[Lock]) -> tuple[Lock, ...]:
    """Sort by kind and key, each key once; exclusive wins where both are wanted."""
    strongest: dict[tuple[LockKind, str], Lock] = {}
    for lock in locks:
        held = strongest.get((lock.kind, lock.key))
        if held is None or held.shared:
            strongest[lock.kind, lock.key] = lock
    if len(strongest) > LOCKS_MAX:
        raise TooManyLocks(f"{len(strongest)} locks in one transaction; at most {LOCKS_MAX} are allowed")
    return tuple(strongest[place] for place in sorted(strongest))
