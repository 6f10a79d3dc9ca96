"""A webhook goes to an address that was looked at, once, in bounded time, and wherever it is redirected it does not go."""

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress

import pytest

from services.notifications.domain.addresses import Address
from services.notifications.domain.deliveries import Outcome
from services.notifications.workers import Sender, resolve
from tests.services.notifications.receiver import HANG, Receiver, receiving

BODY = b'{"specversion": "1.0"}'


class Names:
    """A name service that gives each question the next answer."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked = 0

    async def __call__(self, _host: str, _port: int) -> Sequence[Address]:
        self.asked += 1
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return [ipaddress.ip_address(address) for address in answer]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as running:
        yield running


Senders = Callable[..., Sender]


@pytest.fixture
async def sender() -> AsyncIterator[Senders]:
    """Make senders that are closed in the end."""
    made: list[Sender] = []

    def make(*, allow_private: bool = True, seconds_max: float = 2, names: Names | None = None) -> Sender:
        made.append(Sender(allow_private=allow_private, seconds_max=seconds_max, connections_max=8, resolve=names or resolve))
        return made[-1]

    yield make
    for each in made:
        await each.close()


@asynccontextmanager
async def serving(serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> AsyncIterator[str]:
    """Run a server that speaks as it likes."""
    writers: list[asyncio.StreamWriter] = []

    async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        with suppress(ConnectionError):
            await serve(reader, writer)

    server = await asyncio.start_server(serve_one, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    server.close()
    for writer in writers:
        writer.close()


async def test_a_success_is_any_answer_of_two_hundred(sender: Senders, receiver: Receiver) -> None:
    statuses = [200, 202, 204, 299]
    receiver.answer = lambda _request: statuses[len(receiver.got) - 1]
    answers = [await sender().post(receiver.url, BODY, {"x-one": "1"}) for _ in statuses]
    assert [answer.outcome for answer in answers] == [Outcome.DELIVERED] * 4
    assert [answer.status for answer in answers] == statuses
    assert receiver.got[0].body == BODY
    assert receiver.got[0].headers["x-one"] == "1"


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(410, Outcome.GONE), (400, Outcome.REFUSED), (500, Outcome.REFUSED), (304, Outcome.REFUSED), (199, Outcome.TIMED_OUT)],
)
async def test_any_other_answer_is_none(sender: Senders, receiver: Receiver, status: int, outcome: Outcome) -> None:
    receiver.answer = lambda _request: status
    answer = await sender(seconds_max=0.5).post(receiver.url, BODY, {})
    assert answer.outcome is outcome


async def test_a_redirect_is_not_followed(sender: Senders, receiver: Receiver) -> None:
    async with receiving() as inside:
        receiver.answer, receiver.location = lambda _request: 307, inside.url
        answer = await sender().post(receiver.url, BODY, {})
        assert (answer.outcome, answer.status) == (Outcome.REFUSED, 307)
        assert inside.got == []


async def test_a_receiver_that_hangs_is_given_up_in_time(sender: Senders, receiver: Receiver) -> None:
    receiver.answer = lambda _request: HANG
    async with asyncio.timeout(5):
        answer = await sender(seconds_max=0.3).post(receiver.url, BODY, {})
    assert answer.outcome is Outcome.TIMED_OUT


async def test_nobody_at_the_port_is_told_and_not_raised(sender: Senders) -> None:
    answer = await sender().post("http://127.0.0.1:1/", BODY, {})
    assert (answer.outcome, answer.status) == (Outcome.UNREACHABLE, None)


async def test_what_is_no_http_is_told_and_not_raised(sender: Senders) -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"SSH-2.0-OpenSSH_9\r\n")
        writer.close()

    async with serving(babble) as url:
        answer = await sender().post(url, BODY, {})
    assert answer.outcome is Outcome.UNREACHABLE


async def test_an_endless_answer_does_not_hold_the_sender(sender: Senders) -> None:
    async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x" * 10_000)
            await asyncio.sleep(0.001)

    async with serving(pour) as url:
        async with asyncio.timeout(4):
            answer = await sender().post(url, BODY, {})
    assert answer.outcome is Outcome.DELIVERED


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - an address to refuse, not to bind
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
        "64:ff9b::a00:1",
    ],
)
async def test_a_name_that_leads_inside_is_refused(sender: Senders, receiver: Receiver, address: str) -> None:
    answer = await sender(allow_private=False, names=Names([address])).post(f"http://inside.example:{receiver.port}/", BODY, {})
    assert answer.outcome is Outcome.ADDRESS_REFUSED
    assert receiver.connections == 0


async def test_one_address_inside_among_public_ones_is_enough_to_refuse(sender: Senders, receiver: Receiver) -> None:
    names = Names(["93.184.216.34", "127.0.0.1"])
    answer = await sender(allow_private=False, names=names).post(f"http://mixed.example:{receiver.port}/", BODY, {})
    assert answer.outcome is Outcome.ADDRESS_REFUSED


async def test_an_address_written_as_a_number_is_judged_as_what_it_is(sender: Senders, receiver: Receiver) -> None:
    for host in ("2130706433", "0x7f000001", "127.1", "0177.0.0.1", "[::1]", "localhost"):
        answer = await sender(allow_private=False).post(f"http://{host}:{receiver.port}/", BODY, {})
        assert answer.outcome in {Outcome.ADDRESS_REFUSED, Outcome.UNREACHABLE}
    assert receiver.connections == 0


async def test_the_address_that_was_judged_is_the_one_that_is_connected_to(sender: Senders, receiver: Receiver) -> None:
    """The name is asked once for a connection: what it says a moment later changes nothing."""
    names = Names(["127.0.0.1"], ["10.255.255.1"])
    answer = await sender(names=names).post(f"http://changing.example:{receiver.port}/hook", BODY, {})
    assert answer.outcome is Outcome.DELIVERED
    assert names.asked == 1
    assert receiver.got[0].headers["host"] == f"changing.example:{receiver.port}"


async def test_a_name_that_turns_inward_later_is_refused_at_the_next_connection(sender: Senders, receiver: Receiver) -> None:
    names = Names(["93.184.216.34"], ["127.0.0.1"])
    shy = sender(allow_private=False, seconds_max=0.3, names=names)
    await shy.post(f"http://turning.example:{receiver.port}/", BODY, {})
    answer = await shy.post(f"http://turning.example:{receiver.port}/", BODY, {})
    assert answer.outcome is Outcome.ADDRESS_REFUSED
    assert receiver.connections == 0


async def test_a_second_address_is_tried_where_the_first_does_not_answer(sender: Senders, receiver: Receiver) -> None:
    answer = await sender(names=Names(["::1", "127.0.0.1"])).post(f"http://two.example:{receiver.port}/", BODY, {})
    assert answer.outcome is Outcome.DELIVERED


async def test_a_proxy_of_the_environment_is_not_used(sender: Senders, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    answer = await sender().post(receiver.url, BODY, {})
    assert answer.outcome is Outcome.DELIVERED


async def test_a_connection_is_used_again(sender: Senders, receiver: Receiver) -> None:
    one = sender()
    for _ in range(5):
        await one.post(receiver.url, BODY, {})
    await one.close()
    assert (len(receiver.got), receiver.connections) == (5, 1)


async def test_what_the_receiver_wrote_is_not_kept(sender: Senders, receiver: Receiver) -> None:
    receiver.answer = lambda _request: 500
    answer = await sender().post(receiver.url, BODY, {})
    assert answer.detail == "the receiver answered 500"
