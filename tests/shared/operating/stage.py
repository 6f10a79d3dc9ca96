"""A stage for operators: the runtime's stage, a service built on it, and both ways into it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx
import typer
from pydantic import SecretStr
from typer.testing import CliRunner, Result

from shared.events.registry import Role
from shared.foundation import Service, foundation
from shared.http.access import digest_of
from shared.messaging import Consumer, Unavailable, dead_letters
from shared.messaging.dead_letters import Search
from shared.operating import Operated, mount
from shared.service import CommandLine, opened
from shared.settings import ServiceSettings
from tests.shared.messaging.stage import Stage
from tests.shared.messaging.words import Word, grant

T = TypeVar("T")
GIVE_KEY = "INSERT INTO access_key (digest, name, roles, movements, revision) VALUES ($1, $2, $3, $4, 1)"
KEYS: dict[str, tuple[Role, list[str] | None]] = {
    "operator": (Role.OPERATOR, None),
    "observer": (Role.OBSERVER, None),
    "bounded": (Role.OPERATOR, ["ha-nam-315"]),
}


@dataclass(kw_only=True)
class Desk:
    """What an operator has before him. `mended` takes the cause of every failure away; `away` is how often something else is away first."""

    stage: Stage
    http: httpx.AsyncClient
    mended: bool = False
    away: int = 0
    consumers: list[Consumer[Word]] = field(default_factory=list)

    @property
    def consumer(self) -> Consumer[Word]:
        """The consumer of words, which does what they wish until it is mended."""
        return self.stage.consumer(self._wishes)

    async def _wishes(self, new: Sequence[Word]) -> None:
        if self.away:
            self.away -= 1
            raise Unavailable("something is away")
        if not self.mended:
            await grant(new)

    async def ask(self, method: str, path: str, *, key: str = "operator", **more: Any) -> httpx.Response:
        """Ask over HTTP with a key."""
        return await self.http.request(method, path, headers={"x-api-key": key}, **more)

    async def command(self, *words: str) -> Result:
        """Run a command in a loop of its own, as a process of its own would."""
        return await asyncio.to_thread(lambda: CliRunner().invoke(self._command_line(), list(words)))

    async def lines(self, *words: str) -> list[dict[str, Any]]:
        """What a command prints for programs; a test's own log goes to the same place."""
        done = await self.command(*words, "--json")
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]

    def _command_line(self) -> typer.Typer:
        commands = CommandLine(pretty_exceptions_enable=False)

        def run(action: Callable[[Operated], Awaitable[T]]) -> T:
            async def act() -> T:
                async with opened(service_on(self.stage, self.consumers or [self.consumer])) as service:
                    return await action(service.operated)

            return asyncio.run(act())

        mount(commands, run)
        return commands

    async def bury(self, *letters: Word | bytes) -> list[int]:
        """Let records become dead letters; returns their numbers, in the order of the records."""
        committed = await self.stage.committed()
        await self.stage.send(letters, partition=0)
        async with self.stage.running([self.consumer]):
            await self.stage.until_committed(committed + len(letters))
        return [letter.number for letter in await dead_letters.find(self.stage.pool, Search())][-len(letters) :]


def service_on(stage: Stage, consumers: Sequence[Consumer[Word]]) -> Service:
    """A service on the stage's database and broker; to be called in a running loop."""
    settings = ServiceSettings(
        database_url=SecretStr(stage.url), kafka_bootstrap=stage.kafka.bootstrap, http_port=1, access_cache_seconds=0
    )
    return Service(foundation=foundation(stage.schema, settings), directories=(), consumers=consumers)


@asynccontextmanager
async def operated(stage: Stage) -> AsyncIterator[Desk]:
    """A desk with a key for each kind of caller, asked over HTTP without a socket."""
    for name, (role, movements) in KEYS.items():
        await stage.pool.execute(GIVE_KEY, digest_of(name), name, [role], movements)
    async with httpx.AsyncClient(base_url="http://stage") as unused:
        desk = Desk(stage=stage, http=unused)
        async with opened(service_on(stage, [desk.consumer])) as service:
            transport = httpx.ASGITransport(app=service.foundation.http)
            async with httpx.AsyncClient(transport=transport, base_url="http://stage") as http:
                desk.http = http
                yield desk
