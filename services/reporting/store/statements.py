"""The named statements of this service, and how rows are laid out as the columns that a statement unnests."""

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

import asyncpg

from shared.database import load_queries

QUERIES = load_queries(Path(__file__).parents[1] / "sql" / "queries.sql")


class Reads(Protocol):
    """What can be asked: a pool outside a transaction, or a transaction's connection."""

    async def fetch(self, query: str, *args: object) -> list[asyncpg.Record]:
        """Run a statement and return its rows."""
        ...

    async def fetchrow(self, query: str, *args: object) -> asyncpg.Record | None:
        """Run a statement and return its first row."""
        ...


class Writes(Reads, Protocol):
    """A transaction's connection."""

    async def execute(self, query: str, *args: object) -> str:
        """Run a statement and return what it did."""
        ...


def columns(rows: Iterable[tuple[object, ...]], width: int) -> tuple[list[object], ...]:
    """Turn rows into columns; no rows give empty columns."""
    laid = tuple(list[object]() for _ in range(width))
    for row in rows:
        for column, value in zip(laid, row, strict=True):
            column.append(value)
    return laid
