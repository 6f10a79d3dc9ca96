"""Child processes that never outlive who started them.

Promise: each child leads a session of its own and is written down, with the instant it was started, in a run folder. It is stopped by
whoever started it; if that one is killed, by the warden, a small process that waits for exactly this; if the warden is killed too, by
the next start, which sweeps every run folder whose owner is gone. A process id that the system gave to somebody else is left alone.
"""

import json
import os
import pwd
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from deploy.local.abandoned import one_at_a_time, remove, send, started_at, sweep_abandoned, take
from deploy.local.failure import SetupFailed
from deploy.local.places import CHECKOUT, LOGS, RUNS

STOP_SECONDS_MAX = 10.0
GENTLE_SECONDS = 3.0
POLL_SECONDS = 0.02


def identity(user: pwd.struct_passwd | None) -> dict[str, Any]:
    """Give the arguments that make a child process run as a user and with none of our groups."""
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}


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
        said = self.said().decode(errors="replace").splitlines()
        telling = [line for line in said if line.strip() and not line.startswith("\tat ")]  # not the frames of a Java trace
        return " | ".join(telling[-lines:]) or "it printed nothing"

    def said(self) -> bytes:
        """Give what the process has printed since it was started."""
        with self.log.open("rb") as log:
            log.seek(self._log_begins)
            return log.read()

    def ask_to_end(self) -> None:
        """Ask the process to end, and return at once."""
        if self.is_running:
            self.process.send_signal(self.end_with)

    def stop(self, seconds: float = STOP_SECONDS_MAX) -> None:
        """Ask the process to end, wait, and end whatever is left of its group by force."""
        self.ask_to_end()
        self.end_within(seconds)

    def end_within(self, seconds: float) -> None:
        """Wait for the process to end, and end whatever is left of its group by force."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        self.kill()

    def kill(self) -> None:
        """End the process and its whole group at once, as a crash would."""
        send(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.record.unlink(missing_ok=True)


def stop_together(children: Iterable[Child]) -> None:
    """Ask all to end before waiting for the first."""
    running = [child for child in children if child.record.exists()]
    deadline = time.monotonic() + STOP_SECONDS_MAX
    for child in running:
        child.ask_to_end()
    for child in running:
        child.end_within(max(0.0, deadline - time.monotonic()))


class RunFolder:
    """A folder `.local/run/<name>` with all that one supervisor has started; held by a file lock for as long as it lives."""

    def __init__(self, name: str, *, keeps_logs: bool = False) -> None:
        self.name = name
        self.path = RUNS / name
        self.logs = LOGS / name if keeps_logs else self.path
        self._held = ExitStack()
        self._children: list[Child] = []
        self._gate = threading.Lock()
        self._is_closed = False

    def __enter__(self) -> Self:
        RUNS.mkdir(parents=True, exist_ok=True)
        with ExitStack() as held:
            with one_at_a_time():
                sweep_abandoned()
                held.callback(self._take().close)
            self.logs.mkdir(parents=True, exist_ok=True)
            for old in self.logs.glob("*.log"):
                old.unlink()
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
        """Stop the children that still run, let no thread start another, and remove the folder."""
        with self._gate:
            self._is_closed = True
        stop_together(self._children)
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
        record = self.path / f"{name}.process"
        with self._gate, log.open("ab") as output:
            if self._is_closed:
                raise SetupFailed(f"{name} was not started: the stack is being stopped")
            if any(child.name == name and child.is_running for child in self._children):  # two servers on one folder destroy its data
                raise SetupFailed(f"{name} is running already in {self.path}: give this one a name of its own")
            log_begins = output.tell()
            process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=dict(environment),
                cwd=cwd,
                **identity(user),
            )
            record.write_text(json.dumps({"pid": process.pid, "started": started_at(process.pid), "end_with": end_with}))
            child = Child(name=name, process=process, record=record, log=log, log_begins=log_begins, end_with=end_with)
            self._children.append(child)
        return child

    def remove_with(self, folder: Path) -> None:
        """Have a folder outside the checkout removed together with this one, also after a kill."""
        with (self.path / "folders").open("a") as folders:
            folders.write(f"{folder}\n")


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
