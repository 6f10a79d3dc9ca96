"""The command of the container `roles`, run as it stands against a real server, leaves each service with its own schema."""

import os
import subprocess
from collections.abc import Iterator

import asyncpg
import pytest

from deploy.local.database import SERVICES, create
from deploy.local.postgres import PostgresAddress, embedded_postgres, programs
from deploy.local.processes import RunFolder
from tests.deploy.compose import CHECKOUT, containers

COMMAND_SECONDS_MAX = 60
DATABASE = "thidua"


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresAddress]:
    """A server of its own: roles belong to the whole server, and other tests need theirs."""
    with RunFolder(f"compose-roles-{os.getpid()}") as run, embedded_postgres(run, durable=False) as address:
        create(address, DATABASE)
        yield address


def run_roles(server: PostgresAddress) -> subprocess.CompletedProcess[str]:
    """Run the container's command, with the server's address in place of the container's."""
    roles = containers()["roles"]
    there = {"PGHOST": server.host, "PGPORT": str(server.port), "PGPASSWORD": server.password}
    command = [part.replace("/roles.sql", str(CHECKOUT / "deploy/postgres/roles.sql")) for part in roles.command]
    command[0] = str(programs() / "bin" / command[0])
    environment = {**os.environ, **roles.environment, **there}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=COMMAND_SECONDS_MAX, check=False)


async def test_each_service_gets_in_with_its_password_and_only_to_its_schema(server: PostgresAddress) -> None:
    assert run_roles(server).returncode == 0
    assert run_roles(server).returncode == 0, "it must be possible to run it again"
    for service in SERVICES:
        password = containers()["roles"].environment[f"{service.upper()}_PASSWORD"]
        connection = await asyncpg.connect(server.url(role=f"thidua_{service}", password=password, database=DATABASE), timeout=10)
        usable = await connection.fetch(
            "SELECT nspname FROM pg_namespace WHERE has_schema_privilege(oid, 'USAGE') AND nspname !~ '^pg_|^information'"
        )
        await connection.close()
        assert [row["nspname"] for row in usable] == [service]
