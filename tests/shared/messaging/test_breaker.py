"""The breaker counts our own failures, stops the consumer that makes them, and lets it go on when told or proved."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from shared.clock import FixedClock
from shared.messaging import breaker
from shared.messaging.breaker import Breaker, State
from shared.readiness import Readiness
from tests.shared.messaging.stage import Stage
from tests.shared.messaging.words import Word, words


async def test_five_internal_failures_in_a_minute_open_it_and_four_do_not(stage: Stage) -> None:
    clock = FixedClock()
    one = Breaker("c", pool=stage.pool, clock=clock, readiness=Readiness(), probe_seconds=1)
    assert [one.admits() for _ in range(5)] == [True, True, True, True, False]
    other = Breaker("c", pool=stage.pool, clock=clock, readiness=Readiness(), probe_seconds=1)
    assert all(other.admits() for _ in range(4))
    clock.advance(timedelta(seconds=61))
    assert other.admits()
    assert (one.state, other.state) == (State.OPEN, State.CLOSED)


def broken_words(count: int) -> list[Word]:
    """Words that meet a bug of ours."""
    return [Word(id=f"b{n}", key="k0", number=1_000 + n, wish="poison") for n in range(count)]


async def test_an_open_breaker_stops_the_consumer_until_an_operator_resumes_it(stage: Stage) -> None:
    await stage.send([*words(5), *broken_words(7), *words(5, start=5)], partition=0)
    async with stage.running([stage.consumer()]):
        await stage.until_missing(f"breaker {stage.name}")
        await asyncio.sleep(0.5)
        assert await stage.count("dead_letter") == 4
        assert await stage.committed() == 0
        assert await breaker.is_noted(stage.pool, stage.name)
        assert await breaker.resume(stage.pool, stage.name)
        await stage.until_committed(17)
    assert (len(await stage.effects()), await stage.count("dead_letter")) == (10, 7)
    assert not stage.readiness.missing


async def test_a_new_process_probes_and_closes_the_breaker_when_the_bug_is_gone(stage: Stage) -> None:
    async def mended(_new: Sequence[Word]) -> None:
        return

    await stage.send(broken_words(7), partition=0)
    async with stage.running([stage.consumer()]):
        await stage.until_missing(f"breaker {stage.name}")
    async with stage.running([stage.consumer(mended)]):
        await stage.until_committed(7)
    assert len(await stage.effects()) == 7
    assert not await breaker.is_noted(stage.pool, stage.name)
    assert [letter["state"] for letter in await stage.letters()] == ["applied"] * 4


async def test_a_probe_that_fails_opens_it_again_and_makes_no_dead_letter(stage: Stage) -> None:
    await stage.send(broken_words(7), partition=0)
    async with stage.running([stage.consumer()], limits=stage.limits(breaker_probe_seconds=1)):
        await stage.until_missing(f"breaker {stage.name}")
        await asyncio.sleep(3)
        assert await stage.count("dead_letter") == 4
        await stage.until_missing(f"breaker {stage.name}")


async def test_what_a_record_itself_is_refused_for_never_opens_it(stage: Stage) -> None:
    refused = [Word(id=f"r{n}", key="k0", number=n, wish="reject") for n in range(12)]
    await stage.send(refused, partition=0)
    async with stage.running([stage.consumer()]):
        await stage.until_committed(12)
    assert await stage.count("dead_letter") == 12


@pytest.mark.parametrize("consumer", ["unknown"])
async def test_resuming_a_consumer_that_runs_says_so(stage: Stage, consumer: str) -> None:
    assert not await breaker.resume(stage.pool, consumer)
