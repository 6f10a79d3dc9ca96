"""Reporting on a real database of its own for each test, a copy of one that was migrated once."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest

from deploy.local.database import Database, create, drop
from tests.conftest import fresh_name
from tests.services.reporting.stage import Stage, migrated, staged


@pytest.fixture(scope="session")
def migrated_database(template_database: Database) -> Iterator[Database]:
    """A database whose schema of reporting is up to date, to be copied."""
    copy = replace(template_database, name=fresh_name())
    create(copy.address, copy.name, template=template_database.name)
    asyncio.run(migrated(copy))
    yield copy
    drop(copy.address, copy.name)


@pytest.fixture
async def stage(migrated_database: Database) -> AsyncIterator[Stage]:
    """The service with a published plan and an open period."""
    async with staged(migrated_database) as made:
        yield made
