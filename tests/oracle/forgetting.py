"""A pytest plugin for the mutants: nothing that was remembered of a rule before it was broken hides that it is broken now."""

import gc

from services.scoring.domain.remembered import Remembered


def pytest_sessionstart() -> None:
    """Each mutant is tried in a fork of a process in which the whole rules ran already."""
    for one in gc.get_objects():
        if isinstance(one, Remembered):
            one._kept.clear()
