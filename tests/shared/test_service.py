"""A service as a process of its own, on a real database and broker: how it starts, waits, serves, and leaves."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError

from shared.clock import SystemClock
from shared.events import derive, headers_of
from shared.events.registry import AccessChanged, Role
from shared.http.access import digest_of, new_key

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "tests.shared.stage_service"]
SECONDS_MAX = 30.0


def environment(url: str, port: int, bootstrap: str = "127.0.0.1:1", **more: str) -> dict[str, str]:
    told = {"STAGE_DATABASE_URL": url, "STAGE_KAFKA_BOOTSTRAP": bootstrap, "STAGE_HTTP_PORT": str(port), **more}
    return {**{name: value for name, value in os.environ.items() if not name.startswith("STAGE_")}, **told}


def ran(variables: Mapping[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*COMMAND, *arguments], env=variables, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS_MAX, check=False)


@contextlib.asynccontextmanager
async def running(variables: Mapping[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """The service, served by a child process that is gone afterwards."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*COMMAND, env=variables, cwd=ROOT, stdout=pipe, stderr=pipe, limit=1_000_000)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


async def left(process: asyncio.subprocess.Process) -> tuple[int, list[dict[str, object]], str]:
    """Wait for the process to end; its exit code, its log and what it said on standard error."""
    out, err = await asyncio.wait_for(process.communicate(), SECONDS_MAX)
    return process.returncode or 0, [json.loads(line) for line in out.splitlines()], err.decode()


async def answered(port: int, path: str, status: int = 200, **headers: str) -> httpx.Response:
    """Ask until the answer has this status."""
    async with asyncio.timeout(SECONDS_MAX), httpx.AsyncClient(timeout=SECONDS_MAX, headers=headers) as client:
        while True:
            with contextlib.suppress(httpx.TransportError):
                response = await client.get(f"http://127.0.0.1:{port}{path}")
                if response.status_code == status:
                    return response
            await asyncio.sleep(0.05)


