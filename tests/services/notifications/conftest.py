"""Fixtures of this service's tests: one migrated database for the run, emptied before each test."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import asyncpg
import pytest

from deploy.local.database import Database, create, drop
from services.notifications.app import DIRECTORIES
from shared.clock import FixedClock
from shared.database import migrate, open_pool
from tests.services.notifications.stage import NOON, Stage

EMPTY = """
TRUNCATE notifications.feed, notifications.feed_state, notifications.subscription, notifications.parked, notifications.attempt,
    notifications.agency, notifications.contact, notifications.notice, notifications.access_key, notifications.inbox, notifications.outbox,
    notifications.dead_letter RESTART IDENTITY;
INSERT INTO notifications.feed_state DEFAULT VALUES;
UPDATE notifications.epoch SET number = 1;
"""


@pytest.fixture(scope="session")
def migrated(template_database: Database) -> Iterator[Database]:
    """A database with this service's schema."""
    copy = replace(template_database, name="test_notifications")
    create(copy.address, copy.name, template=template_database.name)
    asyncio.run(migrate(copy.owner_url, "notifications", DIRECTORIES))
    yield copy
    drop(copy.address, copy.name)


@pytest.fixture
async def stage(migrated: Database) -> AsyncIterator[Stage]:
    """The service's empty schema, used as the service's own role."""
    owner = await asyncpg.connect(migrated.owner_url)
    await owner.execute(EMPTY)
    await owner.close()
    pool = open_pool(migrated.url("notifications"), schema="notifications", size=8)
    await pool
    yield Stage(pool=pool, clock=FixedClock(instant=NOON))
    pool.terminate()
