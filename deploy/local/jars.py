"""Bring the jars of Apache Kafka into the checkout, each equal to the committed lock `kafka.lock`.

Promise: a jar has its final name only when its checksum is right; two runs at once do not disturb one another; when all is there,
the network is not asked. `--lock` resolves the jars anew and writes the lock.
"""

import fcntl
import hashlib
import os
import shutil
import ssl
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.local.bootstrap import Step
from deploy.local.failure import SetupFailed, run_main
from deploy.local.places import LOCAL

if TYPE_CHECKING:  # loaded only when something is fetched: it takes longer than all else here
    from jgo.maven import MavenContext

KAFKA = ("org.apache.kafka", "kafka_2.13", "4.4.0")
LOGGING = ("org.apache.logging.log4j", "log4j-slf4j-impl", "2.25.5")  # without it the broker logs nothing
LOCK = Path(__file__).with_name("kafka.lock")
FOLDER = LOCAL / "kafka" / KAFKA[2]
VERIFIED = FOLDER / "verified"
DOWNLOADS_AT_ONCE = 6
TRIES = 3
TIMEOUT_SECONDS = 30
FREE_BYTES_MIN = 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Jar:
    """One line of the lock: a Maven coordinate and the SHA-256 of the file."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def path(self) -> Path:
        return FOLDER / f"{self.artifact}-{self.version}.jar"


def locked_jars() -> list[Jar]:
    """Read the lock: one jar a line, `group:artifact:version sha256`."""
    lines = [line.split() for line in LOCK.read_text().splitlines() if line and not line.startswith("#")]
    return [Jar(group=g, artifact=a, version=v, sha256=digest) for name, digest in lines for g, a, v in [name.split(":")]]


def digest_of(file: Path) -> str:
    """Give the SHA-256 of a file in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sizes(jars: list[Jar]) -> str:
    """Give what a quick look compares: the lock, and the size and time of change of each file; empty when one is missing."""
    if not all(jar.path.exists() for jar in jars):
        return ""
    facts = [f"{jar.path.name} {jar.path.stat().st_size} {jar.path.stat().st_mtime_ns}" for jar in jars]
    return "\n".join([digest_of(LOCK), *facts])


def are_ready(jars: list[Jar]) -> bool:
    """Decide by a quick look whether the jars are those that were verified."""
    return VERIFIED.exists() and VERIFIED.read_text() == sizes(jars) != ""


def download(jar: Jar, context: "MavenContext") -> None:
    """Fetch one jar beside its place, compare its checksum, and only then give it its name."""
    if jar.path.exists() and digest_of(jar.path) == jar.sha256:
        return
    fetched = fetch(jar, context)
    if digest_of(fetched) != jar.sha256:
        raise SetupFailed(
            f"the download of {jar.path.name} does not match its checksum in deploy/local/kafka.lock: "
            "a proxy or mirror may have changed it; run again, or ask who runs it"
        )
    fetched.replace(jar.path)


def fetch(jar: Jar, context: "MavenContext") -> Path:
    """Fetch one jar, a second and a third time when the network fails."""
    import requests

    artifact = context.project(jar.group, jar.artifact).at_version(jar.version).artifact()
    causes: list[Exception] = []
    while len(causes) < TRIES:
        time.sleep(len(causes))
        try:
            return Path(artifact.resolve())
        except (requests.RequestException, RuntimeError) as failure:  # RuntimeError: the repository answered, but not with the jar
            (artifact.cached_path or jar.path).unlink(missing_ok=True)
            causes.append(failure)
            trust_the_system(failure)
    raise SetupFailed(why_not_fetched(jar, causes[-1])) from causes[-1]


def trust_the_system(failure: Exception) -> None:
    """After a refused certificate, ask this machine's own list of authorities: it may know one (of a proxy) that Python's does not."""
    if "SSLError" in type(failure).__name__:
        known = ssl.get_default_verify_paths()
        os.environ.setdefault("REQUESTS_CA_BUNDLE", known.cafile or known.capath or "")


def why_not_fetched(jar: Jar, failure: Exception) -> str:
    """Say in one sentence that the network is needed once."""
    return (
        f"the repository of Apache Kafka's jars cannot be reached ({jar.path.name}: {type(failure).__name__}): the first run needs "
        "the network (later ones do not); check the connection, or the proxy in HTTPS_PROXY, and run again"
    )


@contextmanager
def alone() -> Iterator[None]:
    """Let one process at a time fill the folder; a second one waits and then finds all done."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def require_space() -> None:
    """Refuse to begin a download that the disk cannot hold."""
    free = shutil.disk_usage(FOLDER).free
    if free < FREE_BYTES_MIN:
        raise SetupFailed(
            f"the disk is nearly full: {free // 1_000_000} MB are free in {FOLDER}, {FREE_BYTES_MIN // 1_000_000} MB are needed: "
            "free some and run again"
        )


def repository(cache: Path) -> "MavenContext":
    """Open the public repository of jars; what is fetched lies in `cache`, and nothing in the user's home is read or written."""
    from jgo.maven import MavenContext, PythonResolver

    return MavenContext(resolver=PythonResolver(), repo_cache=cache, local_repos=[], timeout=TIMEOUT_SECONDS)


def fetch_missing(jars: list[Jar]) -> None:
    """Fetch several jars at once into a folder that is removed again, whatever happens."""
    step = Step(f"Apache Kafka {KAFKA[2]}")
    for stale in FOLDER.glob("partial-*"):
        shutil.rmtree(stale)
    with tempfile.TemporaryDirectory(dir=FOLDER, prefix="partial-") as partial, ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as pool:
        context = repository(Path(partial))
        downloads = [pool.submit(download, jar, context) for jar in jars]
        try:
            with step.telling(lambda: f"{sum(each.done() for each in downloads)} of {len(jars)} jars"):
                for download_done in as_completed(downloads):
                    download_done.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    step.say(f"{len(jars)} jars")


def kafka_jars() -> list[Path]:
    """Give the jars of the class path, fetched and verified where needed."""
    jars = locked_jars()
    if not are_ready(jars):
        with alone():
            if not are_ready(jars):
                require_space()
                fetch_missing(jars)
                VERIFIED.write_text(sizes(jars))
    return [jar.path for jar in jars]


def write_lock() -> None:
    """Resolve the jars anew and write the lock."""
    from jgo.maven import Dependency

    with tempfile.TemporaryDirectory() as cache:
        context = repository(Path(cache))
        kafka, logging = (Dependency(context.project(g, a).at_version(v).artifact()) for g, a, v in (KAFKA, LOGGING))
        inputs, needed = context.resolver.resolve([kafka])
        found = [*inputs, *needed, logging]  # resolved together they would change one another's versions
        lines = [f"{d.groupId}:{d.artifactId}:{d.version} {digest_of(Path(d.artifact.resolve()))}" for d in found]
    LOCK.write_text("# Written by `make lock`: group:artifact:version and SHA-256 of each jar.\n" + "\n".join(sorted(lines)) + "\n")


def main() -> int:
    """Fetch the jars, or with `--lock` write the lock."""
    if sys.argv[1:] == ["--lock"]:
        write_lock()
    else:
        kafka_jars()
    return 0


if __name__ == "__main__":
    sys.exit(run_main(main))
