"""Lists are read in pages: bounded, in a stable order, on from an opaque cursor."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, Field

from shared.http.problems import Problem

T = TypeVar("T")
LIMIT_MAX = 500
PARTS_MAX = 8


class Page(BaseModel, Generic[T]):
    """One page; `next` is the cursor to go on from, none on the last page."""

    items: list[T]
    next: str | None = Field(default=None, description="Pass it as `after` to read on; none on the last page.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """What was asked for: at most `limit` items after the place that `after` names (the parts of the last item's key)."""

    limit: int
    after: tuple[str, ...] | None


def paging(
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX, description="Items in a page.")] = 100,
    after: Annotated[str | None, Query(max_length=2_000, description="`next` of the page before.")] = None,
) -> Paging:
    """Dependency: `asked: Annotated[Paging, Depends(paging)]`. Ask the store for limit + 1 rows, then make a `page` of them."""
    return Paging(limit=limit, after=None if after is None else parts_of(after))


def page(rows: Sequence[T], asked: Paging, key: Callable[[T], Sequence[str]]) -> Page[T]:
    """Make a page of up to limit + 1 rows: the surplus row only says that there are more."""
    items = list(rows[: asked.limit])
    more = len(rows) > asked.limit
    return Page(items=items, next=cursor_of(key(items[-1])) if more else None)


def cursor_of(parts: Sequence[str]) -> str:
    """Write a place in a list as an opaque cursor."""
    return base64.urlsafe_b64encode(json.dumps(list(parts)).encode()).decode().rstrip("=")


def parts_of(cursor: str) -> tuple[str, ...]:
    """Read a cursor; raises the problem cursor-invalid where it is none of ours."""
    try:
        parts = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise Problem("cursor-invalid") from error
    if not isinstance(parts, list) or not 0 < len(parts) <= PARTS_MAX or not all(_is_text(part) for part in parts):
        raise Problem("cursor-invalid")
    return tuple(parts)


def _is_text(part: object) -> bool:
    """Text that the database can be asked for."""
    return isinstance(part, str) and "\x00" not in part and part.isprintable()
