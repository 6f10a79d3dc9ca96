"""Work that is due: a worker runs when it is woken or when its poll comes round, one step at a time, and never dies of a step."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from shared.logging import logger
from shared.messaging import metrics
from shared.messaging.backoff import Backoff, pause
from shared.messaging.errors import is_transient, kind_of
from shared.readiness import Readiness

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Worker:
    """`work` does one bounded step and tells whether there may be more; `Transaction.wake(name)` calls it after COMMIT."""

    name: str
    work: Callable[[], Awaitable[bool]]
    poll_seconds: float


async def run_worker(worker: Worker, bell: asyncio.Event, stopping: asyncio.Event, readiness: Readiness) -> None:
    """Step until told to stop. A step that raises is said, and tried again after a growing while."""
    backoff = Backoff()
    part = f"worker {worker.name}"
    while not stopping.is_set():
        bell.clear()
        try:
            with metrics.WORKER_SECONDS.labels(worker.name).time():
                more = await worker.work()
        except Exception as error:  # noqa: BLE001 - whatever a step raises, the worker goes on
            _say_failed(worker.name, error)
            readiness.down(part, f"{kind_of(error)}: {error}")
            await pause(backoff.delay(), unless=stopping)
            continue
        backoff.reset()
        readiness.up(part)
        if more:
            await asyncio.sleep(0)
        else:
            await _woken(bell, stopping, worker.poll_seconds)


async def _woken(bell: asyncio.Event, stopping: asyncio.Event, seconds: float) -> None:
    """Wait for the bell, the poll or the stop, whichever comes first."""
    waits = [asyncio.ensure_future(event.wait()) for event in (bell, stopping)]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


def _say_failed(name: str, error: Exception) -> None:
    metrics.WORKER_FAILURES.labels(name).inc()
    if is_transient(error):
        log.warning("worker-waits", worker=name, error=repr(error))
    else:
        log.error("worker-failed", worker=name, error=repr(error), exc_info=error)
