"""Only ratios decide; the machine may be as slow as it likes."""

import os
import time
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from tests.benchmarks.chart import bars, line
from tests.benchmarks.competitors import COMPETITORS
from tests.benchmarks.effort import PROCESSES, Effort, effort, memory_megabytes
from tests.benchmarks.latency import summed_up
from tests.benchmarks.rates import Ratio, ratios, spread, whole
from tests.benchmarks.trial import Measured

RATES = {"bare": 1_000.0, "runtime": 800.0, "typed": 50.0, "callback": 100.0, "sink": 400.0}


def one_round(speed: float = 1.0, **rates: float) -> list[Measured]:
    """A round on a machine of some speed, in which some competitors do other than they use to."""
    found = RATES | rates
    return [
        Measured(competitor=name, records=1_000, timed=1_000, seconds=1_000 / (rate * speed), effort=Effort())
        for name, rate in found.items()
    ]


def by_name(found: list[Ratio]) -> dict[str, Ratio]:
    """Look a ratio up by the competitor that it is over."""
    return {each.over: each for each in found}


def test_a_ratio_is_the_same_on_a_slow_machine() -> None:
    found = by_name(ratios([one_round(), one_round(0.1), one_round(0.5)]))
    assert found["bare"].rate.middle == pytest.approx(0.8)
    assert found["typed"].rate.middle == pytest.approx(16)


def test_a_ratio_is_the_middle_of_its_rounds_and_shows_its_spread() -> None:
    found = by_name(ratios([one_round(), one_round(runtime=500), one_round(runtime=900)]))
    assert found["bare"].rate == spread([0.8, 0.5, 0.9])
    assert (found["bare"].rate.lowest, found["bare"].rate.middle, found["bare"].rate.highest) == pytest.approx((0.5, 0.8, 0.9))


def test_processor_time_is_compared_over_all_processes() -> None:
    ours, theirs = Effort(competitor=1, postgres=2, kafka=1), Effort(competitor=4, postgres=3, kafka=3)
    found = by_name(ratios([[replace(each, effort=ours if each.competitor == "runtime" else theirs) for each in one_round()]]))
    assert found["bare"].processor == spread([2.5])


def test_where_the_system_does_not_tell_there_is_no_ratio_of_processor_time() -> None:
    assert by_name(ratios([one_round()]))["bare"].processor is None


@pytest.mark.parametrize(("runtime", "holds"), [(600.0, True), (599.0, False)])
def test_a_ratio_holds_on_its_floor_and_not_below_it(runtime: float, holds: bool) -> None:
    assert by_name(ratios([one_round(runtime=runtime)]))["bare"].holds is holds


@pytest.mark.parametrize(("records", "rounded"), [(3.0, 1_000), (1_499.9, 1_000), (1_500.0, 1_500), (32_345.0, 32_000), (1e9, 40_000)])
def test_a_trial_has_whole_checkpoints_within_bounds(records: float, rounded: int) -> None:
    assert whole(records) == rounded


def test_every_floor_of_the_project_is_kept() -> None:
    assert {each.name: each.floor for each in COMPETITORS} == {"bare": 0.6, "runtime": None, "typed": 12, "callback": 4, "sink": None}


def test_delays_are_summed_up() -> None:
    found = summed_up("bare", [10.0] * 8 + [20.0, 100.0])
    assert (found.middle_ms, found.longest_ms, found.records) == (10, 100, 10)
    assert 20 <= found.high_ms <= 100


@pytest.mark.skipif(not PROCESSES.exists(), reason="only Linux tells")
def test_what_a_process_works_is_counted() -> None:
    before = effort(competitor=os.getpid(), postgres=0, kafka=0)
    end = time.process_time() + 0.1
    while time.process_time() < end:
        pass
    spent = effort(competitor=os.getpid(), postgres=0, kafka=0) - before
    assert spent.competitor >= 0.05
    assert spent.postgres == spent.kafka == 0
    assert memory_megabytes(os.getpid()) > 10


def test_the_drawings_can_be_read() -> None:
    for drawing in (bars("A & B", [("one", 1.0, "1"), ("two", 2.0, "2")]), line("C", "rows", [(0, 5), (10, 6)])):
        assert ElementTree.fromstring(drawing).tag.endswith("svg")  # noqa: S314 - our own drawing
