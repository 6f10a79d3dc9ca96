"""The whole product on one machine: broker, database, topics, roles, schemas and the three services, in one run folder.

Promise: `start` gives back a stack in which every part is ready, or stops all that it had started and says what failed. Nothing is kept
from one run to the next.
"""

import asyncio
import os
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from deploy.kafka.create_topics import TopicsRefused, create_topics
from deploy.local.database import SERVICES, Database, make_database
from deploy.local.failure import SetupFailed
from deploy.local.kafka import EmbeddedKafka
from deploy.local.ports import free_ports, require_free
from deploy.local.postgres import EmbeddedPostgres
from deploy.local.processes import RunFolder, stop_together, undisturbed
from deploy.local.services import LocalService

KAFKA_PORT = 29092
POSTGRES_PORT = 25432
SERVICE_PORTS = {"reporting": 8101, "scoring": 8102, "notifications": 8103}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The ports of a stack; Kafka's controller, which nobody else speaks to, takes any free one."""

    kafka: int
    postgres: int
    services: dict[str, int]

    @classmethod
    def free(cls) -> Self:
        """Choose ports that are free now."""
        kafka, postgres, *services = free_ports(2 + len(SERVICES))
        return cls(kafka=kafka, postgres=postgres, services=dict(zip(SERVICES, services, strict=True)))

    @classmethod
    def standing(cls, environment: Mapping[str, str]) -> Self:
        """The documented ports, all moved by PORT_OFFSET, or each set by THIDUA_<NAME>_PORT."""
        offset = number(environment, "PORT_OFFSET", 0)
        known = {"kafka": KAFKA_PORT, "postgres": POSTGRES_PORT, **SERVICE_PORTS}
        chosen = {name: number(environment, f"THIDUA_{name.upper()}_PORT", port + offset) for name, port in known.items()}
        if len(set(chosen.values())) < len(chosen):
            raise SetupFailed(f"two parts have the same port ({chosen}): change the THIDUA_…_PORT that you set")
        return cls(kafka=chosen.pop("kafka"), postgres=chosen.pop("postgres"), services=chosen)

    def require_free(self) -> None:
        """Refuse to begin when a port is taken, and name the setting that moves it."""
        for name, port in {"kafka": self.kafka, "postgres": self.postgres, **self.services}.items():
            require_free(port, purpose=name, setting=setting_of(name))


def setting_of(name: str) -> str:
    """Name what moves a part's port."""
    return f"THIDUA_{name.upper()}_PORT or PORT_OFFSET"


def last_line(output: str) -> str:
    """Give the last line of what a command printed: where a key is made, it is the key."""
    return output.strip().splitlines()[-1]


def number(environment: Mapping[str, str], name: str, default: int) -> int:
    """Read a whole number from an environment variable that may be absent or empty."""
    text = environment.get(name, "").strip()
    try:
        return int(text or default)
    except ValueError:
        raise SetupFailed(f"{name} is “{text}”, which is no whole number: set it like {name}={default or 100}") from None


