"""A schema moves forward only, in numbered steps, each applied once, whole, and never changed afterwards.

The steps that all services share come first, then the service's own. The text of a step is kept as a checksum.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from shared.database.pool import CONNECT_SECONDS_MAX, Connection, Pool, identifier
from shared.database.queries import load_queries

SHARED_MIGRATIONS = Path(__file__).parent / "migrations"
QUERIES = load_queries(Path(__file__).parent / "sql" / "queries.sql")
LOCK_SECONDS_MAX = 120
STATEMENT_SECONDS_MAX = 3_600
CHECK_SECONDS_MAX = 10.0
_FILE_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")


class SchemaUnfit(Exception):
    """The schema is not what this program needs; the sentence says what to do."""


class SchemaBehind(SchemaUnfit):
    """The schema lacks steps that this program needs; run `migrate`."""


class SchemaAhead(SchemaUnfit):
    """The schema has steps that this program does not know; run a newer program."""


class SchemaChanged(SchemaUnfit):
    """A step was changed after it was applied."""


class MigrationsInvalid(Exception):
    """The files of a directory are not numbered from 0001 without gaps, or two share a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: its name is for ever."""

    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text, whatever ends its lines."""
        return hashlib.sha256(self.sql.replace("\r\n", "\n").encode()).hexdigest()


def read_steps(directories: Sequence[Path]) -> tuple[Step, ...]:
    """Read the shared steps, then those of each directory, in the order of their numbers."""
    own = [directory for directory in directories if directory.resolve() != SHARED_MIGRATIONS.resolve()]
    steps = [step for directory in (SHARED_MIGRATIONS, *own) for step in _read_directory(directory)]
    if len({step.name for step in steps}) < len(steps):
        raise MigrationsInvalid("two steps share a name")
    return tuple(steps)


def _read_directory(directory: Path) -> list[Step]:
    files = sorted(directory.glob("*.sql"))
    for number, file in enumerate(files, start=1):
        match = _FILE_NAME.fullmatch(file.name)
        if match is None or int(match.group(1)) != number:
            raise MigrationsInvalid(f"{file}: steps are named 0001_what_it_does.sql, without gaps")
    return [Step(name=file.stem, sql=file.read_text(encoding="utf-8")) for file in files]


async def migrate(url: str, schema: str, directories: Sequence[Path]) -> list[str]:
    """Apply what is lacking; returns the names of the steps applied. Safe to run twice at the same time."""
    steps = read_steps(directories)
    connection: Connection = await asyncpg.connect(
        url,
        timeout=CONNECT_SECONDS_MAX,
        command_timeout=STATEMENT_SECONDS_MAX,
        server_settings={
            "application_name": f"{schema}-migrate",
            "search_path": identifier(schema),
            "lock_timeout": f"{LOCK_SECONDS_MAX}s",
        },
    )
    try:
        await _prepare(connection, schema)
        lacking = lacking_steps(schema, steps, await _applied(connection))
        for step in lacking:
            await _apply(connection, step)
    finally:
        await connection.close(timeout=CONNECT_SECONDS_MAX)
    return [step.name for step in lacking]


async def _prepare(connection: Connection, schema: str) -> None:
    """Wait for whoever else migrates, and make schema and record of steps where there are none."""
    await connection.fetchval(QUERIES.take_migration_lock, schema, timeout=LOCK_SECONDS_MAX + CONNECT_SECONDS_MAX)
    if not await connection.fetchval(QUERIES.schema_exists, schema):
        await connection.execute(f"CREATE SCHEMA {identifier(schema)}")
    await connection.execute(QUERIES.create_record_of_steps)


async def _apply(connection: Connection, step: Step) -> None:
    """Run one step and note it, together or not at all."""
    async with connection.transaction():
        await connection.execute(step.sql)
        await connection.execute(QUERIES.note_step, step.name, step.checksum)


async def _applied(connection: Connection) -> dict[str, str]:
    rows = await connection.fetch(QUERIES.applied_steps, timeout=CHECK_SECONDS_MAX)
    return {row["name"]: row["checksum"] for row in rows}


def lacking_steps(schema: str, steps: Sequence[Step], applied: Mapping[str, str]) -> list[Step]:
    """Name the steps not applied yet; raises SchemaAhead or SchemaChanged where going on would be wrong."""
    unknown = sorted(applied.keys() - {step.name for step in steps})
    if unknown:
        raise SchemaAhead(f"the schema {schema} is ahead of this program by {', '.join(unknown)}: run the program that made it")
    changed = [step.name for step in steps if applied.get(step.name, step.checksum) != step.checksum]
    if changed:
        raise SchemaChanged(f"{', '.join(changed)} changed after being applied to the schema {schema}: restore the text, add a new step")
    return [step for step in steps if step.name not in applied]


async def check_schema(pool: Pool, schema: str, directories: Sequence[Path]) -> None:
    """Raise SchemaBehind, SchemaAhead or SchemaChanged, naming the steps, unless the schema is exactly what this program needs."""
    steps = read_steps(directories)
    async with pool.acquire(timeout=CONNECT_SECONDS_MAX) as connection:
        started = await connection.fetchval(QUERIES.record_exists, timeout=CHECK_SECONDS_MAX)
        applied = await _applied(connection) if started else {}
    lacking = lacking_steps(schema, steps, applied)
    if lacking:
        names = ", ".join(step.name for step in lacking)
        raise SchemaBehind(f"the schema {schema} is behind this program by {names}: run `python -m services.{schema} migrate`")
