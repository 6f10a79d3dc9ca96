"""Who waits is woken within milliseconds, in the same process and in others; a cut costs polls, nothing else."""

import asyncio

from shared.messaging import Wakeup
from tests.shared.messaging.stage import Stage


async def test_a_bell_rings_here_at_once_and_in_another_process_within_milliseconds(stage: Stage) -> None:
    here, there, stopping = Wakeup(), Wakeup(), asyncio.Event()
    bell, far_bell, other = here.bell("scores"), there.bell("scores"), there.bell("other")
    tasks = [
        asyncio.create_task(here.tell_others(stage.pool, stopping)),
        asyncio.create_task(there.hear_others(stage.pool, stopping)),
    ]
    await asyncio.wait_for(far_bell.wait(), 5)  # on connecting all bells ring
    other.clear()
    for _ in range(3):
        far_bell.clear()
        here.wake(["scores"])
        assert bell.is_set()
        await asyncio.wait_for(far_bell.wait(), 2)
    assert not other.is_set()
    stopping.set()
    here.wake([])
    await asyncio.wait_for(asyncio.gather(*tasks), 5)


async def test_a_wake_before_anything_runs_is_kept_for_who_comes(stage: Stage) -> None:
    wakeup = Wakeup()
    bell = wakeup.bell("scores")
    wakeup.wake(["scores", "nobody-here"])
    assert bell.is_set()
