"""Scoring on a real database of its own for each test: fed with records, worked by hand, heard through its outbox."""

from collections.abc import AsyncIterator

import pytest

from deploy.local.database import Database
from tests.services.scoring.desk import Desk, built


@pytest.fixture
async def desk(service_database: Database) -> AsyncIterator[Desk]:
    """The service's database side, without a broker."""
    async with built(service_database) as made:
        yield made
