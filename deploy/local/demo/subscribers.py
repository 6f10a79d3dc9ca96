"""Three downstream systems, one of each kind: a Kafka consumer, a receiver of signed webhooks, and a reader of the feed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from aiokafka import AIOKafkaConsumer
from fastapi import FastAPI, Request, Response
from standardwebhooks import Webhook, WebhookVerificationError

from deploy.local.demo.client import Client
from shared.events import AWARDS
from shared.events.topics import type_of

PAGE = 500
# Acts are announced on other topics too; what the subscribers compare are the awards themselves.
AWARD_TYPES = tuple(type_of(name) for name in AWARDS.facts if name.startswith("award-"))


@dataclass(slots=True, kw_only=True)
class Received:
    """Ids of award events in the order in which one subscriber first saw them, and how many were repeats or badly signed."""

    ids: dict[str, str] = field(default_factory=dict)
    repeats: int = 0
    refused: int = 0

    def take(self, id_: str, type_: str) -> None:
        """Note an event; a repeat counts once."""
        if id_ in self.ids:
            self.repeats += 1
        self.ids[id_] = type_


@asynccontextmanager
async def kafka_subscriber(bootstrap: str) -> AsyncIterator[Received]:
    """Read `awards` from Kafka, as a downstream service with its own group."""
    received = Received()
    consumer = AIOKafkaConsumer(AWARDS.name, bootstrap_servers=bootstrap, group_id="demo-downstream", auto_offset_reset="earliest")
    await asyncio.wait_for(consumer.start(), 30)
    reading = asyncio.create_task(_read(consumer, received))
    try:
        yield received
    finally:
        reading.cancel()
        with suppress(asyncio.CancelledError):
            await reading
        await asyncio.wait_for(consumer.stop(), 10)


async def _read(consumer: AIOKafkaConsumer, received: Received) -> None:
    async for record in consumer:
        headers = dict(record.headers)
        if headers["ce_type"].decode() in AWARD_TYPES:
            received.take(headers["ce_id"].decode(), headers["ce_type"].decode())


@asynccontextmanager
async def webhook_subscriber(client: Client, port: int) -> AsyncIterator[Received]:
    """Listen for webhooks, subscribe to award events, and check each signature with the public library."""
    received = Received()
    secret: list[str] = []
    server = uvicorn.Server(uvicorn.Config(_receiver(received, secret), host="127.0.0.1", port=port, log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve())
    try:
        body = {"url": f"http://127.0.0.1:{port}/hook", "types": list(AWARD_TYPES)}
        subscription = await client.post("notifications", "/v1/subscriptions", body, role="observer")
        secret.append(subscription["secret"])
        yield received
    finally:
        server.should_exit = True
        await serving


def _receiver(received: Received, secret: list[str]) -> FastAPI:
    app = FastAPI()

    @app.post("/hook")
    async def hook(request: Request) -> Response:
        body = await request.body()
        if not secret:
            return Response(status_code=503)
        try:
            event: Any = Webhook(secret[0]).verify(body, dict(request.headers))
        except WebhookVerificationError:
            received.refused += 1
            return Response(status_code=401)
        received.take(event["id"], event["type"])
        return Response(status_code=204)

    return app


async def read_feed(client: Client) -> Received:
    """Pull all award events over HTTP, page by page, by cursor."""
    received = Received()
    types = ",".join(AWARD_TYPES)
    after = ""
    while True:
        query: dict[str, str | int] = {"types": types, "limit": PAGE}
        page = await client.get("notifications", "/v1/events", role="observer", **(query | ({"after": after} if after else {})))
        for event in page["items"]:
            received.take(event["id"], event["type"])
        if not page["items"]:
            return received
        after = page["next"]
