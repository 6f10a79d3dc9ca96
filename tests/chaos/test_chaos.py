"""The whole stack is shaken under load, and the checker finds nothing lost, doubled or reordered. `make chaos` is the long run of it."""

import asyncio
import logging
from collections.abc import Iterator

import pytest

from tests.chaos.__main__ import table
from tests.chaos.faults import KINDS, planned
from tests.chaos.run import Outcome, run_chaos

SHORT_SEED = 1
LONG_FAULTS = 500


@pytest.fixture(autouse=True)
def quiet_client() -> Iterator[None]:
    """Keep aiokafka from saying of every cut what is expected."""
    logger, before = logging.getLogger("aiokafka"), logging.getLogger("aiokafka").level
    logger.setLevel(logging.CRITICAL)
    yield
    logger.setLevel(before)


def assert_clean(outcome: Outcome, faults: int) -> None:
    """Show the table where something is wrong."""
    assert outcome.is_clean, table(outcome)
    assert sum(outcome.faults.values()) + len(outcome.undone) == faults
    assert len(outcome.undone) <= faults / 10, outcome.undone
    assert outcome.verdict.pairs > outcome.sent > 0


@pytest.mark.alone
@pytest.mark.timeout(400)
@pytest.mark.filterwarnings("default")  # a client whose server is killed leaves transports behind, and that is the point
def test_a_short_run_with_every_kind_of_fault_loses_doubles_and_reorders_nothing() -> None:
    outcome = asyncio.run(run_chaos(SHORT_SEED, len(KINDS), logs="chaos-short"))
    assert_clean(outcome, len(KINDS))


@pytest.mark.proof
@pytest.mark.timeout(3_600)
@pytest.mark.filterwarnings("default")
def test_five_hundred_faults_lose_double_and_reorder_nothing() -> None:
    assert_clean(asyncio.run(run_chaos(2, LONG_FAULTS, logs="chaos-long")), LONG_FAULTS)


def test_a_seed_plans_the_same_faults_again_and_each_kind_at_least_once() -> None:
    assert planned(7, 60) == planned(7, 60) != planned(8, 60)
    assert {fault.kind for fault in planned(7, len(KINDS))} == set(KINDS)
    assert len(planned(7, 500)) == 500
