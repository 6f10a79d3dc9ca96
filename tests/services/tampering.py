"""Tampering with a record of acts by SQL, as a superuser who switches every guard off; and a relay that announces what waits."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from shared.audit import Chain, Verified, verify
from shared.database import Pool
from shared.messaging import KafkaSettings, Limits, WantedTopic, make_topics
from shared.messaging.relay import Relay
from shared.readiness import Readiness

RELAY_SECONDS_MAX = 30.0


@dataclass(frozen=True, kw_only=True)
class Bench:
    """A service's table of acts, its witness on a topic of its own, and a superuser."""

    pool: Pool
    superuser: asyncpg.Connection
    chain: Chain
    kafka: KafkaSettings

    async def announce(self) -> None:
        """Let the relay announce the acts that wait, on the bench's own topic, and nothing else."""
        await self.pool.execute("DELETE FROM outbox WHERE type <> 'vn.thidua.act-recorded.v1'")
        await self.pool.execute("UPDATE outbox SET aggregatetype = $1", self.chain.topic)
        stopping = asyncio.Event()
        relay = Relay(pool=self.pool, kafka=self.kafka, limits=Limits(), bell=asyncio.Event(), readiness=Readiness())
        running = asyncio.create_task(relay.run(stopping))
        async with asyncio.timeout(RELAY_SECONDS_MAX):
            while await self.pool.fetchval("SELECT count(*) FROM outbox"):  # noqa: ASYNC110 - the relay has no bell for its end
                await asyncio.sleep(0.05)
            stopping.set()
            await running

    async def tamper(self, statement: str, *values: object) -> None:
        """Run a statement with triggers and foreign keys switched off."""
        async with self.superuser.transaction():
            await self.superuser.execute("SET LOCAL session_replication_role = replica")
            await self.superuser.execute(statement, *values)

    async def make_anew(self) -> None:
        """Number the rows and hash them anew, so that the table holds in itself whatever was done to it."""
        await self.tamper("UPDATE act SET sequence = sequence + 1000, hash = hash || '-', previous_hash = NULL")
        rows = await self.superuser.fetch("SELECT sequence FROM act ORDER BY sequence")
        before = None
        for place, row in enumerate(rows, start=1):
            await self.tamper("UPDATE act SET sequence = $1 WHERE sequence = $2", place, row["sequence"])
            [fact] = await self.chain.acts_after(self.pool, place - 1, 1)
            linked = fact.model_copy(update={"previous_hash": before})
            before = self.chain.hash_of(linked)
            await self.tamper("UPDATE act SET hash = $1, previous_hash = $2 WHERE sequence = $3", before, linked.previous_hash, place)

    async def verified(self) -> Verified:
        """Check the record of acts."""
        return await verify(self.pool, self.kafka, self.chain)

    async def finding(self) -> tuple[int, str, bool]:
        """Place and kind of the first fault, and whether the table holds in itself there."""
        found = (await self.verified()).finding
        assert found is not None
        return found.sequence, found.fault.value, found.rewritten


@asynccontextmanager
async def bench(*, pool: Pool, admin_url: str, schema: str, chain: Chain, bootstrap: str) -> AsyncIterator[Bench]:
    """A bench with a topic of its own, for others of the same run write to the real one."""
    topic = f"{chain.topic}-{secrets.token_hex(4)}"
    kafka = KafkaSettings(bootstrap=bootstrap)
    await make_topics(kafka, [WantedTopic(name=topic, partitions=3, config={})], replication=1)
    own = Chain(service=chain.service, topic=topic, acts_after=chain.acts_after, hash_of=chain.hash_of)
    superuser = await asyncpg.connect(admin_url, server_settings={"search_path": schema})
    await superuser.execute("ALTER TABLE act DROP CONSTRAINT IF EXISTS act_check")
    try:
        yield Bench(pool=pool, superuser=superuser, chain=own, kafka=kafka)
    finally:
        await superuser.close()
