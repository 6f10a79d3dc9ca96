"""Every request passes here: it gets a trace, a time limit, a place among a bounded number, an answer whatever happens, and is counted."""

import asyncio
import time
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.http import metrics
from shared.http.access import OPEN_PATHS
from shared.http.problems import RETRY_SECONDS, Problem, problem_of, response_to
from shared.logging import logger
from shared.tracing import traced

log = logger(__name__)
HEADER_BYTES_MAX = 32_768
UNMATCHED = "unmatched"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Gate:
    """The middleware that stands before all routes; `closed` tells why nothing but health can be served yet."""

    def __init__(self, app: ASGIApp, *, timeout_seconds: float, concurrency: int, closed: Callable[[], bool]) -> None:
        self._app = app
        self._timeout_seconds = timeout_seconds
        self._concurrency = concurrency
        self._closed = closed
        self._serving = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with traced(Headers(scope=scope).get("traceparent")), metrics.IN_PROGRESS.track_inprogress():
            self._serving += 1
            try:
                await self._count(scope, receive, Answer(send))
            finally:
                self._serving -= 1

    async def _count(self, scope: Scope, receive: Receive, answer: "Answer") -> None:
        began = time.perf_counter()
        try:
            await self._answer(scope, receive, answer)
        finally:
            route, method = getattr(scope.get("route"), "path", UNMATCHED), scope["method"]
            metrics.SECONDS.labels(route).observe(time.perf_counter() - began)
            metrics.REQUESTS.labels(route, method if method in METHODS else "other", answer.status).inc()
            _log_answer(scope, answer.status, time.perf_counter() - began)

    async def _answer(self, scope: Scope, receive: Receive, answer: "Answer") -> None:
        """Let the application answer in time; answer for it where it can not."""
        problem = self._refused(scope)
        limit = asyncio.timeout(self._timeout_seconds)
        try:
            if problem is None:
                async with limit:
                    await self._app(scope, receive, answer.send)
                return
        except ClientDisconnect:
            return
        except Exception as error:
            late = isinstance(error, TimeoutError) and limit.expired()
            problem = Problem("request-timeout", seconds=self._timeout_seconds) if late else _foreseen(error)
            if answer.started:
                raise
        await _send(problem, scope, receive, answer)

    def _refused(self, scope: Scope) -> Problem | None:
        """Tell why the request is not even begun; health is always told."""
        if scope["path"] in OPEN_PATHS:
            return None
        if self._serving > self._concurrency:
            return Problem("too-busy", headers={"retry-after": str(RETRY_SECONDS)}, limit=self._concurrency)
        if self._closed():
            return Problem("unavailable", headers={"retry-after": str(RETRY_SECONDS)})
        if sum(len(name) + len(value) for name, value in scope["headers"]) > HEADER_BYTES_MAX:
            return Problem("headers-too-large", limit=HEADER_BYTES_MAX)
        # PostgreSQL keeps no null character, so nothing that it keeps can be asked for by one.
        if "\x00" in scope["path"] or b"%00" in scope["query_string"]:
            return Problem("request-invalid")
        return None


class Answer:
    """Passes an answer on, and remembers whether it has begun and with which status."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0

    @property
    def started(self) -> bool:
        """Tell whether the status has been sent; from then on nothing else can be said."""
        return self.status > 0

    async def send(self, message: Message) -> None:
        """Pass one message on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)


def _foreseen(error: Exception) -> Problem:
    """Translate the error; one that nobody foresaw is logged whole and told as `internal`, without a word of its inside."""
    problem = problem_of(error)
    if problem is None:
        log.error("request-failed", error=type(error).__name__, exc_info=error)
        return Problem("internal")
    if problem.status >= 500:
        log.warning("request-not-served", code=problem.code, error=f"{type(error).__name__}: {error}")
    return problem


async def _send(problem: Problem, scope: Scope, receive: Receive, answer: Answer) -> None:
    accept_language = Headers(scope=scope).get("accept-language")
    response = response_to(problem, instance=Request(scope).url.path, accept_language=accept_language)
    await response(scope, receive, answer.send)


def _log_answer(scope: Scope, status: int, seconds: float) -> None:
    """Log what went wrong loudly and what went well only where one looks for it."""
    level = "debug" if scope["path"] in OPEN_PATHS else _level_of(status)
    caller = getattr(scope.get("state", {}).get("caller"), "name", None)
    facts = {
        "method": scope["method"],
        "path": scope["path"],
        "status": status,
        "caller": caller,
        "milliseconds": round(seconds * 1_000, 1),
    }
    getattr(log, level)("request-answered", **facts)


def _level_of(status: int) -> str:
    """An answer of 500 is a fault of ours; other 5xx tell of what is away."""
    match status:
        case 500:
            return "error"
        case _ if status > 500:
            return "warning"
        case _ if status >= 400:
            return "info"
        case _:
            return "debug"
