"""The three services as child processes, told by environment variables alone where their database and broker are."""

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

from deploy.local.database import Database
from deploy.local.failure import SetupFailed
from deploy.local.places import CHECKOUT
from deploy.local.ports import HOST, require_free, wait_until
from deploy.local.processes import Child, RunFolder

READY_SECONDS_MAX = 120.0
COMMAND_SECONDS_MAX = 120.0
ANSWER_SECONDS_MAX = 5.0


class LocalService:
    """One service: its settings, its process, and its operator's commands."""

    def __init__(self, run: RunFolder, name: str, *, port: int, database: Database, bootstrap: str, settings: Mapping[str, str]) -> None:
        self.name = name
        self.url = f"http://{HOST}:{port}"
        self._run = run
        self._port = port
        self._child: Child | None = None
        prefix = name.upper()
        own = {
            f"{prefix}_DATABASE_URL": database.url(name),
            f"{prefix}_KAFKA_BOOTSTRAP": bootstrap,
            f"{prefix}_HTTP_HOST": HOST,
            f"{prefix}_HTTP_PORT": str(port),
        }
        self._environment = {**os.environ, **settings, **own, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}
        self._owner = {f"{prefix}_MIGRATION_URL": database.owner_url}

    def migrate(self) -> None:
        """Bring the service's schema up to date, as the role that owns it."""
        self.command("migrate", environment=self._owner)

    def command(self, *arguments: str, environment: Mapping[str, str] | None = None) -> str:
        """Run one of the operator's commands and give what it printed."""
        return self._run_python(f"services.{self.name}", *arguments, environment=environment)

    def commands(self, several: Sequence[Sequence[str]]) -> list[str]:
        """Run some of the operator's commands, one after the other in one process, and give what each printed."""
        outputs: list[str] = json.loads(self._run_python("deploy.local.commands", self.name, given=json.dumps(several)))
        return outputs

    def _run_python(self, *arguments: str, environment: Mapping[str, str] | None = None, given: str = "") -> str:
        done = subprocess.run(
            [sys.executable, "-m", *arguments],
            env={**self._environment, **(environment or {})},
            cwd=CHECKOUT,
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=COMMAND_SECONDS_MAX,
        )
        if done.returncode != 0:
            said = " | ".join((done.stderr or done.stdout).strip().splitlines()[-5:])
            raise SetupFailed(f"`python -m {' '.join(arguments)}` failed: {said}")
        return done.stdout

    def launch(self) -> None:
        """Start the process; `wait_ready` waits for it."""
        require_free(self._port, purpose=self.name, setting=f"THIDUA_{self.name.upper()}_PORT or PORT_OFFSET")
        command = [sys.executable, "-m", f"services.{self.name}", "serve"]
        self._child = self._run.start(self.name, command, environment=self._environment, cwd=CHECKOUT)

    def wait_ready(self) -> None:
        """Wait until the service says that it is ready."""
        child = self._running
        if not wait_until(self.is_ready, is_alive=lambda: child.is_running, seconds=READY_SECONDS_MAX):
            raise SetupFailed(f"{self.name} did not become ready at {self.url}: {child.last_words()} (all of it: {child.log})")

    def is_ready(self) -> bool:
        """Ask the service whether it is ready."""
        connection = http.client.HTTPConnection(HOST, self._port, timeout=ANSWER_SECONDS_MAX)
        try:
            connection.request("GET", "/health/ready")
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def children(self) -> list[Child]:
        """Give the process, if it was ever started."""
        return [self._child] if self._child else []

    @property
    def _running(self) -> Child:
        if self._child is None:
            raise SetupFailed(f"{self.name} was not started")
        return self._child

    def stop(self) -> None:
        """Have the service finish what it has in hand and leave."""
        if self._child is not None:
            self._child.stop()

    def kill(self) -> None:
        """End the service as a crash would."""
        self._running.kill()
