"""A receiver of webhooks: a real HTTP server that remembers what it got and answers as it is told to."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from standardwebhooks import Webhook

HANG = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One request."""

    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verify(self, secret: str) -> dict[str, object]:
        """Check the signature with the public library, and read the body."""
        told: dict[str, object] = Webhook(secret).verify(self.body, self.headers)
        return told


@dataclass(slots=True, kw_only=True)
class Receiver:
    """What came, and how it is answered: a status, or HANG."""

    port: int = 0
    answer: Callable[[Received], int] = lambda _request: 204
    location: str = ""
    got: list[Received] = field(default_factory=list)
    connections: int = 0
    writers: list[asyncio.StreamWriter] = field(default_factory=list)
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def ids(self) -> list[str]:
        return [each.id for each in self.got]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        self.connections += 1
        self.writers.append(writer)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                await self._serve_one(reader, writer)
        writer.close()

    async def holds(self, count: int, *, seconds_max: float = 20) -> None:
        """Wait until so many requests have come."""
        async with asyncio.timeout(seconds_max):
            while len(self.got) < count:
                self.arrived.clear()
                await self.arrived.wait()

    async def close(self) -> None:
        """Cut all connections, also those in which somebody is kept waiting."""
        self.closed.set()
        for writer in self.writers:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in head[1:] if line)}
        body = await reader.readexactly(int(headers["content-length"]))
        request = Received(target=head[0].split()[1], headers=headers, body=body)
        self.got.append(request)
        self.arrived.set()
        status = self.answer(request)
        if status == HANG:
            await self.closed.wait()
            raise ConnectionAbortedError
        location = f"Location: {self.location}\r\n" if self.location else ""
        writer.write(f"HTTP/1.1 {status} Said\r\n{location}Content-Length: 0\r\n\r\n".encode())
        await writer.drain()


@asynccontextmanager
async def receiving(answer: Callable[[Received], int] | None = None) -> AsyncIterator[Receiver]:
    """Run a receiver on a free port."""
    receiver = Receiver() if answer is None else Receiver(answer=answer)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        await receiver.close()
