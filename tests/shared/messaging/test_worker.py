"""A worker runs when it is woken or when its poll comes round, and survives what its steps raise."""

import asyncio
import time

import pytest

from shared.messaging import Lock, LockKind, Worker
from tests.shared.messaging.stage import Stage


async def test_a_worker_is_woken_by_the_commit_of_a_transaction(stage: Stage) -> None:
    steps: list[float] = []

    async def work() -> bool:
        steps.append(time.monotonic())
        return False

    async with stage.running([], workers=[Worker("w", work, poll_seconds=3600)]) as runtime:
        await asyncio.sleep(0.5)
        before = len(steps)
        async with runtime.transactions.begin([Lock(LockKind.ACTS, "stage")]) as transaction:
            transaction.wake("w")
            await asyncio.sleep(0.1)
            assert len(steps) == before
        committed = time.monotonic()
        await stage.until(lambda: _longer(steps, before))
    assert 0 <= steps[before] - committed < 1


async def test_a_worker_goes_on_while_there_is_more_and_after_steps_that_raised(stage: Stage) -> None:
    steps: list[float] = []
    mended = asyncio.Event()

    async def work() -> bool:
        steps.append(time.monotonic())
        if len(steps) >= 3 and not mended.is_set():
            raise RuntimeError("the steps fail for a while")
        return not mended.is_set()

    async with stage.running([], workers=[Worker("w", work, poll_seconds=3600)]):
        await stage.until_missing("worker w")
        assert len(steps) >= 3
        mended.set()
        await stage.until_nothing_missing()


async def _longer(steps: list[float], count: int) -> bool:
    return len(steps) > count


async def test_two_of_one_name_are_refused(stage: Stage) -> None:
    async def work() -> bool:
        return False

    with pytest.raises(ValueError, match="one name"):
        async with stage.running([], workers=[Worker("w", work, 1), Worker("w", work, 1)]):
            pass
