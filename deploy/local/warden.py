"""Wait for the death of a supervisor and clean up after it; started by `processes.RunFolder`, not by people.

Promise: does nothing while the other end of its standard input is open; afterwards cleans up the run folder, unless the supervisor has
done so itself or a new one has taken the folder.
"""

import signal
import sys
from pathlib import Path

from deploy.local.abandoned import one_at_a_time, sweep


def main() -> None:
    """Read until the supervisor is gone, then sweep its folder."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.buffer.read()
    with one_at_a_time():
        sweep(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
