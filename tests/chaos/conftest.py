"""The stage of the runtime's own tests, for what is proved here on the runtime alone."""

from collections.abc import AsyncIterator

import pytest

from tests.shared.messaging.stage import Stage, built


@pytest.fixture
async def stage(kafka_bootstrap: str, database_url: str) -> AsyncIterator[Stage]:
    """A stage with its two topics."""
    async with built(kafka_bootstrap, database_url) as made:
        await made.create(made.topic, made.out)
        yield made
