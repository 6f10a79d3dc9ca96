"""HTTP on a socket: connections are bounded, and one that sends too slowly is closed, also before its request is whole."""

import asyncio
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import h11
import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from shared.http.gate import HEADER_BYTES_MAX
from shared.http.languages import Language
from shared.http.problems import MEDIA_TYPE, Problem, document_of
from shared.logging import logger
from shared.settings import ServiceSettings

log = logger(__name__)
KEEP_ALIVE_SECONDS = 15


class PortTaken(Exception):
    """The address can not be listened on; says which and what to do."""


class PatientProtocol(H11Protocol):
    """Waits for the whole head of a request no longer than the limit; the gate waits for the rest."""

    wait_seconds = 10.0
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the class it extends
        """Start the clock when somebody connects."""
        super().connection_made(transport)
        self._expect_request()

    def data_received(self, data: bytes) -> None:
        """Start the clock with the first byte after an answer; stop it when a request has begun."""
        super().data_received(data)
        if self._is_serving:
            self._stop_waiting()
        else:
            self._expect_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the clock with the connection."""
        self._stop_waiting()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP with a problem too."""
        log.info("request-not-http", client=str(self.client), sentence=msg)
        document = document_of(Problem("request-invalid"), instance="", language=Language.VIETNAMESE)
        body = json.dumps(document.model_dump(mode="json"), ensure_ascii=False).encode()
        headers = [("content-type", MEDIA_TYPE), ("content-length", str(len(body))), ("connection", "close")]
        for event in (h11.Response(status_code=400, headers=headers), h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    @property
    def _is_serving(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    def _expect_request(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.wait_seconds, self._give_up)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        if not self._is_serving:
            log.info("connection-too-slow", client=str(self.client), seconds=self.wait_seconds)
            self.transport.abort()


class Server(uvicorn.Server):
    """uvicorn without its own signal handlers: the service decides when to stop."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the service."""
        yield

    def stop(self) -> None:
        """Take no new connections, and end when the requests in hand are answered."""
        self.should_exit = True


def new_server(app: FastAPI, settings: ServiceSettings) -> Server:
    """Make the server of the application."""
    protocol = type("Protocol", (PatientProtocol,), {"wait_seconds": settings.http_timeout_seconds})
    options: dict[str, Any] = {
        "http": protocol,
        "ws": "none",
        "lifespan": "off",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "proxy_headers": False,
        "limit_concurrency": settings.http_connections,
        "timeout_keep_alive": KEEP_ALIVE_SECONDS,
        "timeout_graceful_shutdown": max(1, int(settings.drain_seconds) - 2),
        "h11_max_incomplete_event_size": HEADER_BYTES_MAX,
    }
    return Server(uvicorn.Config(app, **options))


def listen(settings: ServiceSettings) -> socket.socket:
    """Take the address; raises PortTaken."""
    family = socket.AF_INET6 if ":" in settings.http_host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((settings.http_host, settings.http_port))
    except OSError as error:
        listening.close()
        place = f"{settings.http_host}:{settings.http_port}"
        raise PortTaken(f"can not listen on {place} ({error.strerror}): stop what uses it, or set HTTP_HOST or HTTP_PORT") from error
    return listening
