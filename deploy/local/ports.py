"""Ports of the loopback interface: free ones for tests, taken ones named with the setting that moves them."""

import socket
import time
from collections.abc import Callable
from typing import Protocol, TypeVar

from deploy.local.failure import SetupFailed

HOST = "127.0.0.1"
POLL_SECONDS = 0.05
START_TRIES = 3


class Server(Protocol):
    """What listens on ports once it is started."""

    def start(self) -> None:
        """Start it, or raise SetupFailed."""


S = TypeVar("S", bound=Server)


def started(make: Callable[[int], S]) -> S:
    """Start a server on free ports; another process may take one in between, so try again with others."""
    for attempt in range(1, START_TRIES):
        server = make(attempt)
        try:
            server.start()
        except SetupFailed:
            continue
        return server
    server = make(START_TRIES)
    server.start()
    return server


def free_ports(count: int) -> list[int]:
    """Find ports that are free now, all different."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind((HOST, 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def require_free(port: int, *, purpose: str, setting: str) -> None:
    """Refuse a port that something else listens on, and name the setting that picks another."""
    if not 0 < port < 65536:
        raise SetupFailed(f"port {port} for {purpose} is not between 1 and 65535: choose another {setting}")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as failure:
            raise SetupFailed(
                f"port {port} for {purpose} is taken ({failure.strerror}): stop what uses it, or choose another with {setting}"
            ) from failure


def accepts(port: int) -> bool:
    """Tell whether something accepts connections on a port."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((HOST, port)) == 0


def wait_until(is_ready: Callable[[], bool], *, is_alive: Callable[[], bool], seconds: float) -> bool:
    """Wait a bounded time for something to become ready; give up at once when its process has ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and is_alive():
        if is_ready():
            return True
        time.sleep(POLL_SECONDS)
    return False
