"""The service as it is run: from the topics to the feed and to a receiver, through a kill, and gone within its drain time on SIGTERM."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar
from uuid import uuid4

import httpx
import pytest
from aiokafka import AIOKafkaProducer

from deploy.local.database import Database
from deploy.local.ports import free_ports
from services.notifications.domain.feed import Sight, Wish
from shared.events import AWARDS, RECEIPTS, REGISTRY, REPORTS, SCORES
from shared.messaging import KafkaSettings, WantedTopic, make_topics
from tests.architecture.sources import CHECKOUT
from tests.services.notifications.receiver import receiving
from tests.services.notifications.stage import Stage, record

SECONDS_MAX = 60.0
T = TypeVar("T")


class Process:
    """The service in a process of its own."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.port = int(environment["NOTIFICATIONS_HTTP_PORT"])
        self._environment = {**os.environ, **environment}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "services.notifications"]
        self._process = subprocess.Popen(command, cwd=CHECKOUT, env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def end(self, number: signal.Signals) -> int:
        """Send a signal and wait for the end; returns the exit code."""
        if self._process is None:
            return 0
        process, self._process = self._process, None
        process.send_signal(number)
        return process.wait(timeout=30)


async def until(look: Callable[[], Awaitable[T]]) -> T:
    """Look until there is something."""
    async with asyncio.timeout(SECONDS_MAX):
        while not (found := await look()):  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.1)
    return found


@pytest.fixture
def environment(migrated: Database, kafka_bootstrap: str) -> dict[str, str]:
    return {
        "NOTIFICATIONS_DATABASE_URL": migrated.url("notifications"),
        "NOTIFICATIONS_KAFKA_BOOTSTRAP": kafka_bootstrap,
        "NOTIFICATIONS_HTTP_PORT": str(free_ports(1)[0]),
        "NOTIFICATIONS_WEBHOOK_ALLOW_PRIVATE": "true",
        "NOTIFICATIONS_WEBHOOK_FIRST_WAIT_SECONDS": "0.2",
    }


@asynccontextmanager
async def running(environment: dict[str, str], kafka_bootstrap: str) -> AsyncIterator[tuple[Process, AIOKafkaProducer, str]]:
    """Run the service on a broker that has its topics, with a source of this test's own."""
    source = f"s-{uuid4().hex[:8]}"
    topics = [*((topic.name, topic) for topic in (REGISTRY, REPORTS, SCORES, AWARDS)), (RECEIPTS.named(source), RECEIPTS)]
    wanted = [WantedTopic(name=name, partitions=topic.partitions, config=topic.config) for name, topic in topics]
    await make_topics(KafkaSettings(bootstrap=kafka_bootstrap), wanted)
    process = Process(environment)
    async with AIOKafkaProducer(bootstrap_servers=kafka_bootstrap) as producer:
        process.start()
        try:
            yield process, producer, source
        finally:
            process.end(signal.SIGKILL)


async def test_events_reach_feed_and_receiver_through_a_kill_and_the_service_leaves_when_told(
    stage: Stage, environment: dict[str, str], kafka_bootstrap: str
) -> None:
    async with running(environment, kafka_bootstrap) as (process, producer, source), receiving() as receiver:
        key = await stage.give_key("lgsp", "source", source=source)
        agency = f"agency-{uuid4().hex[:8]}"
        sent: list[str] = []

        async def put(name: str, topic: str) -> None:
            sent.append(str(uuid4()))
            put = record(name, {"agency": agency, "source": source}, id_=sent[-1], test=False, said_by=None)
            await producer.send_and_wait(topic, put.value, key=put.key, headers=[(each, value or b"") for each, value in put.headers])

        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{process.port}", headers=key, timeout=10) as client:
            await until(lambda: is_ready(client))
            answer = await client.post("/v1/subscriptions", json={"url": receiver.url, "agencies": [agency]})
            assert answer.status_code == 201
            for number in range(12):
                await put("award-proposed" if number % 2 else "report-accepted", AWARDS.name if number % 2 else RECEIPTS.named(source))
                if number == 6:
                    process.end(signal.SIGKILL)
                    process.start()
            await until(lambda: holds_all(client, agency, sent))
            await until(lambda: received_all(receiver.ids, sent))
            began = time.monotonic()
            assert await asyncio.to_thread(process.end, signal.SIGTERM) == 0
            assert time.monotonic() - began < 12
    # A kill may repeat what was under way, but the first time that each event comes is in the feed's order.
    sight = Sight(source=source, bound=True, movements=None, agencies=None)
    feed = await stage.feed(sight=sight, wish=Wish(agencies=(agency,)))
    assert list(dict.fromkeys(receiver.ids)) == [entry.id for entry in feed]


async def is_ready(client: httpx.AsyncClient) -> bool:
    """Whether the service answers that it is ready."""
    try:
        return (await client.get("/health/ready")).status_code == 200
    except httpx.TransportError:
        return False


async def holds_all(client: httpx.AsyncClient, agency: str, ids: list[str]) -> bool:
    """Whether the feed tells all of the events, each once."""
    try:
        answer = await client.get("/v1/events", params={"agency": agency, "limit": 500})
    except httpx.TransportError:
        return False
    told = [event["id"] for event in answer.json().get("items", [])] if answer.status_code == 200 else []
    return len(told) == len(ids) and set(told) == set(ids)


async def received_all(received: list[str], ids: list[str]) -> bool:
    """Whether a receiver holds all of the events."""
    return set(ids) <= set(received)


async def test_a_schema_that_lacks_a_step_is_said_and_nothing_is_served(environment: dict[str, str], service_database: Database) -> None:
    bare = {**os.environ, **environment, "NOTIFICATIONS_DATABASE_URL": service_database.url("notifications")}
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-m", "services.notifications"], cwd=CHECKOUT, env=bare, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 3
    assert "0001_notifications" in done.stderr
    assert "thidua_notifications:" not in done.stderr


async def test_metrics_and_openapi_are_told_of_a_running_service(stage: Stage, environment: dict[str, str], kafka_bootstrap: str) -> None:
    async with running(environment, kafka_bootstrap) as (process, _, _), httpx.AsyncClient(timeout=10) as client:
        client.base_url = httpx.URL(f"http://127.0.0.1:{process.port}")
        await until(lambda: is_ready(client))

        async def measured() -> bool:
            return "thidua_notifications_feed_position" in (await client.get("/metrics")).text

        await until(measured)
        text = (await client.get("/metrics")).text
        assert 'thidua_notifications_notices{state="uncertain"}' in text
        assert json.loads((await client.get("/openapi.json")).text)["paths"]["/v1/events"]
