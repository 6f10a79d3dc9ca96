"""The pool on a real server: schema, time-outs, exact numbers, a database that is away."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal

import asyncpg
import pytest

from shared.database import Pool, open_pool


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    opened = await open_pool(database_url, schema="scoring", size=2, application_name="scoring", statement_timeout_seconds=1)
    await opened.execute("CREATE SCHEMA scoring")
    yield opened
    opened.terminate()


async def test_unqualified_names_are_in_the_schema_and_nowhere_else(pool: Pool) -> None:
    await pool.execute("CREATE TABLE thing (number int)")
    assert await pool.fetchval("SELECT to_regclass('scoring.thing') IS NOT NULL AND to_regclass('public.thing') IS NULL")


async def test_numbers_in_json_are_exact(pool: Pool) -> None:
    given = {"points": Decimal("46.7400"), "rank": 1, "tên": ["Phủ Lý", None, True]}
    kept = await pool.fetchval("SELECT $1::jsonb", given)
    assert repr(kept["points"]) == "Decimal('46.7400')"
    assert kept == given


async def test_a_statement_that_takes_too_long_is_ended(pool: Pool) -> None:
    with pytest.raises(asyncpg.QueryCanceledError):
        await pool.execute("SELECT pg_sleep(5)")


async def test_a_lock_is_not_waited_for_without_end(pool: Pool) -> None:
    async with pool.acquire() as holder, pool.acquire() as waiter:
        await holder.execute("SELECT pg_advisory_lock(1)")
        with pytest.raises(asyncpg.PostgresError):
            await waiter.execute("SELECT pg_advisory_lock(1)")


async def test_the_server_knows_the_service_by_name_and_speaks_utc(pool: Pool) -> None:
    row = await pool.fetchrow("SELECT current_setting('application_name') AS name, current_setting('timezone') AS zone")
    assert row is not None
    assert (row["name"], row["zone"]) == ("scoring", "UTC")


async def test_a_database_that_is_away_stops_no_start_and_serves_when_it_is_there(unused_tcp_port: int) -> None:
    away = await open_pool(f"postgresql://nobody@127.0.0.1:{unused_tcp_port}/none", schema="scoring", size=2)
    for _ in range(2):
        with pytest.raises(OSError):  # noqa: PT011 (refused, or no route: both mean away)
            await away.fetchval("SELECT 1")
    await asyncio.wait_for(away.close(), 5)


@pytest.mark.parametrize("schema", ["", "a,b", 'x"y', "Scoring", "scoring; drop"])
async def test_a_schema_has_a_plain_name(schema: str) -> None:
    with pytest.raises(ValueError, match="plain name"):
        open_pool("postgresql://nobody@127.0.0.1/none", schema=schema)
