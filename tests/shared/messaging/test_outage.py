"""The broker is killed under load and comes back; and the runtime lives with no more rights than a service has."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from deploy.local.database import Database
from deploy.local.kafka import EmbeddedKafka
from deploy.local.ports import free_ports
from deploy.local.processes import RunFolder
from shared.database import migrate, open_pool
from tests.shared.messaging.stage import Stage, built
from tests.shared.messaging.words import in_order_per_key, words

RECOVERY_SECONDS_MAX = 10


@pytest.fixture
async def mortal_kafka(run_folder: RunFolder) -> AsyncIterator[EmbeddedKafka]:
    """A broker of this test alone."""
    kafka = EmbeddedKafka(run_folder, port=free_ports(1)[0], name="mortal-kafka")
    await asyncio.to_thread(kafka.start)
    yield kafka
    await asyncio.to_thread(kafka.stop)


async def test_a_broker_killed_under_load_costs_nothing_and_recovery_is_quick(mortal_kafka: EmbeddedKafka, database_url: str) -> None:
    async with built(mortal_kafka.address.bootstrap, database_url) as stage:
        await stage.create(stage.topic, stage.out)
        await stage.send(words(200))
        async with stage.running([stage.consumer()]):
            await stage.until_effects(100)
            await asyncio.to_thread(mortal_kafka.kill)
            await stage.until_missing("kafka")
            await asyncio.to_thread(mortal_kafka.start)
            back = time.monotonic()
            await stage.send(words(200, start=200))
            await stage.until_effects(400)
            await stage.until_relayed()
            assert time.monotonic() - back < RECOVERY_SECONDS_MAX
            await stage.until_committed(400)
        announced = await stage.announced()
        assert sorted(number for _, number in await stage.effects()) == list(range(400))
        assert {number for _, number in announced} == set(range(400))
        assert in_order_per_key(announced)


async def test_the_role_of_a_service_has_all_the_rights_that_the_runtime_needs(stage: Stage, service_database: Database) -> None:
    await migrate(service_database.owner_url, "scoring", ())
    pool = open_pool(service_database.url("scoring"), schema="scoring", size=4)
    await pool
    own = replace(stage, url=service_database.url("scoring"), pool=pool, schema="scoring")
    await own.make_tables(service_database.owner_url)
    await own.send(words(20))
    await own.send([b"garbage"])
    async with own.running([own.consumer()]):
        await own.until_committed(21)
        await own.until_relayed()
        assert not own.readiness.missing
    assert (len(await own.effects()), len(await own.announced()), len(await own.letters())) == (20, 20, 1)
    await pool.close()
