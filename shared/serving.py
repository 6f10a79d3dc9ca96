"""A service starts in any order with what it needs, waits for what is away, and on SIGTERM finishes what is in hand and leaves.

While something is away the process lives and says what is missing; it ends only when it is told to, when the schema
does not fit, or when a part of it died, so that somebody starts it anew.
"""

import asyncio
import random
import signal
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager

from shared.database import Pool, SchemaUnfit, check_schema
from shared.foundation import STARTING, Foundation, Service, kafka_settings, open_service_pool
from shared.http.access import assert_every_route_guarded
from shared.http.server import Server, listen, new_server
from shared.logging import logger
from shared.messaging import CONNECTIONS_HELD, Limits, Runtime

log = logger(__name__)
RETRY_SECONDS_MAX = 5.0
CLOSE_SECONDS_MAX = 0.5


class PartDied(Exception):
    """A part of the service ended that never should; the process ends too, to be started anew."""


async def serve(service: Service) -> None:
    """Run until SIGTERM or SIGINT, then drain. Raises SchemaUnfit, PortTaken, RouteUnguarded, PartDied."""
    base = service.foundation
    assert_every_route_guarded(base.http)
    stop = _stop_on_signals()
    base.readiness.down(STARTING, "the database was not reached yet")
    listening = listen(base.settings)
    server = new_server(base.http, base.settings)
    serving = asyncio.create_task(server.serve(sockets=[listening]), name="http")
    log.info("service-starting", address=f"{base.settings.http_host}:{base.settings.http_port}")
    try:
        async with _pools(base) as own_pool:
            await _run(service, own_pool, server, serving, stop)
    finally:
        server.stop()
        serving.cancel()
        await asyncio.wait({serving}, timeout=CLOSE_SECONDS_MAX)
        listening.close()
    log.info("service-stopped")


async def _run(service: Service, own_pool: Pool, server: Server, serving: "asyncio.Task[None]", stop: asyncio.Event) -> None:
    """Wait for the schema, run everything until told to stop, drain."""
    base = service.foundation
    fits = asyncio.create_task(_schema_fits(service))
    await _first_of(fits, stop.wait(), serving)
    runtime = None
    if fits.done():
        fits.result()
        runtime = _runtime(service, own_pool)
        await runtime.start()
        base.readiness.up(STARTING)
        log.info("service-started")
        await _first_of(stop.wait(), runtime.died.wait(), serving)
    fits.cancel()
    told = stop.is_set()
    await _drain(base, runtime, server, serving)
    if not told:
        raise PartDied(f"a part of {base.name} ended by itself; its log says why")


def _runtime(service: Service, own_pool: Pool) -> Runtime:
    base = service.foundation
    return Runtime(
        pool=base.pool,
        own_pool=own_pool,
        transactions=base.transactions,
        wakeup=base.wakeup,
        clock=base.clock,
        consumers=service.consumers,
        workers=service.workers,
        kafka=kafka_settings(base.name, base.settings),
        readiness=base.readiness,
        limits=Limits(stop_seconds_max=base.settings.drain_seconds - 2 * CLOSE_SECONDS_MAX),
    )


async def _schema_fits(service: Service) -> None:
    """Return when the database was reached and its schema is the one that this program needs; raises SchemaUnfit."""
    base = service.foundation
    attempt = 0
    while True:
        try:
            await check_schema(base.pool, base.name, service.directories)
        except SchemaUnfit:
            raise
        except Exception as error:  # noqa: BLE001 (a start waits for everything that can be mended from outside)
            # Whatever keeps us from asking may be mended while we wait: a server that starts, a password, a right.
            reason = f"{type(error).__name__}: {error}"
            base.readiness.down(STARTING, f"the database can not be asked: {reason}")
            log.warning("database-awaited", reason=reason, attempt=attempt)
        else:
            return
        await asyncio.sleep(min(0.1 * 2**attempt, RETRY_SECONDS_MAX) * random.uniform(0.5, 1.0))  # noqa: S311 (jitter, no secret)
        attempt = min(attempt + 1, 10)


async def _drain(base: Foundation, runtime: Runtime | None, server: Server, serving: "asyncio.Task[None]") -> None:
    """Finish requests and batches in hand; what is not finished in time is given up, and comes again."""
    log.info("service-draining", seconds=base.settings.drain_seconds)
    base.readiness.down(STARTING, "the service is stopping")
    server.stop()
    ending = [serving] if runtime is None else [serving, asyncio.create_task(runtime.stop(), name="runtime-stop")]
    _, late = await asyncio.wait(ending, timeout=base.settings.drain_seconds - CLOSE_SECONDS_MAX)
    if late:
        log.warning("drain-cut-short", late=sorted(task.get_name() for task in late))


@asynccontextmanager
async def _pools(base: Foundation) -> AsyncIterator[Pool]:
    """Open the service's pool and the runtime's own, and close both."""
    own_pool = open_service_pool(base.name, base.settings, size=CONNECTIONS_HELD)
    await base.pool
    await own_pool
    try:
        yield own_pool
    finally:
        await _close(base.pool)
        await _close(own_pool)


async def _close(pool: Pool) -> None:
    """Close in good order, or at once where somebody still holds a connection."""
    try:
        await asyncio.wait_for(pool.close(), CLOSE_SECONDS_MAX)
    except TimeoutError:
        pool.terminate()


async def _first_of(*awaited: Awaitable[object]) -> None:
    """Return when the first of them is done; those that were only waited for are left alone if they are tasks."""
    tasks = [asyncio.ensure_future(each) for each in awaited]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task, given in zip(tasks, awaited, strict=True):
        if task is not given:
            task.cancel()


def _stop_on_signals() -> asyncio.Event:
    """Return the event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


@asynccontextmanager
async def opened(service: Service) -> AsyncIterator[Service]:
    """For an operator's command: the service's pool on a schema that fits, with nothing running; closes it afterwards."""
    base = service.foundation
    await base.pool
    try:
        await check_schema(base.pool, base.name, service.directories)
        yield service
    finally:
        await _close(base.pool)
