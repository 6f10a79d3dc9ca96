"""What a competitor is told: where the servers are, what to read, and where to announce. It is its only argument, as JSON."""

import json
import sys
from dataclasses import asdict, dataclass

SCHEMA = "bench"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One competitor's task in one trial."""

    bootstrap: str
    url: str
    heard: str
    said: str
    group: str

    def written(self) -> str:
        """Write it as an argument."""
        return json.dumps(asdict(self))


def assigned() -> Assignment:
    """Read the task from the command line."""
    return Assignment(**json.loads(sys.argv[1]))
