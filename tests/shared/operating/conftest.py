"""The operator's desk, built anew for each test."""

from collections.abc import AsyncIterator

import pytest

from tests.shared.messaging.stage import built
from tests.shared.operating.stage import Desk, operated


@pytest.fixture
async def desk(kafka_bootstrap: str, database_url: str) -> AsyncIterator[Desk]:
    """A desk on a fresh database and topics of its own."""
    async with built(kafka_bootstrap, database_url) as stage:
        await stage.create(stage.topic, stage.out)
        async with operated(stage) as made:
            yield made
