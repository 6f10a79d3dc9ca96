"""The embedded database is a real one: it keeps what was committed through a crash, and works for root as for anyone else."""

import os
import secrets
import signal
import threading
from pathlib import Path

import asyncpg
import pytest

from deploy.local.ports import free_ports
from deploy.local.postgres import TEMPORARY_FOLDERS, EmbeddedPostgres, open_folder, unprivileged_user
from deploy.local.processes import RunFolder

TIMEOUT_SECONDS = 20


async def test_a_killed_database_comes_back_with_every_committed_row() -> None:
    with RunFolder(f"test-{secrets.token_hex(4)}") as run:
        await crash_and_look(run)


async def test_a_killed_database_waits_for_the_children_that_it_left() -> None:
    with RunFolder(f"test-{secrets.token_hex(4)}") as run:
        postgres = EmbeddedPostgres(run, port=free_ports(1)[0])
        postgres.start()
        connection = await asyncpg.connect(postgres.address.admin_url, timeout=TIMEOUT_SECONDS)
        left = await connection.fetchval("SELECT pg_backend_pid()")
        os.kill(left, signal.SIGSTOP)
        threading.Timer(2, os.kill, (left, signal.SIGCONT)).start()
        postgres.kill()
        postgres.start()
        connection.terminate()
        assert postgres.answers()


async def crash_and_look(run: RunFolder) -> None:
    """Commit a row, crash, start again and read it."""
    postgres = EmbeddedPostgres(run, port=free_ports(1)[0])
    postgres.start()
    connection = await asyncpg.connect(postgres.address.admin_url, timeout=TIMEOUT_SECONDS)
    await connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    postgres.kill()
    connection.terminate()
    postgres.start()
    connection = await asyncpg.connect(postgres.address.admin_url, timeout=TIMEOUT_SECONDS)
    assert await connection.fetchval("SELECT number FROM kept") == 7
    await connection.close()


def test_the_database_runs_as_a_user_without_rights_and_its_folder_goes_with_it() -> None:
    with RunFolder(f"test-{secrets.token_hex(4)}") as run:
        postgres = EmbeddedPostgres(run, port=free_ports(1)[0])
        postgres.start()
        process = postgres.children()[0].process.pid
        owner = Path(f"/proc/{process}").stat().st_uid
        folder = Path(f"/proc/{process}/cwd").readlink()
        assert owner == (user.pw_uid if (user := unprivileged_user()) else os.geteuid())
        assert owner != 0
    assert not folder.exists()


def test_a_temporary_folder_that_only_root_may_enter_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert open_folder() in TEMPORARY_FOLDERS
