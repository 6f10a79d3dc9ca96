"""Every competitor does the whole work: else its time would say nothing."""

from collections.abc import AsyncIterator

import pytest

from deploy.local.postgres import PostgresAddress
from deploy.local.processes import RunFolder
from tests.benchmarks.competitors import COMPETITORS, Competitor
from tests.benchmarks.competitors.environment import prepare
from tests.benchmarks.ground import Ground, Servers, ground
from tests.benchmarks.latency import latencies
from tests.benchmarks.rates import one
from tests.benchmarks.work import report_written

RECORDS = 1_000
AT_HOME = [each for each in COMPETITORS if not each.is_apart]
APART = [each for each in COMPETITORS if each.is_apart]


@pytest.fixture
async def on(run_folder: RunFolder, kafka_bootstrap: str, postgres_address: PostgresAddress) -> AsyncIterator[Ground]:
    """The benchmark's ground on the servers of the tests."""
    async with ground(Servers(run=run_folder, bootstrap=kafka_bootstrap, postgres=postgres_address)) as here:
        yield here


async def whole_work(on: Ground, competitor: Competitor) -> None:
    """Run a trial; it raises where a report has not its one effect and its announcement, right and in order."""
    measured = await one(on, competitor, RECORDS)
    assert (measured.records, measured.repeated) == (RECORDS, 0)
    assert 0 < measured.timed < RECORDS
    assert measured.rate > 0


@pytest.mark.parametrize("competitor", AT_HOME, ids=lambda each: each.name)
async def test_a_competitor_does_the_whole_work(on: Ground, competitor: Competitor) -> None:
    await whole_work(on, competitor)


@pytest.mark.proof
@pytest.mark.timeout(600)
@pytest.mark.parametrize("competitor", APART, ids=lambda each: each.name)
async def test_a_competitor_from_an_environment_of_its_own_does_the_whole_work(on: Ground, competitor: Competitor) -> None:
    prepare()
    await whole_work(on, competitor)


@pytest.mark.proof
@pytest.mark.timeout(600)
async def test_a_quiet_hop_is_measured_for_each_competitor(on: Ground) -> None:
    prepare()
    found = await latencies(on, 3)
    assert [each.competitor for each in found] == [each.name for each in COMPETITORS]
    assert all(0 < each.middle_ms <= each.longest_ms for each in found)


def test_a_report_takes_about_600_bytes_with_10_values() -> None:
    assert 580 <= len(report_written(0)) <= len(report_written(999_999)) <= 640
    assert report_written(7).count(b'"given"') == 10
