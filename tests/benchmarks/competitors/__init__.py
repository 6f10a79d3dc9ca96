"""The competitors: each a process of its own that does the same work, written as its kind is written."""

import sys
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.competitors.environment import QUIX_PYTHON


@dataclass(frozen=True, slots=True, kw_only=True)
class Competitor:
    """One of those that are compared.

    `floor` and `goal` are how many times as fast as it the runtime must, or should, be.
    """

    name: str
    title: str
    module: str
    floor: float | None = None
    goal: float | None = None
    stores_late: bool = False
    is_apart: bool = False

    def python(self) -> Path:
        """The interpreter that has what it needs."""
        return QUIX_PYTHON if self.is_apart else Path(sys.executable)


BARE = Competitor(name="bare", title="(a) bare loop, by hand", module="bare", floor=0.6, goal=0.8)
RUNTIME = Competitor(name="runtime", title="(b) this runtime", module="runtime")
TYPED = Competitor(name="typed", title="(c) FastStream, typed handler", module="typed", floor=12, goal=12)
CALLBACK = Competitor(
    name="callback", title="(d) quixstreams, stored in a callback", module="quix_callback", floor=4, goal=4, is_apart=True
)
SINK = Competitor(name="sink", title="(e) quixstreams, its PostgreSQL sink", module="quix_sink", stores_late=True, is_apart=True)
COMPETITORS = (BARE, RUNTIME, TYPED, CALLBACK, SINK)
