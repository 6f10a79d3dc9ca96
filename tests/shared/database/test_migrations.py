"""Migrations on a real server: in order, once, whole, by one at a time; a schema that does not fit is named."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from deploy.local.database import Database
from shared.database import Pool, SchemaAhead, SchemaBehind, SchemaChanged, check_schema, migrate, open_pool
from shared.database.migrations import SHARED_MIGRATIONS, MigrationsInvalid, read_steps

SHARED = [path.stem for path in sorted(SHARED_MIGRATIONS.glob("*.sql"))]


@pytest.fixture
def steps(tmp_path: Path) -> Path:
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_things.sql").write_text("CREATE TABLE thing (number int PRIMARY KEY);\nINSERT INTO thing VALUES (1);\n")
    return folder


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    opened = await open_pool(database_url, schema="scoring", size=2)
    yield opened
    opened.terminate()


def add(steps: Path, name: str, sql: str) -> None:
    (steps / f"{name}.sql").write_text(sql)


async def test_shared_steps_come_first_and_a_second_run_applies_nothing(database_url: str, pool: Pool, steps: Path) -> None:
    assert await migrate(database_url, "scoring", [steps]) == [*SHARED, "0001_things"]
    assert await migrate(database_url, "scoring", [steps]) == []
    await check_schema(pool, "scoring", [steps])


async def test_naming_the_shared_directory_changes_nothing(database_url: str, steps: Path) -> None:
    await migrate(database_url, "scoring", [SHARED_MIGRATIONS, steps])
    assert await migrate(database_url, "scoring", [steps, SHARED_MIGRATIONS]) == []


async def test_eight_at_the_same_time_apply_each_step_once(database_url: str, pool: Pool, steps: Path) -> None:
    applied = await asyncio.gather(*(migrate(database_url, "scoring", [steps]) for _ in range(8)))
    assert sorted(step for each in applied for step in each) == sorted([*SHARED, "0001_things"])
    assert await pool.fetchval("SELECT count(*) FROM thing") == 1


async def test_two_schemas_of_one_database_are_apart(database_url: str, steps: Path) -> None:
    await asyncio.gather(*(migrate(database_url, schema, [steps]) for schema in ("scoring", "reporting")))


async def test_a_step_that_fails_leaves_nothing_of_itself_and_what_came_before_stays(database_url: str, pool: Pool, steps: Path) -> None:
    add(steps, "0002_more", "CREATE TABLE more (number int); SELECT 1 / 0;")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(database_url, "scoring", [steps])
    assert await pool.fetchval("SELECT to_regclass('more') IS NULL AND to_regclass('thing') IS NOT NULL")
    add(steps, "0002_more", "CREATE TABLE more (number int);")
    assert await migrate(database_url, "scoring", [steps]) == ["0002_more"]


async def test_a_schema_that_was_never_migrated_is_behind_by_all_steps(database_url: str, pool: Pool, steps: Path) -> None:
    with pytest.raises(SchemaBehind, match=r"behind this program by 0001_runtime, .*0001_things: run `python -m services.scoring migrate`"):
        await check_schema(pool, "scoring", [steps])


async def test_a_schema_that_lacks_a_step_is_behind_by_it(database_url: str, pool: Pool, steps: Path) -> None:
    await migrate(database_url, "scoring", [steps])
    add(steps, "0002_more", "CREATE TABLE more (number int);")
    with pytest.raises(SchemaBehind, match="by 0002_more: run"):
        await check_schema(pool, "scoring", [steps])


async def test_a_schema_with_a_step_that_the_program_does_not_know_is_ahead(database_url: str, pool: Pool, steps: Path) -> None:
    add(steps, "0002_more", "CREATE TABLE more (number int);")
    await migrate(database_url, "scoring", [steps])
    (steps / "0002_more.sql").unlink()
    with pytest.raises(SchemaAhead, match="ahead of this program by 0002_more"):
        await check_schema(pool, "scoring", [steps])
    with pytest.raises(SchemaAhead):
        await migrate(database_url, "scoring", [steps])


async def test_a_step_that_was_changed_afterwards_is_named_and_nothing_is_applied(database_url: str, pool: Pool, steps: Path) -> None:
    await migrate(database_url, "scoring", [steps])
    add(steps, "0001_things", "CREATE TABLE thing (number bigint PRIMARY KEY);")
    add(steps, "0002_more", "CREATE TABLE more (number int);")
    with pytest.raises(SchemaChanged, match="0001_things changed after being applied"):
        await migrate(database_url, "scoring", [steps])
    with pytest.raises(SchemaChanged):
        await check_schema(pool, "scoring", [steps])
    assert await pool.fetchval("SELECT to_regclass('more') IS NULL")


async def test_how_lines_end_is_no_change(database_url: str, pool: Pool, steps: Path) -> None:
    await migrate(database_url, "scoring", [steps])
    file = steps / "0001_things.sql"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    await check_schema(pool, "scoring", [steps])


@pytest.mark.parametrize("name", ["0003_gap", "1_short", "0002_Upper", "0001_twice"])
def test_steps_are_numbered_without_gaps(steps: Path, name: str) -> None:
    add(steps, name, "SELECT 1;")
    with pytest.raises(MigrationsInvalid):
        read_steps([steps])


def test_two_steps_never_share_a_name(steps: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    add(other, "0001_things", "SELECT 1;")
    with pytest.raises(MigrationsInvalid, match="share a name"):
        read_steps([steps, other])


async def test_the_owner_migrates_and_the_service_reads_and_writes_but_shapes_nothing(service_database: Database, steps: Path) -> None:
    await migrate(service_database.owner_url, "scoring", [steps])
    pool = await open_pool(service_database.url("scoring"), schema="scoring", size=2)
    try:
        await check_schema(pool, "scoring", [steps])
        await pool.execute("INSERT INTO thing VALUES (2)")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute("DROP TABLE thing")
    finally:
        pool.terminate()


async def test_a_service_can_not_read_another_schema(service_database: Database, steps: Path) -> None:
    await migrate(service_database.owner_url, "scoring", [steps])
    pool = await open_pool(service_database.url("reporting"), schema="reporting", size=2)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.fetchval("SELECT count(*) FROM scoring.thing")
    finally:
        pool.terminate()
