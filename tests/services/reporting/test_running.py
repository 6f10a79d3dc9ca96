"""The service as it runs, on a real broker: what is put on intake is answered, and a period closes only when all of it is read."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from deploy.local.database import Database
from services.reporting.acts.access import Grant, add_source
from services.reporting.acts.periods import Bidding
from shared.events import INTAKE, RECEIPTS, REGISTRY, REPORTS, SCORES
from shared.events.registry import Role
from shared.foundation import kafka_settings, open_service_pool
from shared.messaging import CONNECTIONS_HELD, Runtime, WantedTopic, make_topics
from tests.services.reporting.stage import MOVEMENT, PERIOD, Stage, report, staged, with_id, written

SECONDS_MAX = 40.0


@dataclass(kw_only=True)
class Running:
    """A stage whose consumers, relay and workers run."""

    stage: Stage
    producer: AIOKafkaProducer
    source: str

    async def put(self, body: object, id_: str) -> None:
        """Put a report on intake."""
        headers = [(name, value) for name, value in with_id(id_) if value is not None]
        await self.producer.send_and_wait(INTAKE.named(self.source), written(body), headers=headers)

    async def until(self, look: Callable[[], Awaitable[Any]]) -> Any:
        """Look until there is something."""
        async with asyncio.timeout(SECONDS_MAX):
            while not (found := await look()):  # noqa: ASYNC110 - what is waited for happens in another process
                await asyncio.sleep(0.1)
        return found

    async def receipt(self, id_: str) -> bool | None:
        """Whether the report of an id was accepted, once there is a receipt."""
        found: bool | None = await self.stage.pool.fetchval(
            "SELECT accepted FROM receipt WHERE event_id = $1 AND source = $2", id_, self.source
        )
        return found

    async def state(self) -> str:
        """The state of the period."""
        return str((await self.stage.ask("GET", f"/v1/movements/{MOVEMENT}/periods/{PERIOD}")).json()["state"])


@asynccontextmanager
async def running(template: Database, bootstrap: str) -> AsyncIterator[Running]:
    """Run the service on topics of its own source, and stop it."""
    async with staged(template, bootstrap) as stage:
        base, source = stage.foundation, f"s-{secrets.token_hex(4)}"
        kafka = kafka_settings("reporting", base.settings)
        topics = [(topic.name, topic) for topic in (REGISTRY, REPORTS, SCORES)] + [
            (topic.named(source), topic) for topic in (INTAKE, RECEIPTS)
        ]
        await make_topics(kafka, [WantedTopic(name=name, partitions=topic.partitions, config=topic.config) for name, topic in topics])
        grant = Grant(name=source, roles=(Role.SOURCE,), source=source)
        stage.keys[source] = await add_source(base.transactions, grant, None) or ""
        own_pool = open_service_pool("reporting", base.settings, size=CONNECTIONS_HELD)
        await own_pool
        runtime = Runtime(
            pool=base.pool,
            own_pool=own_pool,
            transactions=base.transactions,
            wakeup=base.wakeup,
            clock=base.clock,
            consumers=stage.service.consumers,
            workers=stage.service.workers,
            kafka=kafka,
            readiness=base.readiness,
        )
        async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
            await runtime.start()
            try:
                yield Running(stage=stage, producer=producer, source=source)
            finally:
                await runtime.stop()
                await own_pool.close()


async def test_a_report_on_intake_is_answered_and_its_period_closes_when_all_is_read(
    migrated_database: Database, kafka_bootstrap: str
) -> None:
    async with running(migrated_database, kafka_bootstrap) as here:
        stage = here.stage
        # The broker stamps the instant of submission, so the period must be open at the machine's own time.
        stage.clock.instant = datetime.now(UTC)
        await stage.pool.execute("UPDATE period SET due_at = NULL, grace_ends_at = NULL, closes_at = NULL")
        await here.put(report(), "one")
        assert await here.until(lambda: here.receipt("one")) is True
        await here.put(b"{", "bad")
        await here.until(lambda: stage.pool.fetchval("SELECT true FROM receipt WHERE event_id = 'bad' AND NOT accepted"))
        stage.pass_time(seconds=60)
        await stage.periods.close(Bidding(movement=MOVEMENT, period=PERIOD, actor="test"))
        await asyncio.sleep(1)
        assert await here.state() == "closing"  # HTTP's time limit is not over yet
        stage.pass_time(seconds=6)
        await here.until(lambda: is_closed(here))
        answer = await stage.send(report(version=2), id_="late", key=here.source)
        assert answer.json()["code"] == "period-closed"
        await here.until(lambda: outbox_is_empty(stage))


async def is_closed(here: Running) -> bool:
    """Whether the period is closed."""
    return await here.state() == "closed"


async def outbox_is_empty(stage: Stage) -> bool:
    """Whether the relay has sent everything."""
    return await stage.count("outbox") == 0


async def test_a_period_does_not_close_while_a_letter_waits_as_a_dead_letter(
    migrated_database: Database, kafka_bootstrap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from services.reporting.domain import judging

    judge = judging.judge

    def raises(sent: Any, circumstances: Any, shelf: Any) -> Any:
        if sent.event_id == "poison":
            raise ZeroDivisionError("a fault of ours")
        return judge(sent, circumstances, shelf)

    monkeypatch.setattr(judging, "judge", raises)
    async with running(migrated_database, kafka_bootstrap) as here:
        stage = here.stage
        stage.clock.instant = datetime.now(UTC)
        await stage.pool.execute("UPDATE period SET due_at = NULL, grace_ends_at = NULL, closes_at = NULL")
        await here.put(report(agency="349"), "poison")
        await here.put(report(), "good")
        assert await here.until(lambda: here.receipt("good")) is True
        await here.until(lambda: stage.pool.fetchval("SELECT true FROM dead_letter WHERE state = 'open'"))
        stage.pass_time(seconds=60)
        await stage.periods.close(Bidding(movement=MOVEMENT, period=PERIOD, actor="test"))
        stage.pass_time(seconds=6)
        await asyncio.sleep(3)
        assert await here.state() == "closing"
        await stage.pool.execute("UPDATE dead_letter SET state = 'dropped', closed_at = now(), closed_because = 'test'")
        await here.until(lambda: is_closed(here))
        told = await here.until(lambda: stage.pool.fetchval("SELECT count(*) FROM period WHERE state = 'closed'"))
        assert told == 1
