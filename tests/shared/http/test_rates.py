"""A key that asks too often is told which limit it met and when to come again; others do not notice."""

import pytest

from shared.http.problems import Problem
from shared.http.rates import KEYS_MAX, Rates
from tests.shared.http.stage import client, stage_application, stage_settings


class Seconds:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_key_has_its_burst_and_then_its_rate() -> None:
    clock = Seconds()
    rates = Rates(per_second=2, burst=3, now=clock)
    for _ in range(3):
        rates.take("lgsp")
    with pytest.raises(Problem) as refused:
        rates.take("lgsp")
    assert refused.value.headers == {"retry-after": "1", "ratelimit-policy": '"key";q=3;w=2', "ratelimit": '"key";r=0;t=1'}
    rates.take("another")
    clock.now += 0.5
    rates.take("lgsp")
    with pytest.raises(Problem):
        rates.take("lgsp")


def test_a_pause_fills_no_more_than_the_burst() -> None:
    clock = Seconds()
    rates = Rates(per_second=10, burst=2, now=clock)
    clock.now += 3_600
    for _ in range(2):
        rates.take("lgsp")
    with pytest.raises(Problem):
        rates.take("lgsp")


def test_the_memory_is_bounded() -> None:
    rates = Rates(per_second=1, burst=1)
    for number in range(KEYS_MAX + 10):
        rates.take(f"key-{number}")
    assert len(rates._buckets) == KEYS_MAX


async def test_over_http_it_is_429_with_the_time_to_wait() -> None:
    async with client(stage_application(stage_settings(http_key_per_second=0.1, http_key_burst=2))) as asking:
        assert [(await asking.get("/v1/list")).status_code for _ in range(2)] == [200, 200]
        response = await asking.get("/v1/list")
        assert (response.status_code, response.json()["code"]) == (429, "too-many-requests")
        assert (response.headers["retry-after"], response.headers["ratelimit"]) == ("10", '"key";r=0;t=10')
