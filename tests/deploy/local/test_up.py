"""`make up` prints what can be used at once, and leaves nothing behind, however it ends."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from deploy.local.database import SERVICES
from deploy.local.places import CHECKOUT, RUNS
from deploy.local.ports import accepts, free_ports

START_SECONDS_MAX = 150  # on a quiet machine it takes a tenth of this
STOP_SECONDS_MAX = 30


class Up:
    """`make up` on ports of its own, and all that it printed so far."""

    def __init__(self, ports: list[int]) -> None:
        self.ports = ports
        names = ("KAFKA", "POSTGRES", *(service.upper() for service in SERVICES))
        chosen = {f"THIDUA_{name}_PORT": str(port) for name, port in zip(names, ports, strict=True)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "deploy.local.up"],
            cwd=CHECKOUT,
            env={**os.environ, **chosen},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self.lines.append(line.rstrip("\n"))

    def printed(self, text: str) -> bool:
        """Wait for a text; give up when the process ends."""
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline and self.process.poll() is None:
            if any(text in line for line in self.lines):
                return True
            time.sleep(0.05)
        return False

    def key(self, role: str) -> str:
        """The key that was printed for a role."""
        return next(line.split()[-1] for line in self.lines if line.startswith(f"  {role} "))

    def end(self) -> None:
        """End it if it still runs, and read to the end."""
        self.process.kill()
        self.process.wait()
        self.reader.join()
        if self.process.stdout is not None:
            self.process.stdout.close()


@contextmanager
def running(ports: list[int], until: str) -> Iterator[Up]:
    """`make up`, once it has printed a text."""
    up = Up(ports)
    try:
        assert up.printed(until), up.lines
        yield up
    finally:
        up.end()


def nothing_is_left(ports: list[int]) -> bool:
    """Wait a bounded time until no port answers and the run folder is gone."""
    deadline = time.monotonic() + STOP_SECONDS_MAX
    while time.monotonic() < deadline:
        if not any(accepts(port) for port in ports) and not (RUNS / f"up-{ports[2]}").exists():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.timeout(2 * START_SECONDS_MAX + 2 * STOP_SECONDS_MAX)
def test_after_one_that_was_killed_the_next_can_be_used_at_once_and_ctrl_c_leaves_nothing() -> None:
    ports = free_ports(2 + len(SERVICES))
    with running(ports, until="The stack is running") as killed:
        killed.end()
    with running(ports, until="Ready after") as up:
        key = {"Authorization": f"Bearer {up.key('operator')}"}
        assert httpx.get(f"http://127.0.0.1:{ports[2]}/v1/movements", headers=key, timeout=10).status_code == httpx.codes.OK
        up.process.send_signal(signal.SIGINT)
        assert up.process.wait(STOP_SECONDS_MAX) == 130
    assert nothing_is_left(ports)
    assert not any("Traceback" in line for line in up.lines)


def test_a_port_that_is_taken_is_named_and_nothing_is_left_running() -> None:
    ports = free_ports(2 + len(SERVICES))
    with socket.create_server(("127.0.0.1", ports[3])):
        refused = Up(ports)
        assert refused.process.wait(START_SECONDS_MAX) == 1
        refused.end()
    assert refused.lines[-1].startswith(f"thidua: port {ports[3]} for scoring is taken")
    assert "THIDUA_SCORING_PORT or PORT_OFFSET" in refused.lines[-1]
    assert nothing_is_left(ports)
