"""Processes and folders of supervisors that are gone: found by what they had written down, ended and removed.

Promise: a process id that the system has meanwhile given to somebody else is left alone; a run folder whose owner lives is not touched.
"""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from deploy.local.places import RUNS

GENTLE_SECONDS = 3.0
FORCE_SECONDS_MAX = 10.0
POLL_SECONDS = 0.02


def started_at(pid: int) -> str | None:
    """Tell when a process was started, in the system's own words, or None if there is no such process (or only its remains)."""
    status = Path(f"/proc/{pid}/stat")
    if not status.parent.parent.joinpath("self").exists():  # not Linux
        told = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return told.stdout.strip() or None
    try:
        fields = status.read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else fields[19]


def send(group: int, number: signal.Signals) -> bool:
    """Send a signal to a process group; tell whether there was one."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def has_ended(facts: dict[str, Any], seconds: float) -> bool:
    """Wait a bounded time for a recorded process to end; an id that was given to another process counts as ended."""
    deadline = time.monotonic() + seconds
    while started_at(facts["pid"]) == facts["started"] is not None:
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def kill_recorded(record: Path) -> None:
    """End the group of one recorded process, gently at first, unless its id has meanwhile been given to another."""
    try:
        facts = json.loads(record.read_text())
    except (ValueError, FileNotFoundError):
        return  # written half, or removed: its supervisor was in the middle of it
    for number, seconds in ((facts["end_with"], GENTLE_SECONDS), (signal.SIGKILL, FORCE_SECONDS_MAX)):
        if has_ended(facts, 0):
            return
        send(facts["pid"], number)
        has_ended(facts, seconds)


def remove(path: Path) -> None:
    """End what a run folder records and remove it with the folders it named."""
    for record in path.glob("*.process"):
        kill_recorded(record)
    folders = path / "folders"
    for folder in folders.read_text().splitlines() if folders.exists() else []:
        shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(path, ignore_errors=True)


def take(lock: IO[str]) -> bool:
    """Take a file lock if it is free."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let one process at a time take or sweep run folders, so that none sweeps what another has just taken."""
    with (RUNS / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def sweep_abandoned() -> None:
    """Clean up every run folder whose supervisor is gone; called by one process at a time."""
    for path in RUNS.iterdir():
        if path.is_dir():
            sweep(path)


def sweep(path: Path) -> None:
    """Clean up one run folder if its lock is free, and so its supervisor gone."""
    try:
        lock = (path / "lock").open("a")
    except OSError:
        return  # it is another user's, or its owner removes it just now
    with lock:
        if take(lock):
            remove(path)
