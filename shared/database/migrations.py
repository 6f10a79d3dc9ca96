"""A schema moves forward only, in numbered steps, each applied once, whole, and never changed afterwards."""

from collections.abc import Sequence
from pathlib import Path

from shared.database.pool import Pool

SHARED_MIGRATIONS = Path(__file__).parent / "migrations"


class SchemaBehind(Exception):
    """The schema lacks steps that this program needs; run `migrate`."""


class SchemaAhead(Exception):
    """The schema has steps that this program does not know; run a newer program."""


class SchemaChanged(Exception):
    """A step was changed after it was applied."""


async def migrate(url: str, schema: str, directories: Sequence[Path], role: str | None = None) -> list[str]:
    """Apply what is lacking, in the order of directories and numbers; returns the names of the steps applied."""
    raise NotImplementedError


async def check_schema(pool: Pool, schema: str, directories: Sequence[Path]) -> None:
    """Raise SchemaBehind, SchemaAhead or SchemaChanged, naming the steps, unless the schema is exactly what this program needs."""
    raise NotImplementedError
