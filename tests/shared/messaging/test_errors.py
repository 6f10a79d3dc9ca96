"""Which errors pass by themselves, and which never will."""

import asyncio
import socket

import asyncpg
import pytest

from shared.messaging import AlreadyHandled, Rejected, Unavailable, is_transient

PASSING_STATES = ("08006", "53300", "57P01", "58000", "57014", "25006", "25P03", "25P04", "40001", "40P01", "55P03")
LASTING_STATES = ("23505", "22001", "42P01", "21000", "54000", "25000", "42501")


def with_state(state: str) -> asyncpg.PostgresError:
    error = asyncpg.PostgresError("said by the server")
    error.sqlstate = state
    return error


@pytest.mark.parametrize("state", PASSING_STATES)
def test_what_the_server_says_it_can_not_do_now_passes(state: str) -> None:
    assert is_transient(with_state(state))


@pytest.mark.parametrize("state", LASTING_STATES)
def test_what_the_server_refuses_for_good_does_not_pass(state: str) -> None:
    assert not is_transient(with_state(state))


@pytest.mark.parametrize(
    "error",
    [
        Unavailable(),
        ConnectionRefusedError(),
        ConnectionResetError(),
        TimeoutError(),
        socket.gaierror(),
        asyncio.IncompleteReadError(b"", 4),
        OSError(113, "No route to host"),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.InternalClientError("cannot switch to state 15; another operation (2) is in progress"),
        asyncpg.InterfaceError("pool is closing"),
        asyncpg.InterfaceError("cannot call Connection.execute(): connection has been released back to the pool"),
        asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
    ],
)
def test_a_connection_that_is_gone_passes(error: Exception) -> None:
    assert is_transient(error)


@pytest.mark.parametrize(
    "error",
    [
        Rejected("code", "detail"),
        AlreadyHandled(),
        ValueError(),
        FileNotFoundError(2, "No such file"),
        asyncpg.InterfaceError("cannot perform operation: another operation is in progress"),
        asyncpg.DataError("invalid input for query argument $1: 'closed' (an integer is required)"),
    ],
)
def test_a_fault_in_data_or_code_does_not_pass(error: Exception) -> None:
    assert not is_transient(error)
