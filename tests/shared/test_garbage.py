"""What is loaded at the start is not searched again, and cycles are still found."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from shared.garbage import YOUNG_OBJECTS, collect_seldom
from shared.service import run


@pytest.fixture(autouse=True)
def python_own_collector() -> Iterator[None]:
    """Give the tests after this one the collector that they know."""
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


class Knot:
    """An object that holds itself."""

    def __init__(self) -> None:
        self.itself = self


def test_what_is_loaded_is_set_aside_and_the_collector_waits_for_many_objects() -> None:
    collect_seldom()
    assert gc.get_freeze_count() > 10_000
    assert gc.get_threshold()[0] == YOUNG_OBJECTS


def test_a_cycle_that_nobody_holds_is_still_found() -> None:
    collect_seldom()
    knot = weakref.ref(Knot())
    rubbish = [[number] for number in range(2 * YOUNG_OBJECTS)]
    assert len(rubbish) == 2 * YOUNG_OBJECTS
    assert knot() is None


def test_a_service_runs_with_the_collector_set_so() -> None:
    async def threshold() -> int:
        return gc.get_threshold()[0]

    assert run(threshold()) == YOUNG_OBJECTS
