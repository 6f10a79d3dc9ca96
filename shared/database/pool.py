"""Connections are few, named, bounded in time, and give numbers back exactly as they were kept."""

import re
from typing import TYPE_CHECKING, TypeAlias

import asyncpg

from shared.database import exact_json

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"

CONNECT_SECONDS_MAX = 10.0
LOCK_SECONDS_MAX = 20.0
IDLE_SECONDS_MAX = 60.0
# The server ends a statement first, and says why; this is for a server that no longer answers.
SILENCE_SECONDS = 5.0
_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,62}")


def open_pool(
    url: str,
    *,
    schema: str,
    size: int = 10,
    application_name: str = "thidua",
    statement_timeout_seconds: float = 30,
) -> Pool:
    """Make a pool; `await` it before use. It connects when first used, so a database that is away does not stop a start."""
    return asyncpg.create_pool(
        url,
        min_size=0,
        max_size=size,
        timeout=CONNECT_SECONDS_MAX,
        command_timeout=statement_timeout_seconds + SILENCE_SECONDS,
        server_settings={
            "search_path": identifier(schema),
            "application_name": application_name,
            "timezone": "UTC",
            "statement_timeout": _milliseconds(statement_timeout_seconds),
            "lock_timeout": _milliseconds(min(LOCK_SECONDS_MAX, statement_timeout_seconds)),
            "idle_in_transaction_session_timeout": _milliseconds(IDLE_SECONDS_MAX),
        },
        init=_keep_numbers_exact,
    )


def identifier(name: str) -> str:
    """Return the name if it needs no quoting; ValueError otherwise."""
    if not _IDENTIFIER.fullmatch(name):
        raise ValueError(f"not a plain name of a schema: {name!r}")
    return name


async def _keep_numbers_exact(connection: Connection) -> None:
    for kind in ("json", "jsonb"):
        await connection.set_type_codec(kind, schema="pg_catalog", encoder=exact_json.dumps, decoder=exact_json.loads)


def _milliseconds(seconds: float) -> str:
    return str(int(seconds * 1_000))
