"""Connections are few, named, bounded in time, and give numbers back exactly as they were kept."""

from typing import TypeAlias

import asyncpg

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


def open_pool(
    url: str,
    *,
    schema: str,
    size: int = 10,
    application_name: str = "thidua",
    statement_timeout_seconds: float = 30,
) -> Pool:
    """Make a pool; `await` it before use. It connects when first used, so a database that is away does not stop a start."""
    raise NotImplementedError
