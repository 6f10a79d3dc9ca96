"""The statements that run all the time read what they need and no more, however large the feed is."""

import json

import asyncpg
import pytest

from deploy.local.database import Database
from services.notifications.store.statements import QUERIES
from tests.services.notifications.stage import NOON, Stage

FILL = """
INSERT INTO notifications.feed (source, id, name, lane, movement, agency, private, test, body, received_at, position)
SELECT '/x', n::text, 'report-submitted', 'agency-' || n % 500, 'm', 'agency-' || n % 500, false, false, '{}', now(), n
FROM generate_series(1, 30000) AS n
"""
FILL_STATE = "UPDATE notifications.feed_state SET last_position = 30000"
FILL_NOTICES = """
INSERT INTO notifications.notice (event_source, event_id, kind, agency, data, happened_at, created_at, state)
SELECT '/x', n::text, 'award-decided', 'a', '{}', now(), now(), 'sent' FROM generate_series(1, 20000) AS n
"""
READ = (False, None, None, None, None, None, None, False)
CASES = (
    ("read_feed", (29_000, 30_000, *READ, None, 100), "feed_position"),
    ("read_feed", (0, 30_000, *READ, "agency-7", 50), "feed_lane"),
    ("number_feed", (2_000,), "feed_unnumbered"),
    ("prune_feed", (NOON, 1_000), "feed_position"),
    ("take_due_notice", (NOON,), "notice_due"),
)


@pytest.fixture
async def owner(stage: Stage, migrated: Database) -> "asyncpg.Connection[asyncpg.Record]":
    connection = await asyncpg.connect(migrated.owner_url, server_settings={"search_path": "notifications"})
    for statement in (FILL, FILL_STATE, FILL_NOTICES, "ANALYZE"):
        await connection.execute(statement)
    return connection


async def test_hot_statements_go_by_their_index(stage: Stage, owner: "asyncpg.Connection[asyncpg.Record]") -> None:
    for name, arguments, index in CASES:
        plan = json.dumps(await owner.fetchval("EXPLAIN (FORMAT JSON) " + QUERIES[name], *arguments))
        assert index in plan, (name, plan)
    await owner.close()
