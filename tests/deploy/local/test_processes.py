"""No child outlives who started it, whatever becomes of that one."""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.local.abandoned import kill_recorded, started_at
from deploy.local.failure import SetupFailed
from deploy.local.places import CHECKOUT, RUNS
from deploy.local.processes import RunFolder

SECONDS_MAX = 20.0
# A supervisor that starts a child which ignores polite requests, leaves a folder elsewhere, tells both, and waits.
SUPERVISOR = """
import os, sys, time
from pathlib import Path
from deploy.local.failure import run_main
from deploy.local.processes import RunFolder
def main():
    with RunFolder(sys.argv[1]) as run:
        run.remove_with(Path(sys.argv[2]))
        child = run.start("sleeper", ["sleep", "1000"], environment=os.environ, cwd=Path("/"))
        print(child.process.pid, flush=True)
        time.sleep(1000)
sys.exit(run_main(main))
"""


class Supervisor:
    """A process that has started a child in a run folder of its own."""

    def __init__(self, elsewhere: Path) -> None:
        self.name = f"test-{secrets.token_hex(4)}"
        self.run = RUNS / self.name
        command = [sys.executable, "-c", SUPERVISOR, self.name, str(elsewhere)]
        self.process = subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.child = int(self.process.stdout.readline())

    def warden(self) -> int:
        """Find the process that waits for the supervisor's death."""
        found = subprocess.run(["pgrep", "-f", f"deploy.local.warden {self.run}$"], capture_output=True, text=True)
        return int(found.stdout)

    def is_gone(self) -> bool:
        """Tell whether neither the child nor the run folder is there any more."""
        return started_at(self.child) is None and not self.run.exists()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder outside the checkout that belongs to a run."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


@pytest.fixture
def supervisor(elsewhere: Path) -> Iterator[Supervisor]:
    """A supervisor with one child."""
    supervisor = Supervisor(elsewhere)
    yield supervisor
    supervisor.process.kill()
    supervisor.process.communicate()


def comes_true(condition: Callable[[], bool]) -> bool:
    """Wait a bounded time for a condition."""
    deadline = time.monotonic() + SECONDS_MAX
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_all_and_leaves_nothing(supervisor: Supervisor, elsewhere: Path, number: signal.Signals) -> None:
    supervisor.process.send_signal(number)
    assert supervisor.process.wait(SECONDS_MAX) == 130
    assert supervisor.is_gone()
    assert not elsewhere.exists()


def test_a_killed_supervisor_is_cleaned_up_after_at_once(supervisor: Supervisor, elsewhere: Path) -> None:
    supervisor.process.kill()
    assert comes_true(supervisor.is_gone)
    assert comes_true(lambda: not elsewhere.exists())


def test_the_next_start_cleans_up_after_a_killed_supervisor_and_its_killed_warden(supervisor: Supervisor, elsewhere: Path) -> None:
    os.kill(supervisor.warden(), signal.SIGKILL)
    supervisor.process.kill()
    supervisor.process.wait()
    assert started_at(supervisor.child) is not None
    with RunFolder(f"test-{secrets.token_hex(4)}"):
        assert supervisor.is_gone()
    assert not elsewhere.exists()


def test_a_second_supervisor_of_the_same_name_is_refused_and_told_who_has_it(supervisor: Supervisor) -> None:
    with pytest.raises(SetupFailed, match=f"already running in this checkout .process {supervisor.process.pid}.: stop it first"):
        RunFolder(supervisor.name).__enter__()
    assert started_at(supervisor.child) is not None


def test_the_start_of_another_leaves_a_living_supervisor_alone(supervisor: Supervisor) -> None:
    with RunFolder(f"test-{secrets.token_hex(4)}"):
        assert started_at(supervisor.child) is not None


def test_a_process_id_that_was_given_to_another_process_is_left_alone(tmp_path: Path) -> None:
    other = subprocess.Popen(["sleep", "1000"], start_new_session=True)
    record = tmp_path / "old.process"
    record.write_text(json.dumps({"pid": other.pid, "started": "long ago", "end_with": signal.SIGTERM}))
    kill_recorded(record)
    assert other.poll() is None
    other.kill()
    other.wait()


def test_a_child_that_does_not_listen_is_ended_by_force_with_its_own_children() -> None:
    stubborn = "trap '' TERM; sleep 1000 & echo $!; wait; sleep 1000"
    with RunFolder(f"test-{secrets.token_hex(4)}") as run:
        child = run.start("stubborn", ["sh", "-c", stubborn], environment=os.environ, cwd=Path("/"))
        assert comes_true(lambda: child.said().endswith(b"\n"))
        grandchild = int(child.said())
        child.stop(seconds=0.2)
        assert started_at(child.process.pid) is None
        assert comes_true(lambda: started_at(grandchild) is None)


def test_after_the_stop_no_thread_can_start_another_child() -> None:
    with RunFolder(f"test-{secrets.token_hex(4)}") as run:
        pass
    run.path.mkdir()
    with pytest.raises(SetupFailed, match="being stopped"):
        run.start("late", ["sleep", "1000"], environment=os.environ, cwd=Path("/"))
    (run.path / "late.log").unlink()
    run.path.rmdir()


def test_a_second_process_of_one_name_is_refused_while_the_first_lives() -> None:
    with RunFolder(f"test-{secrets.token_hex(4)}") as run:
        first = run.start("sleeper", ["sleep", "1000"], environment=os.environ, cwd=Path("/"))
        with pytest.raises(SetupFailed, match="sleeper is running already"):
            run.start("sleeper", ["sleep", "1000"], environment=os.environ, cwd=Path("/"))
        first.kill()
        run.start("sleeper", ["sleep", "1000"], environment=os.environ, cwd=Path("/"))
