"""Wait for the death of a supervisor and clean up after it; started by `processes.RunFolder`, not by people.

Promise: does nothing while the other end of its standard input is open; afterwards cleans up the run folder, unless the supervisor has
done so itself or a new one has taken the folder. The system may close the supervisor's pipe a moment before its lock is free, so it
tries for a while.
"""

import signal
import sys
import time
from pathlib import Path

from deploy.local.abandoned import POLL_SECONDS, one_at_a_time, sweep

RELEASE_SECONDS_MAX = 5.0


def main() -> None:
    """Read until the supervisor is gone, then sweep its folder."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.buffer.read()
    deadline = time.monotonic() + RELEASE_SECONDS_MAX
    while not sweep_alone(Path(sys.argv[1])) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)


def sweep_alone(path: Path) -> bool:
    """Sweep the folder while nobody takes or sweeps another; tell whether it is gone."""
    with one_at_a_time():
        sweep(path)
    return not path.exists()


if __name__ == "__main__":
    main()
