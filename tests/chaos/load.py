"""Senders under chaos: they write down what they send before they send it, and send it again until they are answered."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from tests.chaos.evidence import Expected, Sent

MOVEMENT = "papi"
CRITERIA = ("SC11", "SC12", "SC13", "SC21", "SC22")
ANSWER_SECONDS_MAX = 20
PAUSE_SECONDS = 0.4
NOT_NOW = (408, 429, 500, 502, 503, 504)
BAD = (
    b'{"movement": ',
    b"\xff\xfe not text",
    b"[]",
    b'{"movement": "papi", "period": "1900", "agency": "P01", "version": 1, "values": {}}',
)


@dataclass(slots=True)
class Subject:
    """One agency in one period, which one sender alone writes of."""

    agency: str
    period: str
    version: int = 0
    is_contested: bool = False  # its period is closed while reports still come in


@dataclass(kw_only=True)
class Load:
    """All that was sent, and by what it goes."""

    http: httpx.AsyncClient
    reporting: str
    scoring: str
    bootstrap: str
    keys: Mapping[str, str]
    sent: list[Sent] = field(default_factory=list)
    attempts: int = 0
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def written(self, source: str, id_: str, body: bytes, expected: Expected) -> Sent:
        """Write down what is about to be sent."""
        line = Sent(source=source, id=id_, body=body, expected=expected)
        self.sent.append(line)
        return line

    async def over_http(self, line: Sent) -> None:
        """Send until it is answered, whatever the answer."""
        headers = {"Authorization": f"Bearer {self.keys[line.source]}", "Idempotency-Key": line.id, "Content-Type": "application/json"}
        await self.asked(f"{self.reporting}/v1/reports", headers, content=line.body)
        line.is_acknowledged = True

    async def asked(self, url: str, headers: Mapping[str, str], *, method: str = "POST", **content: Any) -> httpx.Response:
        """Ask a service until it answers."""
        while True:
            self.attempts += 1
            with suppress(httpx.HTTPError):
                response = await self.http.request(method, url, headers=headers, timeout=ANSWER_SECONDS_MAX, **content)
                if response.status_code not in NOT_NOW:
                    return response
            await asyncio.sleep(PAUSE_SECONDS)

    async def over_kafka(self, producer: "Producer", lines: Sequence[tuple[Sent, str]]) -> None:
        """Put reports on intake, in this order, until the broker has them all."""
        self.attempts += len(lines)
        topic = f"intake.{lines[0][0].source}"
        await producer.deliver([(topic, agency.encode(), line.body, headers_of(line)) for line, agency in lines])
        for line, _ in lines:
            line.is_acknowledged = True


Headers = list[tuple[str, bytes | None]]
Delivery = tuple[str, bytes | None, bytes | None, Headers]


class Producer:
    """A producer that is made anew after every failure, and sends the same again: so duplicates come by themselves."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._client: AIOKafkaProducer | None = None

    async def deliver(self, deliveries: Sequence[Delivery], partitions: Sequence[int | None] | None = None) -> None:
        """Send until all are acknowledged."""
        chosen = partitions or [None] * len(deliveries)
        while True:
            try:
                await asyncio.wait_for(self._attempt(deliveries, chosen), ANSWER_SECONDS_MAX)
            except (KafkaError, OSError, TimeoutError):
                await self.close()
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                return

    async def _attempt(self, deliveries: Sequence[Delivery], partitions: Sequence[int | None]) -> None:
        if self._client is None:
            client = AIOKafkaProducer(bootstrap_servers=self._bootstrap, enable_idempotence=True, linger_ms=2, request_timeout_ms=8_000)
            self._client = client
            await client.start()
        sent = []
        for (topic, key, value, headers), partition in zip(deliveries, partitions, strict=True):
            sent.append(await self._client.send(topic, value, key, partition=partition, headers=headers))
        await asyncio.gather(*sent)

    async def close(self) -> None:
        """Let go within a bound: a broker that is away answers nothing."""
        client, self._client = self._client, None
        if client is not None:
            with suppress(Exception):
                await asyncio.wait_for(client.stop(), 3)


