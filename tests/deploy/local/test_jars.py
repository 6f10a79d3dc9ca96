"""A jar of Kafka gets its name only when its checksum is the lock's."""

import hashlib
import shutil
import subprocess
import sys
import threading
import time
from collections import namedtuple
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from jgo.maven import MavenContext, PythonResolver

from deploy.local import bootstrap, jars
from deploy.local.failure import SetupFailed
from deploy.local.jars import Jar, download, fetch_missing, kafka_jars, locked_jars
from deploy.local.places import CHECKOUT

CONTENT = b"a jar" * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
DiskUsage = namedtuple("DiskUsage", "total used free")


class Repository(ThreadingHTTPServer):
    """A repository of jars on this machine that can break off in the middle of a download."""

    broken_downloads = 0
    downloads = 0


class Answer(BaseHTTPRequestHandler):
    """Answers any jar with the same content, and with its checksums that there is none."""

    server: Repository

    def do_GET(self) -> None:
        if not self.path.endswith(".jar"):
            self.send_error(404)
            return
        self.server.downloads += 1
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        whole = self.server.downloads > self.server.broken_downloads
        self.wfile.write(CONTENT if whole else CONTENT[:100])

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def repository() -> Iterator[Repository]:
    """A running repository."""
    with Repository(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in place of the checkout's."""
    monkeypatch.setattr(jars, "FOLDER", tmp_path / "jars")
    monkeypatch.setattr(jars, "VERIFIED", tmp_path / "jars" / "verified")
    (tmp_path / "jars").mkdir()
    return tmp_path / "jars"


def context(tmp_path: Path, port: int) -> MavenContext:
    """A client of a repository on this machine."""
    remote = {"here": f"http://127.0.0.1:{port}"}
    return MavenContext(resolver=PythonResolver(), repo_cache=tmp_path / "cache", local_repos=[], remote_repos=remote, timeout=5)


def jar(sha256: str = SHA256) -> Jar:
    """A jar as the lock might name it."""
    return Jar(group="vn.thidua", artifact="probe", version="1.0", sha256=sha256)


def test_a_jar_with_the_right_checksum_gets_its_name(tmp_path: Path, repository: Repository) -> None:
    download(jar(), context(tmp_path, repository.server_port))
    assert jar().path.read_bytes() == CONTENT


def test_a_jar_with_another_checksum_is_refused(tmp_path: Path, repository: Repository) -> None:
    with pytest.raises(SetupFailed, match=r"probe-1.0.jar does not match its checksum in deploy/local/kafka.lock"):
        download(jar("0" * 64), context(tmp_path, repository.server_port))
    assert not jar().path.exists()


def test_a_download_that_breaks_off_is_begun_again(tmp_path: Path, repository: Repository) -> None:
    repository.broken_downloads = 1
    download(jar(), context(tmp_path, repository.server_port))
    assert (repository.downloads, jar().path.read_bytes()) == (2, CONTENT)


def test_a_jar_that_is_there_is_not_fetched_again(tmp_path: Path, repository: Repository) -> None:
    jar().path.write_bytes(CONTENT)
    download(jar(), context(tmp_path, repository.server_port))
    assert repository.downloads == 0


def test_a_jar_that_was_damaged_is_fetched_again(tmp_path: Path, repository: Repository) -> None:
    jar().path.write_bytes(CONTENT[:100])
    download(jar(), context(tmp_path, repository.server_port))
    assert jar().path.read_bytes() == CONTENT


def test_without_a_network_the_sentence_says_that_the_first_run_needs_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jars, "TRIES", 1)
    with pytest.raises(SetupFailed, match=r"cannot be reached .* the first run needs the network"):
        download(jar(), context(tmp_path, port=1))


def test_what_a_killed_download_left_is_removed(folder: Path) -> None:
    (folder / "partial-killed").mkdir()
    (folder / "partial-killed" / "probe.jar").write_bytes(b"half")
    fetch_missing([])
    assert list(folder.iterdir()) == []


def test_a_slow_network_is_told_how_many_jars_are_there(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(bootstrap, "PROGRESS_SECONDS", 0.05)
    monkeypatch.setattr(jars, "download", lambda _jar, _context: time.sleep(1))
    fetch_missing([jar()])
    assert "Apache Kafka 4.4.0: 0 of 1 jars" in capsys.readouterr().out


def test_a_disk_with_too_little_room_is_refused_before_the_download(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: DiskUsage(10**12, 10**12, 5_000_000))
    with pytest.raises(SetupFailed, match=r"5 MB are free in .* 100 MB are needed"):
        kafka_jars()


def test_the_lock_names_no_address_and_one_version_of_kafka() -> None:
    assert "//" not in jars.LOCK.read_text()
    assert {one.version for one in locked_jars() if one.group == "org.apache.kafka"} == {jars.KAFKA[2]}


def test_a_second_run_asks_no_network() -> None:
    offline = {"PATH": "/usr/bin:/bin", "HTTPS_PROXY": "http://127.0.0.1:1", "HTTP_PROXY": "http://127.0.0.1:1"}
    kept = subprocess.run([sys.executable, "-m", "deploy.local.jars"], cwd=CHECKOUT, env=offline, capture_output=True, text=True)
    assert (kept.returncode, kept.stdout, kept.stderr) == (0, "", "")
