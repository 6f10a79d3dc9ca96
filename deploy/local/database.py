"""The database `thidua` on an embedded server: made empty, with the roles and schemas of `deploy/postgres/roles.sql`."""

import secrets
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local.failure import SetupFailed
from deploy.local.places import CHECKOUT
from deploy.local.postgres import COMMAND_SECONDS_MAX, SUPERUSER, PostgresAddress, plain_environment, programs

NAME = "thidua"
OWNER = "owner"
SERVICES = ("reporting", "scoring", "notifications")
ROLES_FILE = CHECKOUT / "deploy" / "postgres" / "roles.sql"


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """A database of the services: its name, and the password of each role."""

    address: PostgresAddress
    name: str
    passwords: dict[str, str]

    @property
    def owner_url(self) -> str:
        """The address for migrations."""
        return self.url(OWNER)

    def url(self, service: str) -> str:
        """The address for a service's own role."""
        return self.address.url(role=f"thidua_{service}", password=self.passwords[service], database=self.name)


def new_passwords() -> dict[str, str]:
    """Draw a password for each role."""
    return {role: secrets.token_hex(16) for role in (OWNER, *SERVICES)}


def make_database(address: PostgresAddress, *, name: str = NAME, passwords: dict[str, str] | None = None) -> Database:
    """Make a database with its roles and schemas; roles are the server's, so databases on one server share their passwords."""
    known = passwords or new_passwords()
    create(address, name)
    secret = {f"{role}_password".upper(): password for role, password in known.items()}  # a list of processes shows no environment
    variables = [part for role in known for part in ("-c", f"\\getenv {role}_password {role.upper()}_PASSWORD")]
    run_program(address, "psql", "-X", "-q", *variables, "-f", str(ROLES_FILE), "-d", name, environment=secret)
    return Database(address=address, name=name, passwords=known)


def create(address: PostgresAddress, name: str, *, template: str = "template1") -> None:
    """Make a database as a copy of another one, which nobody may be using."""
    run_program(address, "createdb", "-T", template, name)


def drop(address: PostgresAddress, name: str) -> None:
    """Remove a database, whoever still uses it."""
    run_program(address, "dropdb", "--force", "--if-exists", name)


def run_program(address: PostgresAddress, program: str, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
    """Run one of PostgreSQL's client programs as the superuser."""
    command: list[str | Path] = [
        programs() / "bin" / program,
        "-w",
        "-h",
        address.host,
        "-p",
        str(address.port),
        "-U",
        SUPERUSER,
        *arguments,
    ]
    done = subprocess.run(
        command,
        env={**plain_environment(), "PGPASSWORD": address.password, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=COMMAND_SECONDS_MAX,
    )
    if done.returncode != 0:
        raise SetupFailed(f"PostgreSQL's {program} failed: {' '.join(done.stderr.split())}")