@asynccontextmanager
async def producing(bootstrap: str) -> AsyncIterator[Producer]:
    """Open a producer for the time of a block."""
    producer = Producer(bootstrap)
    try:
        yield producer
    finally:
        await producer.close()


def headers_of(line: Sent) -> list[tuple[str, bytes | None]]:
    """Write the attributes of a CloudEvent."""
    attributes = {"ce_specversion": "1.0", "ce_id": line.id, "ce_source": line.source, "ce_type": "vn.thidua.report-sent.v1"}
    return [*((name, value.encode()) for name, value in attributes.items()), ("content-type", b"application/json")]


class Sender:
    """One integrator. What it does next is drawn from its own seed."""

    def __init__(self, load: Load, source: str, seed: str, subjects: Sequence[Subject]) -> None:
        self.load = load
        self.source = source
        self.name = seed
        self.random = random.Random(seed)
        self.subjects = subjects
        self._numbers = iter(range(10**9))
        self._known: list[tuple[Sent, str]] = []

    def report(self) -> tuple[Sent, str]:
        """The next version of some subject's report."""
        subject = self.random.choice(self.subjects)
        subject.version += 1
        values = {code: round(self.random.uniform(0, 9), 4) for code in CRITERIA}
        fields = {"movement": MOVEMENT, "period": subject.period, "agency": subject.agency, "version": subject.version, "values": values}
        expected = Expected.EITHER if subject.is_contested else Expected.ACCEPTED
        line = self.load.written(self.source, self._next_id(), json.dumps(fields).encode(), expected)
        self._known = [*self._known[-200:], (line, subject.agency)]
        return line, subject.agency

    def again(self) -> tuple[Sent, str]:
        """Something that was acknowledged before: the very same, or another body under the same id."""
        line, agency = self.random.choice([known for known in self._known if known[0].is_acknowledged] or [self.report()])
        if self.random.random() < 0.4 and line.is_acknowledged:
            other = json.dumps({**json.loads(line.body), "reference": f"conflict-{next(self._numbers)}"}).encode()
            return self.load.written(self.source, line.id, other, Expected.REJECTED), agency
        return line, agency

    def bad(self) -> tuple[Sent, str]:
        """Something that can not be accepted."""
        return self.load.written(self.source, self._next_id(), self.random.choice(BAD), Expected.REJECTED), "P01"

    def drawn(self) -> tuple[Sent, str]:
        """Whatever comes next."""
        dice = self.random.random()
        return self.bad() if dice < 0.06 else self.again() if dice < 0.2 else self.report()

    def _next_id(self) -> str:
        return f"{self.name}-{next(self._numbers)}"


async def send_over_http(sender: Sender, pause_seconds: float) -> None:
    """Send, withdraw and have returned, one after the other, until told to stop."""
    load = sender.load
    while not load.stopping.is_set():
        line, _ = sender.drawn()
        await load.over_http(line)
        dice = sender.random.random()
        if dice < 0.1:
            await void(sender, "withdraw", sender.source, {"reason": "Số liệu cần rà soát lại."})
        elif dice < 0.2:
            await void(sender, "return", "standing-body", {"reason": "Thiếu số liệu quý II.", "items": []})
        await asyncio.sleep(pause_seconds * sender.random.uniform(0.5, 1.5))


async def void(sender: Sender, verb: str, role: str, body: Mapping[str, object]) -> None:
    """Withdraw or return a version that was sent; what the answer is does not matter, only that what it did was told."""
    subject = sender.random.choice([each for each in sender.subjects if each.version] or [None])
    if subject is not None:
        url = f"{sender.load.reporting}/v1/reports/{MOVEMENT}/{subject.period}/{subject.agency}/{subject.version}/{verb}"
        await sender.load.asked(url, {"Authorization": f"Bearer {sender.load.keys[role]}"}, json=body)


async def send_over_kafka(sender: Sender, pause_seconds: float) -> None:
    """Send batches until told to stop."""
    async with producing(sender.load.bootstrap) as producer:
        while not sender.load.stopping.is_set():
            await sender.load.over_kafka(producer, [sender.drawn() for _ in range(sender.random.randint(1, 30))])
            await asyncio.sleep(pause_seconds * sender.random.uniform(0.5, 1.5))
