"""One signed POST to one receiver: bounded in time, never redirected, and only to an address that was looked at.

The name is resolved when the connection is made, all its addresses are judged, and the connection goes to one of exactly those: a
name that changes between a check and its use has no use to change.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpcore

from services.notifications.domain.addresses import Address, first_private
from services.notifications.domain.deliveries import DETAIL_LENGTH_MAX, Outcome

Resolve = Callable[[str, int], Awaitable[Sequence[Address]]]

ADDRESSES_TRIED_MAX = 3
ANSWER_BYTES_MAX = 16_384
ANSWER_SECONDS_MAX = 1.0
GONE = 410


class AddressRefused(Exception):
    """The receiver's name leads to an address that webhooks may not go to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of a POST. `detail` never holds what the receiver wrote: a log must not become a way to read what is inside."""

    outcome: Outcome
    status: int | None
    detail: str


async def resolve(host: str, port: int) -> Sequence[Address]:
    """Ask the system for all addresses of a name."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ipaddress.ip_address(sockaddr[0]) for *_, sockaddr in found]


class PinnedNetwork(httpcore.AsyncNetworkBackend):
    """Connects to the address that was judged, and to no other."""

    def __init__(self, *, allow_private: bool, resolve: Resolve) -> None:
        self._allow_private = allow_private
        self._resolve = resolve
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # the library's own signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve, judge, connect; raises AddressRefused, OSError, or the library's own errors."""
        addresses = list(dict.fromkeys(await self._resolve(host, port)))
        private = None if self._allow_private else first_private(addresses)
        if private is not None or not addresses:
            raise AddressRefused("the name leads to no address that webhooks may go to")
        *others, last = addresses[:ADDRESSES_TRIED_MAX]
        for address in others:
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return await self._network.connect_tcp(str(address), port, timeout, local_address, socket_options)
        return await self._network.connect_tcp(str(last), port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._network.sleep(seconds)


class Sender:
    """Sends webhooks. Proxies of the environment and redirects are not followed, cookies are not kept."""

    def __init__(
        self,
        *,
        allow_private: bool,
        seconds_max: float,
        connections_max: int,
        tls: ssl.SSLContext | None = None,
        resolve: Resolve = resolve,
    ) -> None:
        self._seconds_max = seconds_max
        self._timeouts = dict.fromkeys(("connect", "read", "write", "pool"), seconds_max)
        self._connections = httpcore.AsyncConnectionPool(
            ssl_context=tls or ssl.create_default_context(),
            max_connections=connections_max,
            max_keepalive_connections=connections_max // 2,
            keepalive_expiry=15,
            network_backend=PinnedNetwork(allow_private=allow_private, resolve=resolve),
        )

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send once and tell what became of it; does not raise for anything that the receiver or the network does."""
        try:
            async with asyncio.timeout(self._seconds_max):
                return judged(await self._status_of(url, body, headers))
        except (TimeoutError, httpcore.TimeoutException):
            return Answer(outcome=Outcome.TIMED_OUT, status=None, detail=f"no answer within {self._seconds_max:g} s")
        except AddressRefused as error:
            return Answer(outcome=Outcome.ADDRESS_REFUSED, status=None, detail=str(error))
        except (OSError, ValueError, httpcore.NetworkError, httpcore.ProtocolError) as error:
            return Answer(outcome=Outcome.UNREACHABLE, status=None, detail=f"{type(error).__name__}: {error}"[:DETAIL_LENGTH_MAX])

    async def _status_of(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        written = [(name.encode(), value.encode()) for name, value in headers.items()]
        extensions = {"timeout": self._timeouts}
        async with self._connections.stream("POST", url, headers=written, content=body, extensions=extensions) as response:
            await _read_out(response)
            return int(response.status)

    async def close(self) -> None:
        """Close all connections."""
        await self._connections.aclose()


async def _read_out(response: httpcore.Response) -> None:
    """Read a short answer to its end so that the connection can be used again; one that is long or slow is cut off."""
    received = 0
    with suppress(TimeoutError, httpcore.ReadError, httpcore.ReadTimeout, httpcore.RemoteProtocolError):
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            async for chunk in response.aiter_stream():
                received += len(chunk)
                if received > ANSWER_BYTES_MAX:
                    return


def judged(status: int) -> Answer:
    """Only 2xx is a delivery; a redirect is none, and 410 asks never to be written to again."""
    if 200 <= status < 300:
        return Answer(outcome=Outcome.DELIVERED, status=status, detail="")
    outcome = Outcome.GONE if status == GONE else Outcome.REFUSED
    return Answer(outcome=outcome, status=status, detail=f"the receiver answered {status}")
