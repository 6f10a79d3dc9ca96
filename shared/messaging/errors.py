"""The three outcomes besides success, and the one question the runtime asks of every other exception: is trying again of use?"""

import asyncio
import errno
import socket

import asyncpg


class Rejected(Exception):
    """It never will work: a dead letter on a topic, a 4xx over HTTP. `code` is stable, `detail` says what was wrong."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class Unavailable(Exception):
    """Something that is needed is away for now: try again."""


class AlreadyHandled(Exception):
    """The effect is there already: acknowledge, and do nothing."""


TRANSIENT_CLASSES = ("08", "53", "57P", "58")
TRANSIENT_STATES = frozenset({"57014", "25006", "25P03", "25P04", "40001", "40P01", "55P03"})
NETWORK_ERRNOS = frozenset(
    {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.ETIMEDOUT, errno.EPIPE, errno.EBADF}
)
GONE_WORDS = ("closed", "closing", "released back")


def is_transient(error: BaseException) -> bool:
    """Tell whether the same work can succeed later without anybody changing it or the code."""
    match error:
        case Unavailable() | ConnectionError() | TimeoutError() | socket.gaierror() | asyncio.IncompleteReadError():
            return True
        case asyncpg.InternalClientError():
            # The client lost its place in the conversation, as when the server ends it in the middle: another connection has another.
            return True
        case asyncpg.PostgresError():
            state = str(error.sqlstate or "")
            return state.startswith(TRANSIENT_CLASSES) or state in TRANSIENT_STATES
        case asyncpg.InterfaceError():
            # asyncpg says "this connection is gone" with the same class as "you misuse me": only the words tell them apart.
            return not isinstance(error, ValueError) and any(word in str(error) for word in GONE_WORDS)
        case OSError():
            return error.errno in NETWORK_ERRNOS
        case _:
            return False


def kind_of(error: BaseException) -> str:
    """Name an error so that two of the same cause are equal: its SQLSTATE, or its class."""
    return str(getattr(error, "sqlstate", None) or type(error).__name__)
