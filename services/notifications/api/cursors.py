"""A place in the feed as readers hold it: opaque, and good only for the epoch in which it was given."""

from services.notifications.domain.feed import Bounds, holds
from shared.http.paging import cursor_of, parts_of
from shared.http.problems import Problem

DIGITS_MAX = 18


def feed_cursor(epoch: int, position: int) -> str:
    """Write a place in the feed."""
    return cursor_of((str(epoch), str(position)))


def feed_position(cursor: str | None, bounds: Bounds) -> int:
    """Read a cursor, the beginning of what is kept without one; raises the problems cursor-invalid and cursor-expired."""
    if cursor is None:
        return bounds.pruned_through
    parts = parts_of(cursor)
    if len(parts) != 2 or not all(part.isascii() and part.isdecimal() and len(part) <= DIGITS_MAX for part in parts):
        raise Problem("cursor-invalid")
    epoch, position = map(int, parts)
    if not holds(bounds, epoch, position):
        raise Problem("cursor-expired")
    return position
