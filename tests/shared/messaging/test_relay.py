"""The relay when it crashes, when it is not alone, and when a topic or a broker refuses."""

from collections.abc import Iterator
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from prometheus_client import REGISTRY

from shared.messaging.outbox import HEADER_COLUMNS, SHARDS
from shared.messaging.sender import partition_of
from shared.messaging.sql import QUERIES
from tests.shared.messaging.stage import SCHEMA, Stage
from tests.shared.messaging.words import announcement_of, in_order_per_key, lock_of, words

FAILING_DELETE = """
CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''the server crashed here''; END';
CREATE TRIGGER fail BEFORE DELETE ON outbox FOR EACH STATEMENT EXECUTE FUNCTION fail();
"""
OWNED = """
SELECT count(*) AS shards FROM pg_locks WHERE locktype = 'advisory' AND granted AND mode = 'ExclusiveLock'
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
GROUP BY pid
"""
OWNERS = """
SELECT DISTINCT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND mode = 'ExclusiveLock'
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
FILL = """
INSERT INTO outbox (shard, id, aggregatetype, aggregateid, type, payload, announced_at)
SELECT n % 16, n, 'nowhere', n, 'word', '', now() FROM generate_series(1, 2000) AS n
"""
KILL_RELAYS = """
SELECT pg_terminate_backend(pid) FROM pg_locks
WHERE locktype = 'advisory' AND mode = 'ExclusiveLock' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


async def announce(stage: Stage, count: int, *, start: int = 0, topic: str | None = None) -> None:
    """Announce words, ten to a transaction."""
    for first in range(start, start + count, 10):
        some = words(10, start=first)
        async with stage.transactions().begin([lock_of(word) for word in some]) as transaction:
            await transaction.announce([announcement_of(word, topic or stage.out) for word in some])


async def test_a_crash_between_acknowledgement_and_delete_repeats_and_never_reorders(stage: Stage) -> None:
    await stage.pool.execute(FAILING_DELETE)
    await announce(stage, 50)
    async with stage.running([]):

        async def repeated() -> bool:
            return len(await stage.announced()) >= 100

        await stage.until(repeated)
        await announce(stage, 50, start=50)
        await stage.pool.execute("DROP TRIGGER fail ON outbox")
        await stage.until_relayed()
    announced = await stage.announced()
    assert {number for _, number in announced} == set(range(100))
    assert in_order_per_key(announced)


