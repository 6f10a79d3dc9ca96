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
        await asyncio.sleep(0.2)
    assert len(steps) > before
    assert 0 <= steps[before] - committed < 0.1


async def test_a_worker_goes_on_while_there_is_more_and_after_a_step_that_raised(stage: Stage) -> None:
    steps: list[int] = []

    async def work() -> bool:
        steps.append(len(steps))
        if len(steps) == 3:
            raise RuntimeError("a step fails once")
        return len(steps) < 6

    async with stage.running([], workers=[Worker("w", work, poll_seconds=3600)]):
        await asyncio.sleep(0.6)
        assert "worker w" not in stage.readiness.missing
    assert len(steps) == 6


async def test_two_of_one_name_are_refused(stage: Stage) -> None:
    async def work() -> bool:
        return False

    with pytest.raises(ValueError, match="one name"):
        async with stage.running([], workers=[Worker("w", work, 1), Worker("w", work, 1)]):
            pass
