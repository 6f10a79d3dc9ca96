"""Lists are read in pages: bounded, in a stable order, on from an opaque cursor."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, Field

T = TypeVar("T")
LIMIT_MAX = 500


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
    after: Annotated[str | None, Query(max_length=1_000, description="Cursor of the page before.")] = None,
) -> Paging:
    """Dependency: `paging: Annotated[Paging, Depends(paging)]`. Ask the store for limit + 1 rows, then `page(...)`."""
    raise NotImplementedError


def page(rows: Sequence[T], paging: Paging, key: Callable[[T], Sequence[str]]) -> Page[T]:
    """Make a page of limit + 1 rows: the surplus row only says that there are more."""
    raise NotImplementedError
