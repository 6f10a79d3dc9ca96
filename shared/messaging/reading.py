"""Reading can not fail: every record becomes an event with its identity and locks, or the reason why it did not."""

import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from shared.messaging.consumes import Consumes
from shared.messaging.errors import Rejected
from shared.messaging.locks import Lock
from shared.messaging.records import Record

E = TypeVar("E")

INTERNAL = "internal"
IDENTITY_BYTES_MAX = 1_000  # an index entry of PostgreSQL holds 2,704 bytes, and the identity is two texts
CODE_LENGTH_MAX = 100
REASON_LENGTH_MAX = 2_000
TRACE_LENGTH_MAX = 8_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a record can not be applied. `internal` is our own fault; every other code is the record's."""

    code: str
    reason: str
    trace: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(Generic[E]):
    """A record that could be read. `handled` says that its effect is there already: only the mark is still to be made."""

    record: Record
    content: E
    identity: tuple[str, str]
    locks: tuple[Lock, ...]
    handled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Condemned:
    """A record that becomes a dead letter; its identity is known where it could be read that far."""

    record: Record
    failure: Failure
    identity: tuple[str, str] | None = None


Arrival: TypeAlias = Event[E] | Condemned
Coordinates: TypeAlias = tuple[str, int, int]
Verdicts: TypeAlias = Mapping[Coordinates, Failure | None]
"""What isolation found out about single records: a failure, or None where the handler said AlreadyHandled."""


def coordinates_of(record: Record) -> Coordinates:
    """Where the record stands; no two records of a cluster share it."""
    return record.topic, record.partition, record.offset


def read(consumes: Consumes[E], record: Record, verdicts: Verdicts) -> Arrival[E]:
    """Read one record and join it to the verdict on it, if there is one."""
    identity: tuple[str, str] | None = None
    try:
        content = consumes.read(record)
        identity = checked(consumes.identity(content))
        locks = tuple(consumes.locks(content))
    except Exception as error:  # noqa: BLE001 - whatever reading raises, the record is kept with it
        return Condemned(record=record, failure=failure_of(error), identity=identity)
    if coordinates_of(record) not in verdicts:
        return Event(record=record, content=content, identity=identity, locks=locks)
    verdict = verdicts[coordinates_of(record)]
    if verdict is not None:
        return Condemned(record=record, failure=verdict, identity=identity)
    return Event(record=record, content=content, identity=identity, locks=locks, handled=True)


def checked(identity: tuple[str, str]) -> tuple[str, str]:
    """Refuse an identity that the inbox can not hold."""
    for text in identity:
        if len(text.encode("utf-8", "replace")) > IDENTITY_BYTES_MAX:
            raise Rejected("identity-too-long", f"source or id takes more than {IDENTITY_BYTES_MAX} bytes: {text[:50]}…")
        if "\x00" in text or not _encodable(text):
            raise Rejected("identity-invalid", "source or id holds a character that is not text")
    return identity


def failure_of(error: Exception) -> Failure:
    """Tell a failure: a refusal by its own code, anything else as `internal` with its trace."""
    if isinstance(error, Rejected):
        return Failure(code=_kept(error.code, CODE_LENGTH_MAX), reason=_kept(error.detail, REASON_LENGTH_MAX))
    trace = "".join(traceback.format_exception(error))
    reason = f"{type(error).__name__}: {error}"
    return Failure(code=INTERNAL, reason=_kept(reason, REASON_LENGTH_MAX), trace=_kept(trace[-TRACE_LENGTH_MAX:], TRACE_LENGTH_MAX))


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _kept(text: str, length_max: int) -> str:
    """Make text that PostgreSQL can keep, whatever the exception said."""
    return text[:length_max].encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00")
