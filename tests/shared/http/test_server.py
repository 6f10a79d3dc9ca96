"""On a real socket: who sends slowly is cut off, who sends too much is told so, and what is not HTTP gets a problem."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator

import httpx
import pytest

from shared.http.server import PortTaken, Server, listen, new_server
from tests.shared.http.stage import stage_application, stage_settings

ANSWER_SECONDS_MAX = 10
KEY = b"authorization: Bearer source\r\n"


@contextlib.asynccontextmanager
async def served(port: int, **settings: object) -> AsyncIterator[Server]:
    """The application on a real socket."""
    told = stage_settings(http_port=port, **settings)
    listening = listen(told)
    server = new_server(stage_application(told), told)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        while not server.started:  # noqa: ASYNC110 (uvicorn tells it by a flag alone)
            await asyncio.sleep(0.01)
        yield server
    finally:
        server.stop()
        await asyncio.wait_for(serving, ANSWER_SECONDS_MAX)
        listening.close()


async def spoken(port: int, *parts: bytes, pause_seconds: float = 0) -> bytes:
    """Send the parts and return all that comes back until the other side closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    heard = asyncio.create_task(_all_of(reader))
    try:
        with contextlib.suppress(ConnectionError):
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(pause_seconds)
        return await asyncio.wait_for(heard, ANSWER_SECONDS_MAX)
    finally:
        writer.close()


async def _all_of(reader: asyncio.StreamReader) -> bytes:
    received = b""
    with contextlib.suppress(ConnectionError):
        while chunk := await reader.read(65_536):
            received += chunk
    return received


async def test_who_connects_and_says_nothing_is_cut_off(unused_tcp_port: int) -> None:
    async with served(unused_tcp_port, http_timeout_seconds=0.3):
        assert await spoken(unused_tcp_port) == b""


async def test_who_drips_a_head_is_cut_off_however_steadily(unused_tcp_port: int) -> None:
    async with served(unused_tcp_port, http_timeout_seconds=0.3):
        drops = [b"GET /health/live HTTP/1.1\r\nhost: x\r\n", *[b"x-drop: 1\r\n"] * 50]
        assert await spoken(unused_tcp_port, *drops, pause_seconds=0.05) == b""


async def test_who_drips_a_second_head_on_the_same_connection_is_cut_off(unused_tcp_port: int) -> None:
    async with served(unused_tcp_port, http_timeout_seconds=0.3):
        whole = b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n"
        answer = await spoken(unused_tcp_port, whole, *[b"GET "] * 20, pause_seconds=0.05)
        assert answer.count(b"HTTP/1.1") == 1


async def test_who_drips_a_body_is_answered_and_then_cut_off(unused_tcp_port: int) -> None:
    async with served(unused_tcp_port, http_timeout_seconds=0.3):
        head = b"POST /v1/raw HTTP/1.1\r\nhost: x\r\n" + KEY + b"content-length: 1000\r\n\r\n"
        answer = await spoken(unused_tcp_port, head, *[b"x"] * 40, pause_seconds=0.05)
        assert b" 408 " in answer.splitlines()[0]
        assert b"request-timeout" in answer


async def test_a_5_mb_body_is_refused_without_being_read_and_its_sender_hears_why(unused_tcp_port: int) -> None:
    async with served(unused_tcp_port), httpx.AsyncClient(timeout=ANSWER_SECONDS_MAX) as client:
        url, headers = f"http://127.0.0.1:{unused_tcp_port}/v1/raw", {"authorization": "Bearer source"}
        response = await client.post(url, content=b"x" * 5_000_000, headers=headers)
        assert (response.status_code, response.json()["code"]) == (413, "body-too-large")
        assert (await client.post(url, content=b"x", headers=headers)).json() == {"bytes": 1}


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\nx: " + b"y" * 1_000_000,
        b"POST /v1/raw HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
    ],
    ids=["TLS", "a header without a colon", "a header without end", "two lengths"],
)
async def test_what_is_not_http_gets_a_problem_and_the_connection_ends(unused_tcp_port: int, sent: bytes) -> None:
    async with served(unused_tcp_port):
        head, _, body = (await spoken(unused_tcp_port, sent)).partition(b"\r\n\r\n")
    assert b" 400 " in head.splitlines()[0]
    assert json.loads(body)["code"] == "request-invalid"


async def test_headers_over_the_limit_are_refused(unused_tcp_port: int) -> None:
    async with served(unused_tcp_port):
        sent = b"GET /v1/list HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx: " + b"y" * 33_000 + b"\r\n\r\n"
        answer = await spoken(unused_tcp_port, sent)
    # Within the limit of one read it is parsed and told so; in pieces it is not even parsed.
    assert answer.splitlines()[0].split()[1] in {b"431", b"400"}


async def test_a_request_in_hand_is_answered_although_the_server_is_told_to_stop(unused_tcp_port: int) -> None:
    async with served(unused_tcp_port) as server, httpx.AsyncClient(timeout=ANSWER_SECONDS_MAX) as client:
        url = f"http://127.0.0.1:{unused_tcp_port}/v1/slow"
        asked = asyncio.create_task(client.get(url, headers={"authorization": "Bearer source"}))
        await asyncio.sleep(0.3)
        server.stop()
        assert (await asked).status_code == 200


def test_a_port_that_is_taken_is_named_with_what_to_do() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"can not listen on 127.0.0.1:{port} .*set HTTP_HOST or HTTP_PORT"):
            listen(stage_settings(http_port=port))