async def with_registry(bootstrap: str) -> None:
    """Make the topic that every service hears."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    with contextlib.suppress(TopicAlreadyExistsError):
        await admin.create_topics([NewTopic("registry", 1, 1)])
    await admin.close()


async def announced(bootstrap: str, roles: list[Role]) -> str:
    """Announce a new key on the registry and return it."""
    await with_registry(bootstrap)
    key = new_key()
    access = AccessChanged(key_digest=digest_of(key).hex(), revision=1, name="observer-1", roles=roles)
    event = derive(service="reporting", data=access, subject="observer-1", revision=1, time=SystemClock().now())
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    await producer.send_and_wait("registry", access.model_dump_json().encode(), key=b"access", headers=list(headers_of(event)))
    await producer.stop()
    return key


def test_without_settings_it_says_in_sentences_which_are_missing_and_ends_with_2() -> None:
    done = ran({name: value for name, value in os.environ.items() if not name.startswith("STAGE_")})
    assert done.returncode == 2
    assert [line.split(" is missing")[0] for line in done.stderr.splitlines()] == [
        "STAGE_DATABASE_URL",
        "STAGE_KAFKA_BOOTSTRAP",
        "STAGE_HTTP_PORT",
    ]


def test_an_argument_that_is_not_known_ends_with_2(unused_tcp_port: int) -> None:
    assert ran(environment("postgresql://x@127.0.0.1:1/x", unused_tcp_port), "dance").returncode == 2


def test_a_command_that_fails_says_why_in_one_sentence(unused_tcp_port: int) -> None:
    done = ran(environment("postgresql://x@127.0.0.1:1/x", unused_tcp_port), "fail")
    assert (done.returncode, done.stderr) == (1, "the plan is not there: give the name of a file\n")


@pytest.mark.parametrize("command", ["migrate", "count"])
def test_a_command_whose_database_is_away_says_so_in_one_sentence(unused_tcp_port: int, command: str) -> None:
    done = ran(environment(f"postgresql://x:hidden@127.0.0.1:{unused_tcp_port}/x", unused_tcp_port), command)
    assert done.returncode == 1
    assert "does not answer" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "hidden" not in done.stderr


def test_migrate_applies_once_and_serve_refuses_a_schema_that_is_behind(database_url: str, unused_tcp_port: int) -> None:
    variables = environment(database_url, unused_tcp_port)
    behind = ran(variables)
    assert behind.returncode == 3
    assert behind.stderr.startswith("the schema stage is behind this program by 0001_runtime, 0002_access")
    assert ran(variables, "migrate").stdout.startswith("stage: applied 0001_runtime, 0002_access")
    assert ran(variables, "migrate").stdout == "stage: nothing to apply\n"
    assert ran(variables, "count").stdout == "0\n"


async def test_serve_refuses_a_schema_that_is_ahead(database_url: str, unused_tcp_port: int) -> None:
    variables = environment(database_url, unused_tcp_port)
    ran(variables, "migrate")
    connection = await asyncpg.connect(database_url)
    await connection.execute("INSERT INTO stage.schema_migration (name, checksum) VALUES ('0009_later', 'x')")
    await connection.close()
    done = ran(variables, "serve")
    assert done.returncode == 3
    assert done.stderr.startswith("the schema stage is ahead of this program by 0009_later")


def test_serve_names_a_port_that_is_taken(database_url: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        done = ran(environment(database_url, other.getsockname()[1]))
    assert done.returncode == 4
    assert "can not listen on 127.0.0.1:" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_while_its_database_is_away_it_lives_says_so_and_leaves_when_told(unused_tcp_port: int, number: signal.Signals) -> None:
    async with running(environment("postgresql://x@127.0.0.1:1/x", unused_tcp_port)) as process:
        await answered(unused_tcp_port, "/health/live")
        ready = await answered(unused_tcp_port, "/health/ready", 503)
        assert "start" in ready.json()["missing"]
        assert (await answered(unused_tcp_port, "/v1/slow/0", 503)).json()["code"] == "unavailable"
        process.send_signal(number)
        code, log, err = await left(process)
    assert (code, err) == (0, "")
    assert [line["action"] for line in log][-1] == "service-stopped"
    assert "database-awaited" in {line["action"] for line in log}


async def test_it_begins_to_serve_when_its_database_comes(database_url: str, kafka_bootstrap: str, unused_tcp_port_factory: object) -> None:
    http_port, door_port = unused_tcp_port_factory(), unused_tcp_port_factory()  # type: ignore[operator]  # a fixture without types
    ran(environment(database_url, http_port), "migrate")
    await with_registry(kafka_bootstrap)
    place = urlsplit(database_url)
    behind_door = database_url.replace(f":{place.port}/", f":{door_port}/")

    async def through(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_connection(place.hostname, place.port)
        await asyncio.gather(_copied(reader, to_server), _copied(from_server, writer))

    async with running(environment(behind_door, http_port, kafka_bootstrap)) as process:
        await answered(http_port, "/health/ready", 503)
        async with await asyncio.start_server(through, "127.0.0.1", door_port):
            await answered(http_port, "/health/ready")
            process.terminate()
            code, _, err = await left(process)
    assert (code, err) == (0, "")


async def _copied(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while chunk := await reader.read(65_536):
            writer.write(chunk)
    writer.close()


async def test_a_key_announced_on_the_registry_opens_its_routes_and_a_request_in_hand_is_answered_on_sigterm(
    database_url: str, kafka_bootstrap: str, unused_tcp_port: int
) -> None:
    variables = environment(database_url, unused_tcp_port, kafka_bootstrap)
    ran(variables, "migrate")
    key = await announced(kafka_bootstrap, [Role.OBSERVER])
    async with running(variables) as process:
        await answered(unused_tcp_port, "/health/ready")
        await answered(unused_tcp_port, "/v1/slow/0", authorization=f"Bearer {key}")
        asked = asyncio.create_task(answered(unused_tcp_port, "/v1/slow/1.5", authorization=f"Bearer {key}"))
        await asyncio.sleep(0.5)
        process.terminate()
        began = asyncio.get_running_loop().time()
        code, log, err = await left(process)
        took_seconds = asyncio.get_running_loop().time() - began
        assert (await asked).json() == "observer-1"
    assert (code, err) == (0, "")
    assert took_seconds < 10
    assert {"service-starting", "service-started", "service-draining", "service-stopped"} <= {line["action"] for line in log}
    # The client library calls it an error that a fresh broker has no coordinator for the first moments.
    assert not [line for line in log if line["level"] == "error" and line["action"] != "kafka-client-said"]
    assert key not in json.dumps(log)
