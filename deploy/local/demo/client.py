"""How the demo talks to the services: over HTTP with one key a role, repeating what was not answered, as an integrator would."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from deploy.local.failure import SetupFailed

ATTEMPTS_MAX = 40
PAUSE_SECONDS = 0.5
WAIT_SECONDS_MAX = 60.0
REQUESTS_AT_ONCE = 16
# The same again is harmless: a report has its id, and everything else says what should be, not what should change.
NOT_NOW = (httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE)


class DemoFailed(SetupFailed):
    """The demo did not see what it must see; the text says what, and where to look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where the three services listen."""

    reporting: str
    scoring: str
    notifications: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One holder of keys: `keys` maps a role, or a source's name, to its key."""

    http: httpx.AsyncClient
    addresses: Addresses
    keys: Mapping[str, str]
    gate: asyncio.Semaphore

    async def get(self, service: str, path: str, *, role: str, **query: str | int) -> Any:
        """Read; raise where the answer is not 2xx."""
        response = await self.send("GET", service, path, role=role, params=query)
        return _body(response)

    async def post(self, service: str, path: str, body: object = None, *, role: str, headers: Mapping[str, str] | None = None) -> Any:
        """Act; raise where the answer is not 2xx."""
        response = await self.send("POST", service, path, role=role, json=body, headers=headers)
        return _body(response)

    async def send(
        self, method: str, service: str, path: str, *, role: str, headers: Mapping[str, str] | None = None, **content: Any
    ) -> httpx.Response:
        """Send, and send again while nobody answers or the service says “not now”, within a bound."""
        url = f"{getattr(self.addresses, service)}{path}"
        sent = {"Authorization": f"Bearer {self.keys[role]}", **(headers or {})}
        for attempt in range(ATTEMPTS_MAX):
            if attempt:
                await asyncio.sleep(PAUSE_SECONDS)
            async with self.gate:
                try:
                    response = await self.http.request(method, url, headers=sent, **content)
                except httpx.TransportError:
                    continue
            if response.status_code not in NOT_NOW:
                return response
        raise DemoFailed(f"{service} did not answer {method} {path} in {ATTEMPTS_MAX} tries: look at its log in .local")


@asynccontextmanager
async def open_client(addresses: Addresses, keys: Mapping[str, str]) -> AsyncIterator[Client]:
    """Open a client for the time of a block."""
    limits = httpx.Limits(max_connections=REQUESTS_AT_ONCE)
    async with httpx.AsyncClient(timeout=35, limits=limits) as http:
        yield Client(http=http, addresses=addresses, keys=keys, gate=asyncio.Semaphore(REQUESTS_AT_ONCE))


async def wait_until(what: str, look: Callable[[], Any], *, seconds: float = WAIT_SECONDS_MAX) -> Any:
    """Look again until `look` gives something; fail with a sentence when the time is over."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        found = await look()
        if found:
            return found
        if asyncio.get_running_loop().time() > deadline:
            raise DemoFailed(f"waited {seconds:.0f} seconds for {what}, in vain: look at the services' logs in .local")
        await asyncio.sleep(0.1)


def _body(response: httpx.Response) -> Any:
    if response.is_success:
        return response.json()
    raise DemoFailed(f"{response.request.method} {response.request.url.path} was answered {response.status_code}: {response.text[:2_000]}")
