"""The local stack with a proxy before broker and database, whose parts can be frozen, doubled and cut off."""

import os
import signal
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from deploy.local.database import SERVICES
from deploy.local.kafka import EmbeddedKafka, KafkaAddress
from deploy.local.places import CHECKOUT
from deploy.local.ports import HOST, free_ports
from deploy.local.processes import RunFolder
from deploy.local.services import LocalService
from deploy.local.stack import LocalStack, Ports

REPLICA = "-replica"


class ProxiedKafka(EmbeddedKafka):
    """A broker that tells its clients to come through the proxy."""

    def __init__(self, run: RunFolder, *, port: int, proxy_port: int) -> None:
        super().__init__(run, port=port)
        self._own, self._told = f"PLAINTEXT://{HOST}:{port}", f"PLAINTEXT://{HOST}:{proxy_port}"
        self.address = KafkaAddress(bootstrap=f"{HOST}:{proxy_port}")

    def lay_out(self) -> None:
        """Lay out the folder, and name the proxy as where to come."""
        super().lay_out()
        settings = self._folder / "server.properties"
        settings.write_text(settings.read_text().replace(f"advertised.listeners={self._own}", f"advertised.listeners={self._told}"))


class Replica(LocalService):
    """A second process of a service, with a port and a log of its own."""

    def launch(self) -> None:
        """Start the process."""
        command = [sys.executable, "-m", f"services.{self.name}", "serve"]
        self._child = self._run.start(f"{self.name}{REPLICA}", command, environment=self._environment, cwd=CHECKOUT)


class ShakenStack(LocalStack):
    """The services reach broker and database through proxies; everyone else may go round them."""

    def __init__(self, run: RunFolder, *, ports: Ports, kafka_proxy: int, postgres_proxy: int, settings: Mapping[str, str]) -> None:
        super().__init__(run, ports=ports, settings=settings)
        self.kafka = ProxiedKafka(run, port=ports.kafka, proxy_port=kafka_proxy)
        self._postgres_proxy = postgres_proxy

    def _start_database(self) -> None:
        super()._start_database()
        far = replace(self.database, address=replace(self.database.address, port=self._postgres_proxy))
        self.services = {name: self._service(LocalService, name, self._ports.services[name], far) for name in SERVICES}
        self._far = far

    def replica(self, name: str) -> Replica:
        """Make a second process of a service, not yet launched."""
        made = self._service(Replica, name, free_ports(1)[0], self._far)
        assert isinstance(made, Replica)
        return made

    def _service(self, kind: type[LocalService], name: str, port: int, far: object) -> LocalService:
        return kind(self._run, name, port=port, database=far, bootstrap=self.bootstrap, settings=self._settings)  # type: ignore[arg-type]

    def process_of(self, name: str) -> int:
        """The process id of a part."""
        (child,) = self._part(name).children()
        return child.process.pid

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """Stop a part and all processes that it has started for the time of a block: PostgreSQL's lead groups of their own.

        Exactly those that were stopped go on, also where their leader was killed meanwhile.
        """
        stopped = list(family(self.process_of(name)))
        try:
            send_to(stopped, signal.SIGSTOP)
            yield
        finally:
            send_to(stopped, signal.SIGCONT)

    def revive(self) -> list[str]:
        """Start what has ended by itself; name it."""
        dead = self.dead_parts()
        for name in dead:
            part = self._part(name)
            if isinstance(part, LocalService):
                part.launch()
            else:
                part.start()
        return dead


def send_to(pids: Iterable[int], number: signal.Signals) -> None:
    """Send a signal to those that are still there."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def family(pid: int) -> Iterator[int]:
    """A process and all that descend from it, as they are now."""
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError):
            after_name = status.read_text().rpartition(")")[2].split()
            children.setdefault(int(after_name[1]), []).append(int(status.parent.name))
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        yield one
        waiting += children.get(one, [])
