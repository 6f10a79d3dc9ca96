"""Child processes that never outlive who started them.

Promise: each child leads a session of its own and is written down, with the instant it was started, in a run folder. It is stopped by
whoever started it; if that one is killed, by the warden, a small process that waits for exactly this; if the warden is killed too, by
the next start, which sweeps every run folder whose owner is gone. A process id that the system gave to somebody else is left alone.
"""

import fcntl
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from deploy.local.failure import SetupFailed
from deploy.local.places import CHECKOUT, LOGS, RUNS

STOP_SECONDS_MAX = 10.0
GENTLE_SECONDS = 3.0
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


class Child:
    """One running process and the file that says so."""

    def __init__(
        self, *, name: str, process: subprocess.Popen[bytes], record: Path, log: Path, log_begins: int, end_with: signal.Signals
    ) -> None:
        self.name = name
        self.process = process
        self.record = record
        self.log = log
        self.end_with = end_with
        self._log_begins = log_begins

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    def last_words(self, lines: int = 5) -> str:
        """Give the end of the log, for the sentence that says why a start failed."""
        return " | ".join(self.said().decode(errors="replace").strip().splitlines()[-lines:]) or "it printed nothing"

    def said(self) -> bytes:
        """Give what the process has printed since it was started."""
        with self.log.open("rb") as log:
            log.seek(self._log_begins)
            return log.read()

    def stop(self) -> None:
        """Ask the process to end, wait, and end whatever is left of its group by force."""
        if self.is_running:
            self.process.send_signal(self.end_with)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_SECONDS_MAX)
        self.kill()

    def kill(self) -> None:
        """End the process and its whole group at once, as a crash would."""
        send(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.record.unlink(missing_ok=True)


class RunFolder:
    """A folder `.local/run/<name>` with all that one supervisor has started; held by a file lock for as long as it lives."""

    def __init__(self, name: str, *, keeps_logs: bool = False) -> None:
        self.name = name
        self.path = RUNS / name
        self.logs = LOGS / name if keeps_logs else self.path
        self._held = ExitStack()
        self._children: list[Child] = []

    def __enter__(self) -> Self:
        RUNS.mkdir(parents=True, exist_ok=True)
        with ExitStack() as held:
            with one_at_a_time():
                sweep_abandoned()
                held.callback(self._take().close)
            self.logs.mkdir(parents=True, exist_ok=True)
            held.callback(self._start_warden())
            held.callback(self.stop)
            self._held = held.pop_all()
        return self

    def _take(self) -> IO[str]:
        """Take the folder for this process, or say who has it."""
        self.path.mkdir(exist_ok=True)
        lock = (self.path / "lock").open("a+")
        if not take(lock):
            lock.seek(0)
            owner = lock.read().strip() or "unknown"
            lock.close()
            raise SetupFailed(f"“{self.name}” is already running in this checkout (process {owner}): stop it first")
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        return lock

    def _start_warden(self) -> Callable[[], None]:
        """Start the process that cleans up if this one is killed; give what ends it."""
        warden = subprocess.Popen(
            [sys.executable, "-m", "deploy.local.warden", str(self.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd=CHECKOUT,
        )

        def dismiss() -> None:
            warden.communicate(timeout=STOP_SECONDS_MAX)

        return dismiss

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with undisturbed():
            self._held.close()

    def stop(self) -> None:
        """Stop the children, the last one first, and remove the folder."""
        for child in reversed(self._children):
            child.stop()
        remove(self.path)

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        environment: Mapping[str, str],
        cwd: Path,
        user: pwd.struct_passwd | None = None,
        end_with: signal.Signals = signal.SIGTERM,
    ) -> Child:
        """Start a process in a session of its own, its output in a log, and write it down."""
        log = self.logs / f"{name}.log"
        identity: dict[str, Any] = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
        with log.open("ab") as output:
            log_begins = output.tell()
            process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=dict(environment),
                cwd=cwd,
                **identity,
            )
        record = self.path / f"{name}.process"
        record.write_text(json.dumps({"pid": process.pid, "started": started_at(process.pid), "end_with": end_with}))
        child = Child(name=name, process=process, record=record, log=log, log_begins=log_begins, end_with=end_with)
        self._children.append(child)
        return child

    def remove_with(self, folder: Path) -> None:
        """Have a folder outside the checkout removed together with this one, also after a kill."""
        with (self.path / "folders").open("a") as folders:
            folders.write(f"{folder}\n")


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
    for number, seconds in ((facts["end_with"], GENTLE_SECONDS), (signal.SIGKILL, STOP_SECONDS_MAX)):
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


@contextmanager
def undisturbed() -> Iterator[None]:
    """Put off a second Ctrl-C while children are stopped; that takes seconds at most, each child having its limit."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)


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
