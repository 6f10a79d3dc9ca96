"""Reads the evidence with plain clients: aiokafka without a group, asyncpg with plain SQL as the superuser."""

import asyncio
from collections.abc import Mapping, Sequence

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from tests.chaos.conservation import CONSUMERS
from tests.chaos.evidence import Evidence, Row, Seen, Sent, seen

READ_SECONDS_MAX = 120
OURS = ("intake.", "receipts.", "reports", "registry", "scores", "awards")
RUNTIME = {
    "outbox": "SELECT id FROM {schema}.outbox",
    "inbox": "SELECT consumer, source, id FROM {schema}.inbox",
    "dead_letter": "SELECT consumer, topic, partition, record_offset, state, code, reason FROM {schema}.dead_letter",
    "access_key": "SELECT encode(digest, 'hex') AS digest, revision FROM {schema}.access_key",
}
OWN = {
    "reporting.receipt": """
        SELECT receipt::text, revision, source, event_id, accepted, movement, period, agency, version FROM reporting.receipt
    """,
    "reporting.report": """
        SELECT receipt::text, movement, period, agency, version, revision, returned_at IS NOT NULL AS returned FROM reporting.report
    """,
    "reporting.withdrawal": "SELECT movement, period, agency, version FROM reporting.withdrawal",
    "reporting.scored": "SELECT movement, period, agency, version FROM reporting.scored",
    "scoring.report": "SELECT movement, period, agency, version, revision FROM scoring.report",
    "scoring.report_void": "SELECT movement, period, agency, version, kind FROM scoring.report_void",
    "reporting.act": "SELECT sequence, hash, previous_hash FROM reporting.act",
    "reporting.closed": """
        SELECT DISTINCT period.movement, period.period, member.cluster
        FROM reporting.period JOIN reporting.period_member AS member USING (movement, period) WHERE period.state = 'closed'
    """,
    "scoring.score": "SELECT movement, period, agency, revision, state, report_version, is_void, is_current FROM scoring.score",
    "scoring.ranking": "SELECT movement, period, cluster, revision FROM scoring.ranking",
    "scoring.proposal": "SELECT proposal, movement, period, agency, rule, state FROM scoring.proposal",
    "scoring.decision": "SELECT proposal, outcome FROM scoring.decision",
    "scoring.revocation": "SELECT proposal, ground FROM scoring.revocation",
    "scoring.act": "SELECT sequence, hash, previous_hash FROM scoring.act",
    "notifications.feed": "SELECT source, id, position FROM notifications.feed",
}
STATEMENTS = OWN | {
    f"{schema}.{table}": statement.format(schema=schema)
    for schema in ("reporting", "scoring", "notifications")
    for table, statement in RUNTIME.items()
}
UNDER_WAY = """
SELECT (SELECT count(*) FROM reporting.outbox) + (SELECT count(*) FROM scoring.outbox) + (SELECT count(*) FROM notifications.outbox)
    + (SELECT count(*) FROM scoring.mark) + (SELECT count(*) FROM scoring.period_cluster WHERE ranking_due)
    + (SELECT count(*) FROM reporting.period WHERE state = 'closing')
    + (SELECT count(*) FROM notifications.feed WHERE position IS NULL)
"""


class TopicsAway(KafkaError):  # type: ignore[misc]  # aiokafka's exceptions carry no types
    """The broker is there and does not tell its topics: it was cut off meanwhile."""


async def gather(bootstrap: str, admin_url: str, sent: Sequence[Sent]) -> Evidence:
    """Read everything as it is now."""
    async with asyncio.timeout(READ_SECONDS_MAX):
        records = await read_topics(bootstrap, OURS)
        return Evidence(sent=list(sent), seen=records, tables=await read_tables(admin_url), committed=await read_offsets(bootstrap))


async def read_tables(admin_url: str) -> dict[str, Sequence[Row]]:
    """Read every table of interest in one snapshot."""
    connection = await asyncpg.connect(admin_url)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            return {name: await connection.fetch(statement) for name, statement in STATEMENTS.items()}
    finally:
        await connection.close()


async def under_way(admin_url: str) -> int:
    """Count what the services have still to do."""
    connection = await asyncpg.connect(admin_url, timeout=10)
    try:
        return int(await connection.fetchval(UNDER_WAY, timeout=10))
    finally:
        await connection.close()


async def read_topics(bootstrap: str, names: Sequence[str]) -> list[Seen]:
    """Read the topics whose names begin so, from their beginnings to their ends."""
    places = await partitions_of(bootstrap, names)
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign(places)
        return await _until_ends(consumer, places)
    finally:
        await consumer.stop()


async def partitions_of(bootstrap: str, names: Sequence[str]) -> list[TopicPartition]:
    """Ask the cluster which partitions there are."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        topics = [topic for topic in await admin.list_topics() if topic.startswith(tuple(names))]
        told = await admin.describe_topics(topics)
    finally:
        await admin.close()
    places = [TopicPartition(topic["topic"], part["partition"]) for topic in told for part in topic["partitions"]]
    if not places:
        raise TopicsAway(f"the broker tells of no topic named {names}")
    return places


async def _until_ends(consumer: AIOKafkaConsumer, places: Sequence[TopicPartition]) -> list[Seen]:
    ends = await consumer.end_offsets(places)
    await consumer.seek_to_beginning()
    found: list[Seen] = []
    while any([await consumer.position(place) < ends[place] for place in places]):
        polled = await consumer.getmany(timeout_ms=200)
        for records in polled.values():
            found += [seen(r.topic, r.partition, r.offset, r.key, r.headers, r.value) for r in records if r.offset < ends[_place(r)]]
    return found


def _place(record: object) -> TopicPartition:
    return TopicPartition(record.topic, record.partition)  # type: ignore[attr-defined]  # aiokafka's record


async def read_offsets(bootstrap: str) -> Mapping[tuple[str, str, int], int]:
    """Read where each group stands."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        found = {group: await admin.list_consumer_group_offsets(group) for group in CONSUMERS}
    finally:
        await admin.close()
    return {(group, place.topic, place.partition): kept.offset for group, offsets in found.items() for place, kept in offsets.items()}