async def test_a_long_outbox_that_was_vacuumed_while_it_was_empty_is_not_read_whole_to_delete_a_few(stage: Stage) -> None:
    await stage.pool.execute(FILL)
    await stage.pool.execute("DELETE FROM outbox")
    await stage.pool.execute("VACUUM (TRUNCATE false) outbox")
    await stage.pool.execute(FILL)
    async with stage.pool.acquire() as connection:
        await connection.execute(QUERIES.use_indexes)
        some = await connection.fetch("SELECT shard, position FROM outbox ORDER BY position LIMIT 10")
        places = ([row["shard"] for row in some], [row["position"] for row in some])
        ((plan,),) = await connection.fetch(f"EXPLAIN (ANALYZE, FORMAT JSON) {QUERIES.delete_sent}", *places)
    read = [node["Actual Rows"] * node["Actual Loops"] for node in nodes(plan[0]["Plan"]) if node["Node Type"].endswith("Scan")]
    assert max(read) == len(some)
    assert await stage.pool.fetchval("SELECT count(*) FROM outbox") == 2_000 - len(some)


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All nodes of a plan."""
    yield plan
    for part in plan.get("Plans", []):
        yield from nodes(part)


async def test_a_relay_whose_connection_is_killed_goes_on_in_order(stage: Stage) -> None:
    async with stage.running([]), stage.running([]):
        for start in range(0, 300, 50):
            await announce(stage, 50, start=start)
            await stage.pool.execute(KILL_RELAYS)
        await stage.until_relayed()
    announced = await stage.announced()
    assert {number for _, number in announced} == set(range(300))
    assert in_order_per_key(announced)


async def test_a_relay_that_lost_its_connection_is_ready_again_though_nothing_is_announced(stage: Stage) -> None:
    failures = REGISTRY.get_sample_value("thidua_relay_failures_total") or 0

    async def has_failed() -> bool:
        await stage.pool.execute(KILL_RELAYS)
        return (REGISTRY.get_sample_value("thidua_relay_failures_total") or 0) > failures

    async with stage.running([]):
        await stage.until(has_failed)
        await stage.until_nothing_missing()


async def test_relays_share_the_shards_and_take_those_of_one_that_left(stage: Stage) -> None:
    async def owned(*counts: int) -> bool:
        return [row["shards"] for row in await stage.pool.fetch(OWNED)] == list(counts)

    async with stage.running([]):
        async with stage.running([]):
            await stage.until(lambda: owned(SHARDS // 2, SHARDS // 2))
        await stage.until(lambda: owned(SHARDS))


async def test_a_record_carries_its_headers_key_and_value_exactly(stage: Stage) -> None:
    (word,) = words(1)
    async with stage.transactions().begin([lock_of(word)]) as transaction:
        await transaction.announce([announcement_of(word, stage.out)])
    async with stage.running([]):
        await stage.until_relayed()
    (record,) = await stage.records(stage.out)
    assert (record.key, record.value) == (b"k0", word.written())
    assert dict(record.headers) == {
        "ce_specversion": b"1.0",
        "content-type": b"application/json",
        "ce_id": b"w0",
        "ce_type": b"stage.word.v1",
        "ce_source": b"/stage",
        "ce_subject": b"k0",
        "ce_time": b"2023-07-01T00:00:00Z",
    }
    assert set(HEADER_COLUMNS) >= {"ce_source", "ce_subject", "ce_time"}


async def test_a_topic_that_does_not_exist_holds_up_no_other(stage: Stage) -> None:
    await announce(stage, 20, topic=f"{stage.name}.missing")
    await announce(stage, 20)
    async with stage.running([]):

        async def sent() -> bool:
            return await stage.count("outbox") == 20

        await stage.until(sent)
        assert len(await stage.announced()) == 20
        await stage.create(f"{stage.name}.missing")
        await stage.until_relayed()
    assert len(await stage.announced(f"{stage.name}.missing")) == 20


async def test_a_topic_that_refuses_more_records_than_are_read_at_once_holds_up_no_other(stage: Stage) -> None:
    refusing = f"{stage.name}.refusing"
    await stage.create(refusing)
    await set_largest_batch(stage, refusing, 50)
    await stage.pool.execute(FILL.replace("nowhere", refusing).replace("2000", "16000"))
    await announce(stage, 20)
    async with stage.running([], limits=stage.limits(send_seconds_max=1)):

        async def sent() -> bool:
            return len(await stage.announced()) >= 20

        await stage.until(sent)
        assert "relay" in stage.readiness.missing
        assert await stage.announced(refusing) == []
        await set_largest_batch(stage, refusing, 1_048_588)
        await stage.until_relayed()
        await stage.until_nothing_missing()


async def set_largest_batch(stage: Stage, topic: str, size_bytes: int) -> None:
    """Let the broker refuse what is larger."""
    config = ConfigResource(ConfigResourceType.TOPIC, topic, configs={"max.message.bytes": str(size_bytes)})
    await stage.admin.alter_configs([config])


async def test_a_relay_that_falls_silent_loses_its_shards_to_one_that_is_alive(stage: Stage) -> None:
    async def owners() -> set[int]:
        return {row["pid"] for row in await stage.pool.fetch(OWNERS)}

    async def all_owned() -> bool:
        return sum(int(row["shards"]) for row in await stage.pool.fetch(OWNED)) == SHARDS

    async with stage.running([], limits=stage.limits(relay_silence_seconds_max=1, relay_poll_seconds=60)):
        await stage.until(all_owned)
        silent = await owners()
        async with stage.running([]):

            async def taken() -> bool:
                return await all_owned() and not await owners() & silent

            await stage.until(taken, seconds=10)


async def test_a_key_goes_to_the_partition_that_kafka_itself_would_choose(stage: Stage) -> None:
    producer: AIOKafkaProducer = stage.producer
    for key in ("35.347", "VN-63", "k", "", "cụm thi đua số 1"):
        sent = await producer.send_and_wait(stage.out, b"", key.encode())
        assert sent.partition == partition_of(key, 3)


@pytest.mark.parametrize("table", ["outbox", "inbox", "dead_letter", "breaker"])
async def test_the_tables_stand_in_the_schema_of_the_service(stage: Stage, table: str) -> None:
    assert await stage.pool.fetchval("SELECT to_regclass($1)::text", f"{SCHEMA}.{table}") == table