class LocalStack:
    """Kafka, PostgreSQL and the three services; each can be killed and started again on its data."""

    def __init__(self, run: RunFolder, *, ports: Ports, settings: Mapping[str, str] | None = None, durable: bool = False) -> None:
        self._run = run
        self._ports = ports
        self._settings = dict(settings or {})
        self.kafka = EmbeddedKafka(run, port=ports.kafka, setting=setting_of("kafka"))
        # A commit outlives the death of any process; that of the whole machine ends this stack anyway, so nothing need wait for the disk.
        self.postgres = EmbeddedPostgres(run, port=ports.postgres, setting=setting_of("postgres"), durable=durable)
        self.services: dict[str, LocalService] = {}
        self._database: Database | None = None

    @property
    def logs(self) -> Path:
        """The folder with what each part prints."""
        return self._run.logs

    @property
    def bootstrap(self) -> str:
        """Kafka's address."""
        return self.kafka.address.bootstrap

    @property
    def database(self) -> Database:
        """The services' database, with an address for each role."""
        if self._database is None:
            raise SetupFailed("the stack was not started")
        return self._database

    @property
    def urls(self) -> dict[str, str]:
        """The HTTP address of each service."""
        return {name: service.url for name, service in self.services.items()}

    def start(self) -> None:
        """Start all parts, side by side where they do not need one another, and wait until each is ready."""
        self._ports.require_free()
        pool = ThreadPoolExecutor()
        try:
            broker = pool.submit(self._start_broker)
            database = pool.submit(self._start_database)
            database.result()
            list(pool.map(LocalService.migrate, self.services.values()))
            broker.result()
            for service in self.services.values():
                service.launch()
            list(pool.map(LocalService.wait_ready, self.services.values()))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _start_broker(self) -> None:
        """Start Kafka and make the topics."""
        from shared.events.topics import TOPICS

        self.kafka.start()
        try:
            asyncio.run(create_topics(self.bootstrap, TOPICS))
        except TopicsRefused as failure:
            raise SetupFailed(str(failure)) from failure

    def _start_database(self) -> None:
        """Start PostgreSQL, make database, roles and schemas, and lay out what the services will be told."""
        self.postgres.start()
        self._database = make_database(self.postgres.address)
        self.services = {
            name: LocalService(
                self._run, name, port=self._ports.services[name], database=self._database, bootstrap=self.bootstrap, settings=self._settings
            )
            for name in SERVICES
        }

    def stop(self) -> None:
        """Stop the services together, and then what they need; parts that were never started are passed over."""
        stop_together(child for service in self.services.values() for child in service.children())
        stop_together([*self.kafka.children(), *self.postgres.children()])

    def command(self, service: str, *arguments: str) -> str:
        """Run `python -m services.<service> …` as its operator would; give what it printed."""
        return self.services[service].command(*arguments)

    def add_key(self, role: str, name: str) -> str:
        """Make an access key for a role; give the key."""
        return last_line(self.command("reporting", "keys", "add", "--role", role, "--name", name))

    def add_keys(self, *, roles: Iterable[str], sources: Iterable[str]) -> dict[str, str]:
        """Make a key for each role, and each source with its topics and key; give the keys by role and by source."""
        commands = {role: ["keys", "add", "--role", role, "--name", f"demo-{role}"] for role in roles}
        commands |= {source: ["sources", "add", source] for source in sources}
        outputs = self.services["reporting"].commands(list(commands.values()))
        return {name: last_line(output) for name, output in zip(commands, outputs, strict=True)}

    def kill(self, name: str) -> None:
        """End a service, or `kafka`, or `postgres`, as a crash would."""
        self._part(name).kill()

    def restart(self, name: str) -> None:
        """Start a part again that was killed or stopped, and wait until it is ready."""
        part = self._part(name)
        if isinstance(part, LocalService):
            part.launch()
            part.wait_ready()
        else:
            part.start()

    def stop_part(self, name: str) -> None:
        """Stop one part as an operator would."""
        self._part(name).stop()

    def _part(self, name: str) -> LocalService | EmbeddedKafka | EmbeddedPostgres:
        return self._parts()[name]

    def _parts(self) -> dict[str, LocalService | EmbeddedKafka | EmbeddedPostgres]:
        return {"kafka": self.kafka, "postgres": self.postgres, **self.services}

    def dead_parts(self) -> list[str]:
        """Name the parts whose process has ended."""
        return [child.name for part in self._parts().values() for child in part.children() if not child.is_running]

    def last_words(self, name: str) -> str:
        """Give the end of what a part printed."""
        return " ".join(child.last_words() for child in self._part(name).children())


@contextmanager
def local_stack(
    name: str, *, ports: Ports | None = None, settings: Mapping[str, str] | None = None, durable: bool = False
) -> Iterator[LocalStack]:
    """Run a stack under a name that one process at a time may use; stop all of it in the end, also when the start failed.

    Where it is `durable`, each commit waits for the disk.
    """
    with RunFolder(name, keeps_logs=True) as run:
        stack = LocalStack(run, ports=ports or Ports.standing(os.environ), settings=settings, durable=durable)
        try:
            stack.start()
            yield stack
        finally:
            with undisturbed():
                stack.stop()
