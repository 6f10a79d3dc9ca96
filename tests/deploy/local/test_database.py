"""A service's role reads and writes its own schema and nothing else."""

import asyncpg
import pytest

from deploy.local.database import SERVICES, Database

CONNECT_SECONDS_MAX = 10


async def make_table(database: Database, schema: str) -> None:
    """Make a table as a migration would."""
    owner = await asyncpg.connect(database.owner_url, timeout=CONNECT_SECONDS_MAX)
    await owner.execute(f"CREATE TABLE {schema}.thing (id bigserial PRIMARY KEY, name text)")
    await owner.close()


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_reads_and_writes_rows_of_its_own_schema_without_naming_it(service_database: Database, service: str) -> None:
    await make_table(service_database, service)
    connection = await asyncpg.connect(service_database.url(service), timeout=CONNECT_SECONDS_MAX)
    await connection.execute("INSERT INTO thing (name) VALUES ('one')")
    await connection.execute("UPDATE thing SET name = 'two'")
    assert await connection.fetchval("DELETE FROM thing RETURNING name") == "two"
    await connection.close()


@pytest.mark.parametrize(("service", "other"), [(one, other) for one in SERVICES for other in SERVICES if one != other])
async def test_a_service_cannot_read_the_schema_of_another(service_database: Database, service: str, other: str) -> None:
    await make_table(service_database, other)
    connection = await asyncpg.connect(service_database.url(service), timeout=CONNECT_SECONDS_MAX)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.fetch(f"TABLE {other}.thing")
    await connection.close()


@pytest.mark.parametrize("statement", ["CREATE TABLE scoring.mine ()", "CREATE TABLE public.mine ()", "DROP TABLE scoring.thing"])
async def test_a_service_cannot_change_the_shape_of_the_database(service_database: Database, statement: str) -> None:
    await make_table(service_database, "scoring")
    connection = await asyncpg.connect(service_database.url("scoring"), timeout=CONNECT_SECONDS_MAX)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(statement)
    await connection.close()
