"""Reporting on a real database of its own for each test, a copy of one that was migrated once."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest

from deploy.local.database import Database, create, drop
from tests.conftest import fresh_name
from tests.services.reporting.stage import Furnished, Stage, built, furnished, migrated, put_back


@pytest.fixture(scope="session")
def migrated_database(template_database: Database) -> Iterator[Database]:
    """A database whose schema of reporting is up to date, to be copied."""
    copy = replace(template_database, name=fresh_name())
    create(copy.address, copy.name, template=template_database.name)
    asyncio.run(migrated(copy))
    yield copy
    drop(copy.address, copy.name)


@pytest.fixture(scope="session")
def furnished_database(migrated_database: Database) -> Iterator[Furnished]:
    """A database with a published plan, an open period, a source and a key for each role."""
    copy = replace(migrated_database, name=fresh_name())
    create(copy.address, copy.name, template=migrated_database.name)
    yield asyncio.run(furnished(copy))
    drop(copy.address, copy.name)


@pytest.fixture
async def stage(furnished_database: Furnished) -> AsyncIterator[Stage]:
    """The service on the furnished database, which is put back afterwards."""
    try:
        async with built(furnished_database.database) as made:
            made.keys.update(furnished_database.keys)
            yield made
    finally:
        await put_back(furnished_database)
