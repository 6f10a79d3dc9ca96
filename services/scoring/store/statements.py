"""The named statements of this service, and how keys are laid out as their columns."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import asyncpg

from services.scoring.domain.heard import ClusterKey
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


def key_columns(keys: Sequence[ClusterKey]) -> tuple[list[str], list[str], list[str]]:
    """Lay cluster keys out as three columns."""
    return [key.movement for key in keys], [key.period for key in keys], [key.cluster for key in keys]


def key_of(row: Mapping[str, str]) -> ClusterKey:
    """Read a cluster key from a row."""
    return ClusterKey(movement=row["movement"], period=row["period"], cluster=row["cluster"])


def columns(rows: Iterable[tuple[object, ...]], width: int) -> tuple[list[object], ...]:
    """Turn rows into the columns that a statement unnests; no rows give empty columns."""
    laid = tuple(list[object]() for _ in range(width))
    for row in rows:
        for column, value in zip(laid, row, strict=True):
            column.append(value)
    return laid
