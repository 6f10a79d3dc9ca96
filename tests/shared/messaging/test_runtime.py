"""A start waits for what is away, a task that dies is loud, and what is old is forgotten."""

import asyncio
from datetime import UTC, datetime, timedelta

from shared.messaging import inbox
from tests.shared.messaging.proxy import proxied
from tests.shared.messaging.stage import Stage
from tests.shared.messaging.words import words


async def test_a_start_without_a_broker_waits_for_it_and_names_it(stage: Stage) -> None:
    async with proxied(stage.kafka.bootstrap) as proxy:
        await stage.send(words(5))
        far = stage.bootstrapped(f"127.0.0.1:{proxy.port}")
        async with far.running([far.consumer()]):
            await stage.until_missing("kafka")
            await stage.until_missing(f"group {stage.name}")
            await proxy.mend()
            await stage.until_effects(5, seconds=10)
            await stage.until_nothing_missing()


async def test_a_task_that_ends_by_itself_is_loud(stage: Stage) -> None:
    async with stage.running([stage.consumer()]) as runtime:
        await stage.until_nothing_missing()
        (task,) = [task for task in asyncio.all_tasks() if task.get_name() == "relay"]
        task.cancel()
        await asyncio.wait_for(runtime.died.wait(), 2)
        assert "task relay" in stage.readiness.missing


async def test_marks_are_forgotten_in_bounded_steps_when_their_time_is_over(stage: Stage) -> None:
    await stage.send(words(10))
    async with stage.running([stage.consumer()]):
        await stage.until_committed(10)
    now = datetime.now(UTC)
    assert await inbox.prune(stage.pool, now - timedelta(days=1), 4) == 0
    assert [await inbox.prune(stage.pool, now + timedelta(days=1), 4) for _ in range(4)] == [4, 4, 2, 0]
