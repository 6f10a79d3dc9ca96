"""The two ways in, as an integrator uses them: a CloudEvent on `intake.<source>`, or the same report over HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx
from aiokafka import AIOKafkaProducer

from deploy.local.demo.client import Client
from shared.events import INTAKE
from shared.events.topics import type_of

SEND_SECONDS_MAX = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report as a sender holds it. A value of None is missing, 'n/a' is not applicable."""

    id: str
    movement: str
    period: str
    agency: str
    version: int
    values: Mapping[str, Decimal | str | None]

    def body(self) -> bytes:
        """Write the report as JSON, numbers with exactly the digits of the file."""
        values = {code: _number(value) for code, value in self.values.items()}
        fields = {"movement": self.movement, "period": self.period, "agency": self.agency, "version": self.version}
        return json.dumps(fields | {"values": values}, ensure_ascii=False).encode()


def _number(value: Decimal | str | None) -> float | str | None:
    # A float prints the shortest digits that read back as itself: up to 15 digits it is the number of the file, to the digit.
    return float(value) if isinstance(value, Decimal) else value


async def send_over_http(client: Client, report: Report, source: str) -> httpx.Response:
    """Send a report in plain JSON; its id makes a repeat harmless."""
    headers = {"Idempotency-Key": report.id, "Content-Type": "application/json"}
    return await client.send("POST", "reporting", "/v1/reports", role=source, headers=headers, content=report.body())


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """A producer on the intake topics."""

    producer: AIOKafkaProducer

    async def send(self, source: str, reports: Sequence[Report]) -> None:
        """Publish reports in this order and wait until the broker has them all."""
        sent = [await self._send(source, report.agency, report.body(), headers_of(report.id, source)) for report in reports]
        await asyncio.wait_for(asyncio.gather(*sent), SEND_SECONDS_MAX)

    async def send_raw(self, source: str, agency: str, value: bytes, headers: Sequence[tuple[str, Any]]) -> None:
        """Publish whatever bytes and headers: what a broken sender does."""
        await asyncio.wait_for(await self._send(source, agency, value, headers), SEND_SECONDS_MAX)

    async def _send(self, source: str, agency: str, value: bytes, headers: Sequence[tuple[str, Any]]) -> "asyncio.Future[Any]":
        topic = INTAKE.named(source)
        sent = self.producer.send(topic, value=value, key=agency.encode(), headers=list(headers))
        return await asyncio.wait_for(sent, SEND_SECONDS_MAX)


def headers_of(id_: str, source: str) -> list[tuple[str, bytes]]:
    """Write the attributes of a CloudEvent in binary mode."""
    attributes = {"ce_specversion": "1.0", "ce_id": id_, "ce_source": source, "ce_type": type_of("report-sent")}
    return [*((name, value.encode()) for name, value in attributes.items()), ("content-type", b"application/json")]


@asynccontextmanager
async def open_intake(bootstrap: str) -> AsyncIterator[Intake]:
    """Open a producer for the time of a block."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True, linger_ms=5)
    await asyncio.wait_for(producer.start(), SEND_SECONDS_MAX)
    try:
        yield Intake(producer=producer)
    finally:
        await asyncio.wait_for(producer.stop(), SEND_SECONDS_MAX)
